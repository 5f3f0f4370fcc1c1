"""The one shape of a series, wherever it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from jaxtyping import Bool, Float


def make(
    x: Float[np.ndarray, "time variable"],
    variables: Sequence[str],
    *,
    dt: float,
    time_unit: str,
    attrs: Mapping[str, str | float],
    inputs: Sequence[str] = (),
    units: str = "1",
    filled: Bool[np.ndarray, "time variable"] | None = None,
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
    units
        Unit of the columns.
    filled
        Which samples were missing and were interpolated.

    Returns
    -------
    Dataset
        `x` (time, variable), the first sample at time zero; `input` (time, channel) where there is
        one; of the same shapes `filled` and `input_filled`, where anything was filled.
    """
    kept = [i for i, name in enumerate(variables) if name not in inputs]
    out = xr.Dataset(
        coords={
            "time": ("time", dt * np.arange(len(x)), {"long_name": "time", "units": time_unit}),
            "variable": (
                "variable",
                [variables[i] for i in kept],
                {"long_name": "variable", "units": "1"},
            ),
        },
        attrs={**attrs, "dt": dt, "time_unit": time_unit},
    )

    def add(name: str, dim: str, columns: list[int], long_name: str) -> None:
        of = {"long_name": long_name, "units": units}
        out[name] = (("time", dim), np.asarray(x[:, columns], dtype=np.float64), of)
        if filled is not None and filled[:, columns].any():
            which = {"long_name": f"1 where {name} was missing and is interpolated", "units": "1"}
            mark = "filled" if name == "x" else f"{name}_filled"
            out[mark] = (("time", dim), filled[:, columns].astype(np.int8), which)

    add("x", "variable", kept, "state of the system")
    if inputs:
        names = {"long_name": "channel of the external input", "units": "1"}
        out = out.assign_coords(channel=("channel", list(inputs), names))
        add("input", "channel", [list(variables).index(n) for n in inputs], "external input")
    return out
