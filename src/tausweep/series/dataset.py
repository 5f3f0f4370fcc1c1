"""The one shape of a series, wherever it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from jaxtyping import Float


def make(
    x: Float[np.ndarray, "time variable"],
    variables: Sequence[str],
    *,
    dt: float,
    time_unit: str,
    attrs: Mapping[str, str | float],
) -> xr.Dataset:
    """Put samples, their names and their clock together.

    Parameters
    ----------
    x
        Samples, one row per time.
    variables
        Names of the columns.
    dt, time_unit
        Sampling interval and its unit; "1" if time has none.
    attrs
        Further global attributes.

    Returns
    -------
    Dataset
        `x` (time, variable), the first sample at time zero.
    """
    return xr.Dataset(
        {
            "x": (
                ("time", "variable"),
                np.asarray(x, dtype=np.float64),
                {"long_name": "state of the system", "units": "1"},
            )
        },
        coords={
            "time": ("time", dt * np.arange(len(x)), {"long_name": "time", "units": time_unit}),
            "variable": ("variable", list(variables), {"long_name": "variable", "units": "1"}),
        },
        attrs={**attrs, "dt": dt, "time_unit": time_unit},
    )
