"""Coarser sampling."""

from __future__ import annotations

import xarray as xr

from tausweep.signal.settings import Decimate
from tausweep.signal.steps import parts

REACH = 10
"""Half-length of the filter, in new steps."""
KAISER = 7.86
"""Parameter of its window, for 80 dB (Oppenheim & Schafer, Discrete-Time Signal Processing, ch. 7):
with this length, amplitudes up to 3/4 of the new Nyquist frequency change by less than 2e-4, and
of those that would fall onto them less than 2e-4 is left."""


def decimate(settings: Decimate, signal: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset]:
    """Keep every so many-th sample of the series, counted from its first.

    The filter before it is a symmetric finite impulse response, so it shifts no phase. The
    training and the held-out part are filtered each by itself, as if each went on as its point
    reflection. An external input is treated alike.

    Returns
    -------
    The signal with its new `time`, `dt` and `train_steps`; nothing else is recorded.

    Raises
    ------
    ValueError
        If fewer samples than the filter is long are left of a part.
    """
    q, train_steps = settings.factor, int(signal["train_steps"])
    kept = -(-train_steps // q)
    out = signal
    for name in ("x", "input"):
        if name not in signal:
            continue
        both = parts.split(signal[name], train_steps)
        least = (2 * REACH + 1) * q
        parts.check_length(both, least, f"factor {q}", "lower factor, or give a longer series")
        if settings.antialias:
            from scipy.signal import firwin

            taps = firwin(2 * REACH * q + 1, 1 / q, window=("kaiser", KAISER))
            both = [parts.convolve(part, taps) for part in both]
        out = out.assign({name: parts.join(signal[name], both)})
    out = out.isel(time=slice(None, None, q)).assign_attrs(dt=signal.attrs["dt"] * q)
    return out.assign(train_steps=signal["train_steps"].copy(data=kept)), xr.Dataset()
