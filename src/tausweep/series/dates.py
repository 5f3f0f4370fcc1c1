"""Dates as a clock: calendar months and years, units, and clocks that jump by an hour."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Shaped

SECONDS = {
    "us": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "min": 60.0,
    "h": 3600.0,
    "day": 86400.0,
    "month": 365.25 * 86400.0 / 12,
    "year": 365.25 * 86400.0,
}
"""Units in which dates can be counted; stamps of whole calendar months and years count as such."""

WITHIN = np.timedelta64(84, "h")
"""How far stamps of a month may be apart in it: the middle of months, or their last days."""
HOUR = np.timedelta64(1, "h")
SEASON = (3, 4, 9, 10, 11)
"""Months in which clocks are changed somewhere."""

Dates = Shaped[np.ndarray, " row"]


def months(stamps: Dates) -> Float[np.ndarray, " row"] | None:
    """Months since the first stamp, where stamps come once in so many calendar months or years.

    None where they do not, or come at equal intervals anyway.
    """
    month = stamps.astype("datetime64[M]")
    count = (month - month[0]).astype(np.int64)
    step, days = np.diff(count), np.diff(stamps)
    if len(step) < 2 or step.min() < 1 or (days == days[0]).all():
        return None
    if (step % int(np.median(step))).any():
        return None
    since, until = stamps - month, (month + np.timedelta64(1, "M")).astype(stamps.dtype) - stamps
    if min(np.ptp(since), np.ptp(until)) > WITHIN:
        return None
    return np.asarray(count, dtype=np.float64)


def unit_of(step: float) -> str:
    """The largest unit of which a step of so many µs is at least one."""
    units = [unit for unit in SECONDS if unit not in ("month", "year")]
    return max(
        (u for u in units if 1e6 * SECONDS[u] <= step), key=SECONDS.__getitem__, default="us"
    )


def daylight_saving(stamps: Dates) -> int | None:
    """The first sample after a jump of the clock by an hour, as local time makes it, if any.

    It goes back, or else it goes forward on Sundays only and has no other gaps.
    """
    step = np.diff(stamps)
    usual = np.sort(step)[len(step) // 2]
    odd = np.flatnonzero(step != usual)
    at = stamps[odd + 1]
    day = at.astype("datetime64[D]")
    month = day.astype("datetime64[M]").astype(np.int64) % 12 + 1
    likely = np.isin(month, SEASON) & (at - day <= 4 * HOUR) & (usual <= HOUR)
    back = likely & (step[odd] == usual - HOUR)
    forward = likely & (step[odd] == usual + HOUR) & (day.astype(np.int64) % 7 == 3)
    if back.any():
        return int(odd[back | forward][0]) + 1
    return int(odd[0]) + 1 if len(odd) and forward.all() else None
