"""Tables: columns with names, chosen by them, perhaps with time stamps among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import xarray as xr
from jaxtyping import Float, Shaped

from tausweep.series.files.boundary import Refused, some
from tausweep.series.files.bounds import MOST_COLUMNS, MOST_VALUES

LONGEST = 200
"""Characters of a column's name: messages and figures show it."""


def check_shape(shape: Sequence[int]) -> None:
    """Refuse what is no table, or too large a one, before it is read.

    Raises Refused.
    """
    if len(shape) not in (1, 2):
        raise Refused(f"found an array of shape {tuple(shape)}: save it as (time, variable)")
    rows, columns = shape if len(shape) == 2 else (*shape, 1)
    if columns > MOST_COLUMNS:
        raise Refused(
            f"found {rows} rows of {columns} columns, and at most {MOST_COLUMNS} can be: rows are "
            "samples and columns are variables, so transpose it, or leave columns out"
        )
    if rows * columns > MOST_VALUES:
        raise Refused(
            f"found {rows} rows of {columns} columns, and at most {MOST_VALUES:,} values are read: "
            "keep fewer columns, or every second sample, or a part"
        )


def numbers(x: Shaped[np.ndarray, "..."]) -> Float[np.ndarray, "time variable"]:
    """Table of doubles; a single variable may come without its axis.

    Raises Refused where these are no real numbers, or no table.
    """
    if x.dtype.kind not in "fiu":
        raise Refused(f"found values of type {x.dtype}: save real numbers")
    check_shape(x.shape)
    with np.errstate(all="ignore"):  # what overflows is infinite, and refused later
        return (x[:, None] if x.ndim == 1 else x).astype(np.float64)


def raw(
    x: Float[np.ndarray, "time variable"],
    names: Sequence[str],
    stamp: Shaped[np.ndarray, " time"] | None,
) -> xr.Dataset:
    """What was read: `x` (time, variable), and `stamp` (time), numbers or dates in µs."""
    found = xr.Dataset({"x": (("time", "variable"), x)}, coords={"variable": list(names)})
    if stamp is None:
        return found
    kind = np.dtype("datetime64[us]") if stamp.dtype.kind == "M" else np.dtype(np.float64)
    with np.errstate(all="ignore"):
        return found.assign_coords(stamp=("time", stamp.astype(kind)))


def wanted(names: list[str], columns: Sequence[str], time: str | None) -> list[str]:
    """The columns to read, `time` among them; all where none are named.

    Raises Refused where one is not there, or there twice, or none can be a name.
    """
    longest = max(names, key=len, default="")
    if len(longest) > LONGEST:
        raise Refused(
            f"found a column name of {len(longest)} characters ({longest:.30}…): give each column "
            f"one of at most {LONGEST}"
        )
    for what, name in [("time", time), *(("columns", name) for name in columns)]:
        if name is not None and name not in names:
            raise Refused(f"{what} names {name!r}, but the columns are {some(names)}")
    if names == [time]:
        raise Refused(f"found no column beside {time!r}, the time stamps")
    chosen = [*([] if time is None else [time]), *columns] if columns else list(names)
    there = Counter(names)
    if len(set(chosen)) < len(chosen) or any(there[name] > 1 for name in chosen):
        raise Refused(f"found columns of the same name ({some(names)}): rename them")
    return chosen


def numbered(columns: int) -> list[str]:
    """Names of columns that have none."""
    return [f"x{i}" for i in range(columns)]
