"""Delay vectors as the state of the signal."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tausweep.config import Embed


def embed(cell: Embed, signal: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset]:
    """Put delay vectors (x(t), x(t − delay), x(t − 2 delay), …) in the place of the variables.

    They begin where the first is whole, and look back only: a training vector holds no held-out
    sample. What was recorded of earlier steps is about the series' variables, of dimension
    `observed` from here on.

    Returns
    -------
    The signal with variables such as `x`, `x(t-17)`; and `delay` (variable) in steps.

    Raises
    ------
    ValueError
        If a vector spans more than the training part.
    """
    lags = cell.delay * np.arange(cell.dimension)
    span, train_steps = int(lags[-1]), int(signal["train_steps"])
    if span + 2 > train_steps:
        raise ValueError(
            f"dimension {cell.dimension} and delay {cell.delay} span {span} steps, and the "
            f"training part has {train_steps}: lower them, or give a longer series"
        )
    x, observed = signal["x"], signal["variable"]
    vectors = [x.values[span - lag : x.sizes["time"] - lag] for lag in lags]
    names = [f"{name}(t-{lag})" if lag else str(name) for lag in lags for name in observed.values]
    about = {"long_name": "observed variable", "units": "1"}
    out = signal.drop_vars("x").isel(time=slice(span, None)).rename(variable="observed")
    out = out.assign_coords(
        observed=("observed", observed.values, about), variable=("variable", names, observed.attrs)
    )
    out["x"] = (("time", "variable"), np.concatenate(vectors, axis=1), x.attrs)
    out["train_steps"] = signal["train_steps"].copy(data=train_steps - span)
    delay = {"long_name": "how far back the variable looks", "units": "step"}
    record = xr.Dataset({"delay": ("variable", np.repeat(lags, len(observed)), delay)})
    return out, record
