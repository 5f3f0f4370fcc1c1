"""Removal of a polynomial trend."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.polynomial import polynomial

from tausweep.signal.settings import Detrend


def detrend(settings: Detrend, signal: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset]:
    """Remove the polynomial that fits the training part best, also where it is extrapolated.

    Its argument s runs from −1 to 1 over the training part, so that powers of long times stay
    small and the coefficients are in the series' units.

    Returns
    -------
    The signal without its trend, and `coefficients` (degree, variable).

    Raises
    ------
    ValueError
        If the training part has no more samples than the polynomial has coefficients.
    """
    x, time, train = signal["x"], signal["time"].values, slice(int(signal["train_steps"]))
    if len(time[train]) <= settings.order + 1:
        raise ValueError(
            f"order {settings.order} needs more than {settings.order + 1} samples for training, "
            f"found {len(time[train])}: lower order, or give a longer series"
        )
    begin, end = time[train][[0, -1]]
    s = (2 * time - begin - end) / (end - begin)
    coefficients = polynomial.polyfit(s[train], x.values[train], settings.order)
    trend = polynomial.polyval(s, coefficients).T
    attrs = {
        "long_name": "polynomial of s = (2 time - begin - end) / (end - begin), by powers of s",
        "units": x.attrs["units"],
        "begin": begin,
        "end": end,
    }
    degree = {"long_name": "power of s", "units": "1"}
    record = xr.Dataset(
        {"coefficients": (("degree", "variable"), coefficients, attrs)},
        coords={"degree": ("degree", np.arange(settings.order + 1), degree)},
    )
    return signal.assign(x=x.copy(data=x.values - trend)), record
