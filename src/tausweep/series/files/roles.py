"""Which column is the time, which are variables, and which only number the rows.

A column is the time where a setting or the file itself says so; where it holds dates; where its
name says so; or where it is the first and rises evenly. What is decided is said, in attribute
`read_as`, and what may be time or not is refused: a clock among the variables would be learned.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Shaped

from tausweep.series.clock import JITTER
from tausweep.series.files import stamps
from tausweep.series.files.boundary import Refused, some
from tausweep.series.files.table import Table, check_names
from tausweep.series.settings import File

UNIT = r"\s*(?:[\[({/_ -]\s*(?P<unit>[^\])}]*)[\])}]?)?"
STRONG = re.compile(
    r"(?:date[ _/-]?time|time[ _-]?stamp|date|time|datum|zeit|temps|fecha|hora|epoch|years?|months?"
    r"|unix(?:[ _]?time)?|utc|julian[ _]?da(?:y|te)|decimal[ _](?:date|year)|seconds?|hours?|days?)"
    + UNIT,
    re.IGNORECASE,
)
"""Names of columns that are time."""
WEAK = re.compile(r"t(?![a-z])" + UNIT, re.IGNORECASE)
"""And of those that are if they rise: it may be a temperature."""
PARTS = ("year", "month", "day", "hour", "minute", "second")
"""Columns that are a date together."""
FEW = 20
"""Fewer values may rise by chance."""
USUAL = 0.9
"""Share of equal steps in a column that counts time, with gaps."""


def wanted(names: Sequence[str], own: File) -> list[str]:
    """The columns to read, the time among them where it is named; all where none are.

    Raises Refused where one is not there, or there twice, or none can be a name.
    """
    for what, name in [("time", own.time), *(("columns", name) for name in own.columns)]:
        if name is not None and name not in names:
            raise Refused(f"{what} names {name!r}, but the columns are {some(list(names))}")
    time = [] if own.time is None else [own.time]
    chosen = [*time, *own.columns] if own.columns else list(names)
    if names and list(names) == [own.time]:
        raise Refused(f"found no column beside {own.time!r}, the time stamps")
    check_names(chosen, names)
    return chosen


def may_be_time(name: str, names: Sequence[str]) -> bool:
    """Whether a column is looked at for time though it is not asked for."""
    return name == names[0] or _named(name) is not None


def is_clock(values: Shaped[np.ndarray, " time"]) -> bool:
    """Whether a column that nobody asked for can be the time."""
    return values.dtype.kind in "mM" or _rises(values)


def numbers_rows(values: Shaped[np.ndarray, " time"]) -> bool:
    """Whether a column only names or counts rows."""
    if values.dtype.kind == "O":
        return True  # of row names, which the caller knows
    return _rises(values) and bool((np.diff(values) == 1).all())


def assign(table: Table, own: File) -> xr.Dataset:
    """Tell time from variables.

    Returns
    -------
    Dataset
        `x` (time, variable), where there are time stamps `stamp` (time), numbers in its attr
        `units`, where these are known, or dates; attrs `dt` and `dt_unit` where the file says them;
        `read_as`, JSON of what was taken for what.

    Raises Refused where a column may be time or not, or none is left.
    """
    wanted(list(table.columns), own)
    columns = dict(table.columns)
    left: dict[str, str] = {}
    asked = (*own.columns, own.time)
    if table.index in columns and table.index not in asked and numbers_rows(columns[table.index]):
        del columns[table.index]
        left[table.index] = "it numbers the rows"
    time, stamp, parts = _time(columns, table, own, left)
    if stamp is not None and not own.columns:
        rows = [
            n
            for n, v in columns.items()
            if n not in parts and v.dtype.kind in "fiu" and numbers_rows(v)
        ]
        left |= dict.fromkeys(rows, "it numbers the rows")
    names = own.columns or [n for n in columns if n not in parts and n not in left]
    if not names:
        raise Refused(f"found no column beside {time!r}, the time stamps")
    for name in names:
        if columns[name].dtype.kind not in "fiu":
            raise Refused(
                f"column {name!r} holds {_holds(columns[name])} and no numbers: set time to it, or "
                "leave it out by columns"
            )
    x = np.stack([columns[name].astype(np.float64) for name in names], axis=1)
    found = xr.Dataset({"x": (("time", "variable"), x)}, coords={"variable": names})
    said: dict[str, Any] = {"rows": len(x), "variables": names, "time": None, "left_out": left}
    if stamp is not None:
        taken = None
        unit = table.clock_unit if time == table.clock else unit_in(time)
        if stamp.dtype.kind == "m":
            stamp, unit = stamp.astype(np.float64) / 1e6, "s"  # of the day
        elif stamp.dtype.kind != "M" and (unit is None or time != table.clock):
            stamp, taken = stamps.of_numbers(stamp.astype(np.float64), time, unit)
        if stamp.dtype.kind == "M":
            taken = taken or "dates"
            stamp = stamp.astype("datetime64[us]")
        said["time"] = time if taken is None else f"{time} ({taken})"
        units = {} if unit is None or stamp.dtype.kind == "M" else {"units": unit}
        found = found.assign_coords(stamp=("time", stamp, units))
    elif table.dt is not None and own.dt is None:
        found = found.assign_attrs(dt=table.dt, dt_unit=table.clock_unit or "1")
    return found.assign_attrs(
        units=table.units,
        read_as=json.dumps({**said, **table.how}, ensure_ascii=False),
    )


def _time(
    columns: dict[str, Shaped[np.ndarray, " time"]], table: Table, own: File, left: dict[str, str]
) -> tuple[str, Shaped[np.ndarray, " time"] | None, list[str]]:
    """The time: its name, its stamps, and the columns it was made of."""
    if own.time is not None:
        return own.time, columns[own.time], [own.time]
    free = {n: v for n, v in columns.items() if n not in own.columns}
    parts = _parts(free, columns, table)
    if not parts:
        return "", None, []
    time = ", ".join(parts)
    unclear = parts[0] != table.clock and not _is_clear(parts[0], columns)
    if own.dt is not None or (own.columns and unclear):
        left |= dict.fromkeys(parts, "columns leaves it out" if own.dt is None else "dt is set")
        return "", None, []
    if unclear:
        raise _unclear(parts[0], columns)
    if len(parts) == 1:
        return time, columns[parts[0]], parts
    if columns[parts[1]].dtype.kind == "m":
        return time, columns[parts[0]] + columns[parts[1]], parts
    return time, _dates(columns, parts), parts


def _parts(
    free: dict[str, Shaped[np.ndarray, " time"]],
    columns: dict[str, Shaped[np.ndarray, " time"]],
    table: Table,
) -> list[str]:
    """The columns that are time, the surest first; none where none is."""
    if table.clock in free:
        return [table.clock]
    dates = [name for name, values in free.items() if values.dtype.kind == "M"]
    clocks = [name for name, values in free.items() if values.dtype.kind == "m"]
    if dates:
        midnight = not (columns[dates[0]].astype("datetime64[D]") != columns[dates[0]]).any()
        return [dates[0], *(clocks[:1] if midnight else [])]
    if clocks:
        return clocks[:1]
    if len(columns) == 1:
        return []
    numeric = {name: v for name, v in free.items() if v.dtype.kind in "fiu"}
    by_part = {name.strip().lower(): name for name in numeric}
    parts = [by_part[part] for part in PARTS if part in by_part]
    if len(parts) > 1 and "year" in by_part and "month" in by_part:
        return parts
    for name, values in numeric.items():
        sure = _named(name)
        if sure or (sure is False and _rises(values)):
            return [name]
    first = next(iter(columns))
    return (
        [first] if first in numeric and (_rises(columns[first]) or _falls(columns[first])) else []
    )


def _is_clear(name: str, columns: dict[str, Shaped[np.ndarray, " time"]]) -> bool:
    """Whether a column is time by its kind, its name or its even rise."""
    values = columns[name]
    return values.dtype.kind not in "fiu" or _named(name) is not None or _even(values)


def _unclear(name: str, columns: dict[str, Shaped[np.ndarray, " time"]]) -> Refused:
    values = columns[name]
    step = f"{float(np.median(np.abs(np.diff(values)))):.3g}"
    rises = _rises(values)
    remedy = f"set time to it, and resample, say to {step}, with max_gap" if rises else "sort rows"
    others = ", ".join(other for other in columns if other != name)
    return Refused(
        f"its first column, {name!r}, {'rises' if rises else 'falls'} from row to row, by {step} "
        f"as a rule: if it is time, {remedy}; if it is not, say which are the variables by "
        f"columns: {name:.60}, {others:.60} or only the latter"
    )


def _named(name: str) -> bool | None:
    """True where a name can only be that of time, False where it can be, None where not."""
    return (
        True if STRONG.fullmatch(name.strip()) else False if WEAK.fullmatch(name.strip()) else None
    )


def unit_in(name: str) -> str | None:
    """The unit that stands in the name of a time, as in "t (s)", if any."""
    name = name.strip()
    match = STRONG.fullmatch(name) or WEAK.fullmatch(name)
    return stamps.UNITS.get(((match and match["unit"]) or name).strip().lower())


def _rises(values: Shaped[np.ndarray, " time"]) -> bool:
    if values.dtype.kind not in "fiu" or len(values) < FEW or not np.isfinite(values).all():
        return False
    return bool((np.diff(values) > 0).all())


def _falls(values: Shaped[np.ndarray, " time"]) -> bool:
    return values.dtype.kind in "fiu" and _rises(-values.astype(np.float64))


def _even(values: Shaped[np.ndarray, " time"]) -> bool:
    """Whether it counts time evenly, perhaps with gaps, or in dates that are numbers."""
    if stamps.of_numbers(values.astype(np.float64), "")[1]:
        return True
    step = np.diff(values)
    with np.errstate(all="ignore"):
        near = np.abs(step / np.median(step) - 1) <= JITTER
    return bool(_rises(values) and near.mean() >= USUAL)


def _dates(
    columns: dict[str, Shaped[np.ndarray, " time"]], parts: list[str]
) -> Shaped[np.ndarray, " time"]:
    found = {part.strip().lower(): columns[part] for part in parts}
    dates = stamps.of_parts(found)
    if dates is None:
        raise Refused(
            f"columns {', '.join(parts)} are no dates together: name the time or the columns"
        )
    return dates


def _holds(values: Shaped[np.ndarray, " time"]) -> str:
    return {"M": "dates", "m": "times of day"}.get(values.dtype.kind, "text")
