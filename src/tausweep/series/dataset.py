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
    inputs: Sequence[str] = (),
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
    inputs
        Which of the columns are an external input and no variables.

    Returns
    -------
    Dataset
        `x` (time, variable), the first sample at time zero; `input` (time, channel) where there is
        one.
    """
    columns = list(variables)
    if inputs:
        kept = [i for i, name in enumerate(columns) if name not in inputs]
        names = [columns[i] for i in kept]
        out = make(x[:, kept], names, dt=dt, time_unit=time_unit, attrs=attrs)
        driving = np.asarray(x[:, [columns.index(name) for name in inputs]], dtype=np.float64)
        what = {"long_name": "external input", "units": "1"}
        channel = {"long_name": "channel of the external input", "units": "1"}
        return out.assign(input=(("time", "channel"), driving, what)).assign_coords(
            channel=("channel", list(inputs), channel)
        )
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
