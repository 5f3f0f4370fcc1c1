"""Smoothing in time."""

from __future__ import annotations

import math

import xarray as xr

from tausweep.signal.settings import GaussianSmooth, SavitzkyGolay
from tausweep.signal.steps import parts

REACH = 4.0
"""Where the Gaussian is cut off, in its standard deviations."""


def smooth(
    settings: GaussianSmooth | SavitzkyGolay, signal: xr.Dataset
) -> tuple[xr.Dataset, xr.Dataset]:
    """Smooth the training and the held-out part, each by itself.

    Beyond its ends, the Gaussian sees a part go on as its point reflection; Savitzky-Golay takes
    the polynomial of the last whole window.

    Returns
    -------
    The smoothed signal; nothing else is recorded.

    Raises
    ------
    ValueError
        If a part is shorter than the filter.
    """
    from scipy.signal import savgol_filter
    from scipy.signal.windows import gaussian

    x = signal["x"]
    both = parts.split(x, int(signal["train_steps"]))
    if isinstance(settings, GaussianSmooth):
        reach = math.ceil(REACH * settings.width)
        parts.check_length(both, 2 * reach + 1, f"width {settings.width:g}", "lower width")
        weights = gaussian(2 * reach + 1, settings.width)
        smoothed = [parts.convolve(part, weights / weights.sum()) for part in both]
    else:
        parts.check_length(both, settings.window, f"window {settings.window}", "lower window")
        smoothed = [savgol_filter(part, settings.window, settings.order, axis=0) for part in both]
    return signal.assign(x=parts.join(x, smoothed)), xr.Dataset()
