"""Time stamps: dates as text in many formats, and numbers that are dates."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Float, Shaped

from tausweep.series.files.boundary import Refused

DAYS = (
    *("%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%Y/%m/%d"),
    *("%d-%m-%Y", "%m-%d-%Y", "%Y.%m.%d", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%b %Y"),
    *("%Y-%b-%d", "%Y %m %d", "%m/%Y", "%m.%Y", "%Y/%m", "%b-%Y", "%Y-%j"),
)
TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S")
FORMATS = [day + time for day in DAYS for time in TIMES]
"""How dates are written beside ISO 8601."""

DIGITS = {
    6: "%Y%m",
    7: "%Y%j",
    8: "%Y%m%d",
    10: "%Y%m%d%H",
    12: "%Y%m%d%H%M",
    14: "%Y%m%d%H%M%S",
}
"""Dates that are written as whole numbers, by their digits."""

EPOCH = {"s": (1e8, 4e9), "ms": (1e11, 4e12), "us": (1e14, 4e15), "ns": (1e17, 4e18)}
"""Counts since 1970 that fall between 1973 and 2096, by unit."""

UNITS = {
    **dict.fromkeys(["us", "µs", "μs", "microsecond", "microseconds"], "us"),
    **dict.fromkeys(["ms", "msec", "millisecond", "milliseconds"], "ms"),
    **dict.fromkeys(["s", "sec", "secs", "second", "seconds"], "s"),
    **dict.fromkeys(["min", "mins", "minute", "minutes"], "min"),
    **dict.fromkeys(["h", "hr", "hrs", "hour", "hours"], "h"),
    **dict.fromkeys(["d", "day", "days"], "day"),
    **dict.fromkeys(["month", "months"], "month"),
    **dict.fromkeys(["yr", "yrs", "year", "years", "a"], "year"),
}
"""Units of time by how they are written."""

YEARS = (1500, 2200)
"""Which years can be meant."""

Dates = Shaped[np.ndarray, " time"]


def of_text(column: pd.Series, time_format: str | None) -> tuple[Dates, str] | None:
    """Dates that all texts of a column are, and their format; None where they are none.

    A missing entry becomes NaT.

    Raises Refused where days and months cannot be told apart.
    """
    text = column.dropna().astype(str).str.strip()
    if text.empty:
        return None
    formats = [time_format] if time_format else ["ISO8601", *FORMATS]
    first, fitting = text.iloc[[0, len(text) // 2, -1]], []
    for one in formats:
        if _parse(first, one) is not None and (dates := _parse(text, one)) is not None:
            fitting.append((one, dates))
            if one == "ISO8601" or "%b" in one:
                break
    if len(fitting) > 1:  # days and months may be swapped: only one order is likely to be regular
        even = [(one, dates) for one, dates in fitting if _even(dates)]
        if len(even) != 1:
            raise Refused(
                f"dates as {text.iloc[0]!r} may be {' or '.join(one for one, _ in fitting)}: set "
                "time_format to one of these"
            )
        fitting = even
    if not fitting:
        return None
    how, dates = fitting[0]
    return np.asarray(dates.reindex(column.index).to_numpy()), how


def _parse(text: pd.Series, how: str) -> pd.Series | None:
    try:
        dates = pd.to_datetime(text, format=how, utc=True, errors="coerce")
    except (ValueError, OverflowError):  # a format that is none
        return None
    if dates.isna().any():
        return None
    return dates.dt.tz_localize(None).astype("datetime64[us]")


def _even(dates: pd.Series) -> bool:
    steps = np.diff(dates.to_numpy())
    return bool(
        len(steps) and (steps > np.timedelta64(0)).all() and steps.max() < 3 * np.median(steps)
    )


def of_numbers(
    values: Float[np.ndarray, " time"], name: str, unit: str | None = None
) -> tuple[Dates, str | None]:
    """Time stamps that numbers mean: dates as they are, where they are dates, or the numbers.

    Of a known unit, as of a column "day", they may be dates written as whole numbers (20200131),
    but are not counted from 1970.

    Returns
    -------
    array, str or None
        Dates or numbers; and what the numbers were taken for, where they are dates.
    """
    if not len(values) or not np.isfinite(values).all() or len(values) < 2:
        return values, None
    if (values == np.rint(values)).all() and (values > 0).all():
        digits = {len(f"{v:.0f}") for v in (values.min(), values.max())}
        how = DIGITS.get(digits.pop()) if len(digits) == 1 else None
        if how is not None:
            dates = _parse(pd.Series(values.astype(np.int64).astype(str)), how)
            if dates is not None and dates.dt.year.between(*YEARS).all():
                return dates.to_numpy(), f"dates as {values[0]:.0f}"
    for count, (least, most) in EPOCH.items() if unit is None else ():
        if least < values.min() and values.max() < most and _timelike(name):
            since = np.rint(values * {"s": 1e6, "ms": 1e3, "us": 1, "ns": 1e-3}[count])
            return since.astype(np.int64).astype("datetime64[us]"), f"{count} since 1970"
    return values, None


def of_parts(parts: Mapping[str, Float[np.ndarray, " time"]]) -> Dates | None:
    """Dates of which year, month and perhaps more stand in columns; None where these are none."""
    given = pd.DataFrame({"day": 1, **parts})
    dates = pd.to_datetime(given, errors="coerce")
    return None if dates.isna().any() else dates.to_numpy().astype("datetime64[us]")


def _timelike(name: str) -> bool:
    return re.search(r"time|date|stamp|epoch|unix|utc|^ts?$", name, re.IGNORECASE) is not None
