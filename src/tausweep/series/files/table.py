"""Tables: columns with names, as readers find them, and how large they may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Shaped

from tausweep.series.files.boundary import Refused, some
from tausweep.series.files.bounds import MOST_COLUMNS, MOST_VALUES

LONGEST = 200
"""Characters of a column's name: messages and figures show it."""


@dataclass
class Table:
    """What a reader found."""

    columns: dict[str, Shaped[np.ndarray, " time"]]
    """By name: doubles (NaN where missing), dates (datetime64), or text (objects)."""
    clock: str | None = None
    """The column that the file itself says is time; it may be no column of data."""
    clock_unit: str | None = None
    """Unit in which the clock counts, where it holds numbers and the file says it."""
    index: str | None = None
    """The column that only names rows, as pandas and R write it."""
    dt: float | None = None
    """Sampling interval that the file says, in `clock_unit`."""
    units: str = "1"
    """Of the values, where all have the same."""
    how: dict[str, str] = field(default_factory=dict)
    """How it is written, where that is not the usual."""


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


def of_array(x: Shaped[np.ndarray, "..."], names: Sequence[str] | None = None) -> Table:
    """The table that an array is.

    Raises Refused where it is none.
    """
    doubles = numbers(x)
    named = numbered(doubles.shape[1]) if names is None else list(names)
    check_names(named)
    return Table(dict(zip(named, doubles.T, strict=True)))


def check_names(chosen: Sequence[str], names: Sequence[str] | None = None) -> None:
    """Refuse names of columns that cannot be such, or that several of `names` have.

    Raises Refused.
    """
    names = chosen if names is None else names
    longest = max(names, key=len, default="")
    if len(longest) > LONGEST:
        raise Refused(
            f"found a column name of {len(longest)} characters ({longest:.30}…): give each column "
            f"one of at most {LONGEST}"
        )
    there = Counter(names)
    if len(set(chosen)) < len(chosen) or any(there[name] > 1 for name in chosen):
        raise Refused(f"found columns of the same name ({some(list(names))}): rename them")


def numbered(columns: int) -> list[str]:
    """Names of columns that have none."""
    return [f"x{i}" for i in range(columns)]


def told_apart(names: Sequence[str]) -> list[str]:
    """Names of which some are the same, these with their number: "Cz (1)", "Cz (2)"."""
    count, seen, out = Counter(names), Counter[str](), []
    for name in names:
        seen[name] += 1
        out.append(f"{name} ({seen[name]})" if count[name] > 1 else name)
    return out
