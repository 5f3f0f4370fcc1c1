"""Smoothing in time."""

from __future__ import annotations

import math

import xarray as xr
from scipy.ndimage import gaussian_filter1d
from scipy.signal import savgol_filter

from tausweep.config import GaussianSmooth, SavitzkyGolay
from tausweep.signal import parts

REACH = 4.0
"""Where the Gaussian is cut off, in its standard deviations."""


def smooth(
    cell: GaussianSmooth | SavitzkyGolay, signal: xr.Dataset
) -> tuple[xr.Dataset, xr.Dataset]:
    """Smooth the training and the held-out part, each by itself.

    At the ends of a part, the Gaussian sees it reflected about its last sample; Savitzky-Golay
    takes the polynomial of the last whole window.

    Returns
    -------
    The smoothed signal; nothing else is recorded.

    Raises
    ------
    ValueError
        If a part is shorter than the filter.
    """
    x = signal["x"]
    both = parts.split(x, int(signal["train_steps"]))
    if isinstance(cell, GaussianSmooth):
        reach = math.ceil(REACH * cell.width)
        parts.check_length(both, 2 * reach + 1, f"width {cell.width:g}", "lower width")
        smoothed = [
            gaussian_filter1d(part, cell.width, axis=0, mode="mirror", radius=reach)
            for part in both
        ]
    else:
        parts.check_length(both, cell.window, f"window {cell.window}", "lower window")
        smoothed = [savgol_filter(part, cell.window, cell.order, axis=0) for part in both]
    return signal.assign(x=parts.join(x, smoothed)), xr.Dataset()
