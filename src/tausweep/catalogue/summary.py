"""What a Dataset holds, variable by variable, in a few numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr

from tausweep.catalogue.text import number, some


def summary(dataset: xr.Dataset) -> list[dict[str, Any]]:
    """Of each variable its shape, type, unit and meaning, and of numbers how they are spread.

    A single number is its `value`; of several there are `least`, `median` and `most` of those that
    are finite, and how many are `not_finite`. Of text there are the different `values`.
    """
    names = [*dataset.data_vars, *(name for name in dataset.coords if name not in dataset.dims)]
    return [_of(str(name), dataset[name]) for name in [*names, *dataset.indexes]]


def in_words(found: dict[str, Any]) -> str:
    """The numbers of a variable."""
    if "values" in found:
        return some([repr(text) for text in found["values"]])
    if "value" in found:
        value = found["value"]
        return "not finite" if value is None else number(value)
    lost = f"{found['not_finite']} not finite" if found["not_finite"] else ""
    if found["median"] is None:
        return lost or "empty"
    if found["least"] == found["most"] and not lost:
        return number(found["median"])
    spread = f"{number(found['least'])} … {number(found['most'])}, median {number(found['median'])}"
    return f"{spread}; {lost}" if lost else spread


def _of(name: str, variable: xr.DataArray) -> dict[str, Any]:
    attrs = variable.attrs
    about = {
        "name": name,
        "sizes": {str(dim): size for dim, size in variable.sizes.items()},
        "type": str(variable.dtype) if variable.dtype.kind in "biuf" else "text",
        "units": attrs.get("units", ""),
        "long_name": attrs.get("long_name", ""),
    }
    values = variable.values
    if values.dtype.kind not in "biuf":
        return about | {"values": list(dict.fromkeys(map(str, values.ravel())))}
    if values.ndim == 0:
        return about | {"value": float(values) if math.isfinite(values) else None}
    finite = values[np.isfinite(values)].astype(float)
    least, median, most = (
        (finite.min(), np.median(finite), finite.max()) if finite.size else (None, None, None)
    )
    return about | {
        "least": least, "median": median, "most": most, "not_finite": values.size - finite.size
    }  # fmt: skip
