"""What a Dataset holds, variable by variable, in a few numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr

from tausweep.catalogue.text import number, some

FEW = 4
"""Numbers that are shown one by one."""


def summary(dataset: xr.Dataset) -> list[dict[str, Any]]:
    """Of each variable its shape, type, unit and meaning, and of numbers how they are spread.

    A few numbers, None where one is not finite, and text are its `values`, of text those that
    differ; of more numbers there are `least`, `median` and `most` of those that are finite, and how
    many are `not_finite`.
    """
    names = [*dataset.data_vars, *(name for name in dataset.coords if name not in dataset.dims)]
    return [_of(str(name), dataset[name]) for name in [*names, *dataset.indexes]]


def in_words(found: dict[str, Any]) -> str:
    """The numbers of a variable."""
    if "values" in found:
        return some(list(map(_word, found["values"]))) or "empty"
    lost = f"{found['not_finite']} not finite" if found["not_finite"] else ""
    if found["median"] is None:
        return lost
    spread = f"{number(found['least'])} … {number(found['most'])}, median {number(found['median'])}"
    return f"{spread}; {lost}" if lost else spread


def _word(value: Any) -> str:
    if isinstance(value, str):
        return repr(value)
    return "not finite" if value is None else number(value)


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
    if values.size <= FEW:
        few = values.astype(float).ravel().tolist()
        return about | {"values": [value if math.isfinite(value) else None for value in few]}
    finite = values[np.isfinite(values)].astype(float)
    least, median, most = (
        (finite.min(), np.median(finite), finite.max()) if finite.size else (None, None, None)
    )
    return about | {
        "least": least, "median": median, "most": most, "not_finite": values.size - finite.size
    }  # fmt: skip
