"""Removal of a cycle of known period: of the year, of the day."""

from __future__ import annotations

import numpy as np
import xarray as xr
from jaxtyping import Float

from tausweep.signal.settings import Climatology, HarmonicCycle

Removed = tuple[Float[np.ndarray, "time variable"], xr.Dataset]
"""The cycle at every time, and what describes it."""


def cycle(
    settings: HarmonicCycle | Climatology, signal: xr.Dataset
) -> tuple[xr.Dataset, xr.Dataset]:
    """Remove a cycle as it is in the training part; its phase is 0 at time 0.

    A cycle has mean 0 over a period: the mean of the series stays.

    Returns
    -------
    The signal without its cycle, and `cosine` and `sine` (harmonic, variable) or `mean` (phase,
    variable).

    Raises
    ------
    ValueError
        If the training part is shorter than a period, or too short for what is fitted to it; if
        a harmonic or the bins are finer than the sampling.
    """
    x, dt = signal["x"], signal.attrs["dt"]
    train_steps = int(signal["train_steps"])
    if settings.period > train_steps * dt:
        raise ValueError(
            f"period {settings.period:g} is longer than the training part, which lasts "
            f"{train_steps * dt:g} in units of the series' time: give a longer series, lower "
            "signal.held_out, or leave the step out"
        )
    phase = signal["time"].values / settings.period % 1
    if isinstance(settings, HarmonicCycle):
        removed, record = _harmonics(settings, phase, x, train_steps)
    else:
        removed, record = _climatology(settings, phase, x, train_steps)
    return signal.assign(x=x.copy(data=x.values - removed)), record


def _harmonics(
    settings: HarmonicCycle, phase: Float[np.ndarray, " time"], x: xr.DataArray, train_steps: int
) -> Removed:
    """Least squares fit of a constant and Σ_k a_k cos 2πkφ + b_k sin 2πkφ; the constant stays."""
    shortest = settings.period / settings.order
    dt = float(x["time"][1] - x["time"][0])
    if shortest <= 2 * dt or train_steps <= 2 * settings.order + 1:
        raise ValueError(
            f"order {settings.order} has a harmonic of period {shortest:g}, which samples every "
            f"{dt:g} ({train_steps} of them for training) do not resolve: lower order"
        )
    k = np.arange(1, settings.order + 1)
    angle = 2 * np.pi * phase[:, None] * k
    basis = np.concatenate([np.cos(angle), np.sin(angle)], axis=1)
    with_constant = np.concatenate([basis, np.ones((len(basis), 1))], axis=1)
    fitted, *_ = np.linalg.lstsq(with_constant[:train_steps], x.values[:train_steps])
    cosine, sine, _ = np.split(fitted, [settings.order, 2 * settings.order])
    dims, units = ("harmonic", "variable"), x.attrs["units"]
    about = "amplitude of the {}; the cycle has phase 0 at time 0"
    record = xr.Dataset(
        {
            "cosine": (dims, cosine, {"long_name": about.format("cosine"), "units": units}),
            "sine": (dims, sine, {"long_name": about.format("sine"), "units": units}),
        },
        coords={"harmonic": ("harmonic", k, {"long_name": "periods per cycle", "units": "1"})},
    )
    return basis @ fitted[:-1], record


def _climatology(
    settings: Climatology, phase: Float[np.ndarray, " time"], x: xr.DataArray, train_steps: int
) -> Removed:
    """Means of bins of phase, smoothed around the circle, with straight lines between them.

    A bin is centred on its phase, so that with one bin per sample the means are those of samples.
    """
    per_period = settings.period / float(x["time"][1] - x["time"][0])
    bins = settings.bins or round(per_period)
    if bins < 2:
        raise ValueError(
            f"a period of {per_period:g} samples and {bins} bins give no cycle: both must be 2 or "
            "more"
        )
    member = np.round(phase * bins).astype(int) % bins
    samples = np.bincount(member[:train_steps], minlength=bins)
    if not samples.all():
        raise ValueError(
            f"{np.count_nonzero(samples == 0)} of {bins} bins of phase have no sample for "
            f"training (a period has {per_period:g} samples): lower bins"
        )
    train = x.values[:train_steps]
    sums = np.stack([np.bincount(member[:train_steps], v, minlength=bins) for v in train.T], axis=1)
    mean = sums / samples[:, None]
    if settings.smoothing:
        from scipy.ndimage import gaussian_filter1d

        mean = gaussian_filter1d(mean, settings.smoothing * bins, axis=0, mode="wrap")
    mean -= mean.mean(axis=0)
    centre = np.arange(bins) / bins
    removed = np.stack([np.interp(phase, centre, m, period=1) for m in mean.T], axis=1)
    about = {"long_name": "mean at this phase, less the mean of all", "units": x.attrs["units"]}
    record = xr.Dataset(
        {"mean": (("phase", "variable"), mean, about)},
        coords={"phase": ("phase", centre, {"long_name": "time / period", "units": "1"})},
    )
    return removed, record
