"""Samples on a regular clock: time stamps, gaps, missing values.

What was read from outside comes as a Dataset of `x` (time, variable), NaN where a value is
missing, and, where there are time stamps, `stamp` (time), numbers or dates. Nothing about it is
mended unless a setting asks for it, and what was mended is marked; all else is refused in one line
that says where.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import xarray as xr
from jaxtyping import Bool, Float, Int, Shaped

from tausweep.series import dates as calendar
from tausweep.series.dates import SECONDS
from tausweep.series.files.bounds import MOST_VALUES
from tausweep.settings import HUGE

JITTER = 0.05
"""How far a step in time may be from a whole number of sampling intervals, in these."""

Fill: TypeAlias = Literal["interpolate", "longest"] | None
Samples: TypeAlias = Float[np.ndarray, "time variable"]


class NoClock(ValueError):
    """What is wrong with time stamps."""


class Regular(NamedTuple):
    """Samples at equal intervals, none of them missing."""

    x: Samples
    filled: Bool[np.ndarray, "time variable"]
    """Which of them were missing and were interpolated."""
    dt: float
    unit: str
    """Of `dt`."""
    notes: dict[str, str | float]
    """What was done, as attributes of the series."""


class Where(NamedTuple):
    """How messages name a sample."""

    names: list[str]
    stamps: Shaped[np.ndarray, " row"] | None
    row: Int[np.ndarray, " time"]
    """Row in the file of each sample, or of the last one before it."""
    kind: str = "sample"

    def sample(self, i: int) -> str:
        """Its row, counted from 0, and its time stamp."""
        row = self.row[i]
        return f"{self.kind} {row}" + (
            "" if self.stamps is None else f" ({_text(self.stamps[row])})"
        )


@np.errstate(over="ignore", invalid="ignore")  # such steps are irregular, and refused for it
def regular(
    raw: xr.Dataset,
    *,
    dt: float | None = None,
    time_unit: str = "1",
    fill: Fill = None,
    max_gap: int = 0,
    resample: float | None = None,
) -> Regular:
    """Put samples on a regular clock, whole.

    Parameters
    ----------
    raw
        `x` (time, variable), NaN where missing; where there are time stamps, `stamp` (time), in its
        attr `units` if it has one.
    dt
        Sampling interval where there are no stamps; they give it otherwise.
    time_unit
        Unit of `dt`, of stamps that are numbers without units and of `resample`; other stamps are
        counted in it, and where it is "1", in units that suit them.
    fill, max_gap, resample
        As in `tausweep.series.settings.File`.

    Raises
    ------
    ValueError
        Time stamps are missing, repeated, unsorted or irregular, or samples are missing, and no
        setting says what to do; or a gap is longer than `max_gap`.
    """
    x = raw["x"].values
    stamps = raw["stamp"].values if "stamp" in raw.coords else None
    where = Where(raw["variable"].values.tolist(), stamps, np.arange(len(x)))
    if fill is None and resample is None and stamps is None:
        _refuse_missing(x, np.arange(len(x)), where)
    notes: dict[str, str | float] = {}
    fillable, unit = max_gap, time_unit
    if stamps is None:
        if resample is not None:
            raise ValueError("resample needs time stamps, and none were found: set time to them")
        dt = 1.0 if dt is None else dt
    else:
        dates = stamps.dtype.kind == "M"
        if dates:
            time, per, unit = _dates(stamps, time_unit, where, fill, whole=resample is None)
        else:
            time, per, unit = _numbers(stamps, time_unit, raw["stamp"].attrs.get("units"), where)
        step = _interval(time, rounded=not dates)
        dt = step / per
        if resample is None:
            place = _place(x, time / step, f"{dt:g} {unit}", fill, max_gap, where)
            if fill is None:
                _refuse_missing(x, place, where)
            _bounded((int(place[-1]) + 1) * x.shape[1], "max_gap")
            spread = np.full((place[-1] + 1, x.shape[1]), np.nan)
            spread[place] = x
            x = spread
            where = where._replace(row=np.searchsorted(place, np.arange(len(x)), side="right") - 1)
        else:
            _bounded(time[-1] / (resample * per) * x.shape[1], "resample")
            x, clock = _resample(x, time, resample * per, (max_gap + 1) * step)
            notes["resampled_from_dt"] = dt
            dt, fillable = resample, 0
            stamps = stamps[0] + clock.astype("timedelta64[us]" if dates else np.float64)
            where = Where(where.names, stamps, np.arange(len(x)), "resampled sample")
    x, filled, kept = _fill(x, where, fill, max_gap, fillable)
    if filled.any():
        notes["filled_values"] = int(filled.sum())
    if fill == "longest":
        first, last = where.row[kept][[0, -1]]
        notes["samples_cut_before"] = int(first)
        notes["samples_cut_after"] = int(where.row[-1] - last)
    if stamps is not None:
        notes["first_sample"] = _text(stamps[where.row[kept][0]])
    return Regular(x, filled, dt, unit, notes)


def _bounded(values: float, setting: str) -> None:
    if values > MOST_VALUES:
        remedy = "raise it" if setting == "resample" else "lower it"
        raise ValueError(
            f"{setting} would make {values:.3g} values, and at most {MOST_VALUES:,} can be: "
            f"{remedy}, or correct the time stamps"
        )


def merge_repeated(raw: xr.Dataset) -> tuple[xr.Dataset, dict[str, float]]:
    """Sort samples by their stamps and make one of those that share one.

    Values on which they differ become missing.

    Returns
    -------
    Dataset, dict
        The samples; how many were dropped, and how many values became missing, as attributes.
    """
    stamps, first, group = np.unique(raw["stamp"].values, return_index=True, return_inverse=True)
    every, x = raw["x"].values, raw["x"].values[first]
    row, column = np.nonzero((every != x[group]) & ~(np.isnan(every) & np.isnan(x[group])))
    differ = np.unique(np.stack([group[row], column]), axis=1)
    x[tuple(differ)] = np.nan
    merged = raw.isel(time=first).assign(x=(("time", "variable"), x))
    notes = {"repeated_samples": len(every) - len(stamps), "contradictions": differ.shape[1]}
    return merged, {name: int(n) for name, n in notes.items() if n}


def _refuse_missing(x: Samples, place: Int[np.ndarray, " row"], where: Where) -> None:
    missing = np.argwhere(np.isnan(x))
    if len(missing):
        shown = ", ".join(
            f"{where.sample(i)} of variable {where.names[j]!r}" for i, j in missing[:3]
        )
        raise ValueError(
            f"found {len(missing)} missing {'value' if len(missing) == 1 else 'values'}, "
            f"{'the first ' * (len(missing) > 3)}in {shown} "
            f"(counted from 0): leave that variable out, or {_what_fills(x, place)}"
        )


def _what_fills(x: Samples, place: Int[np.ndarray, " row"]) -> str:
    """The settings under which none is missing, of all gaps there are in time and in values."""
    known = [place[~np.isnan(values)] for values in x.T]
    gaps = [int(np.diff(there).max(initial=1)) - 1 for there in known]
    if any(not len(there) or there[0] > place[0] or there[-1] < place[-1] for there in known):
        return f"set fill: longest and max_gap: {max(gaps)}, as the first or the last is missing"
    return f"set fill: interpolate and max_gap: {max(gaps)}, which fills all, or fill: longest"


def _numbers(
    stamps: Shaped[np.ndarray, " row"], unit: str, own: str | None, where: Where
) -> tuple[Float[np.ndarray, " row"], float, str]:
    """Time since the first stamp, how much of that is one unit, and the unit."""
    _refuse_absent(~(np.abs(stamps) <= HUGE))
    time = stamps - stamps[0]
    _refuse_unsorted(np.diff(time), where)
    if unit == "1":
        return time, 1.0, own or unit
    if own in SECONDS and unit in SECONDS and own != unit:
        return time, SECONDS[unit] / SECONDS[own], unit
    return time, 1.0, unit


def _dates(
    stamps: Shaped[np.ndarray, " row"], unit: str, where: Where, fill: Fill, *, whole: bool
) -> tuple[Float[np.ndarray, " row"], float, str]:
    """Likewise, in µs; in months, where stamps come by calendar months and are kept as they are."""
    if unit not in (*SECONDS, "1"):
        raise NoClock(
            f"the time stamps are dates: set time_unit to one of {', '.join(SECONDS)}, found "
            f"{unit!r}"
        )
    _refuse_absent(np.isnat(stamps))
    at, step = calendar.daylight_saving(stamps), np.diff(stamps)
    if at is not None and (fill is None or (step <= np.timedelta64(0)).any()):
        raise NoClock(
            f"the clock jumps by an hour in {where.sample(at)} after {where.sample(at - 1)} "
            "(counted from 0), as local time does for daylight saving, while samples seem to go "
            "on: write the stamps in UTC, or with their offset, as 2020-10-25T02:00+02:00, or set "
            "dt in place of time"
        )
    _refuse_unsorted(step.astype(np.float64), where)
    months = calendar.months(stamps) if whole else None
    if months is not None:
        if unit == "1":
            unit = "month" if np.median(np.diff(months)) % 12 else "year"
        if unit in ("month", "year"):
            return months, 12.0 if unit == "year" else 1.0, unit
        raise NoClock(
            f"the time stamps are of calendar months, which are of no equal length in time_unit "
            f"{unit}: set time_unit to month or year, or resample"
        )
    time = (stamps - stamps[0]).astype("timedelta64[us]").astype(np.float64)
    unit = calendar.unit_of(float(np.median(np.diff(time)))) if unit == "1" else unit
    return time, 1e6 * SECONDS[unit], unit


def _refuse_absent(absent: Bool[np.ndarray, " row"]) -> None:
    rows = np.flatnonzero(absent)
    if len(rows):
        raise NoClock(
            f"found {len(rows)} rows without a time stamp, the first in row {rows[0]} (counted "
            "from 0): remove these rows"
        )


def _refuse_unsorted(step: Float[np.ndarray, " step"], where: Where) -> None:
    if (step <= 0).any():
        i = int(np.argmax(step <= 0))
        again, back = int((step == 0).sum()), int((step < 0).sum())
        raise NoClock(
            f"time stamps must ascend, found {again} that repeat and {back} that go back, the "
            f"first in {where.sample(i + 1)} after {where.sample(i)} (counted from 0): remove or "
            "sort such rows, or set dt in place of time"
        )


def _interval(time: Float[np.ndarray, " row"], *, rounded: bool) -> float:
    """The usual step; stamps that were rounded in a file are averaged over."""
    step = np.diff(time)
    usual = float(np.median(step))
    if not rounded:
        return usual
    near = step[np.abs(step - usual) <= JITTER * usual]
    return float(f"{near.mean():.12g}") if len(near) else usual


def _place(
    x: Samples, time: Float[np.ndarray, " row"], said: str, fill: Fill, max_gap: int, where: Where
) -> Int[np.ndarray, " row"]:
    """Number of each sample x on a clock on which some are missing; `time` is in its intervals.

    A gap that is too long to be filled counts as one sample longer than can be, and no more, so
    that a single wrong date does not ask for any amount of memory.
    """
    step = np.diff(time)
    said = said.removesuffix(" 1")
    steps = np.rint(step).astype(np.int64)
    uneven = np.flatnonzero((np.abs(step - steps) > JITTER) | (steps < 1))
    if len(uneven):
        raise NoClock(
            f"time is irregular: samples come every {said}, but {len(uneven)} of {len(steps)} "
            f"steps are no multiple of it, the first after {where.sample(uneven[0])} (counted from "
            f"0), of {step[uneven[0]]:.3g} times that: set resample, say to {said}, and max_gap"
        )
    refused = np.flatnonzero(steps - 1 > (max_gap if fill else 0))
    if len(refused) and fill != "longest":
        at_most = f", and max_gap is {max_gap}" if fill else ""
        remedy = _what_fills(x, np.concatenate([[0], np.cumsum(steps)]))
        raise NoClock(
            f"found {len(refused)} gaps in time, the first of {steps[refused[0]] - 1} samples "
            f"after {where.sample(refused[0])} (counted from 0), the longest of {steps.max() - 1}, "
            f"where samples come every {said}{at_most}: {remedy}"
        )
    return np.concatenate([[0], np.cumsum(np.minimum(steps, max_gap + 2))])


def _resample(
    x: Samples, time: Float[np.ndarray, " row"], step: float, limit: float
) -> tuple[Samples, Float[np.ndarray, " time"]]:
    """Interpolate linearly onto a clock of this step, between neighbours at most `limit` apart.

    Returns the samples, NaN where that is not possible, and the clock, from the first row on.
    """
    count = int(time[-1] / step + 1e-9) + 1
    clock = np.minimum(step * np.arange(count), time[-1])
    exact = 1e-9 * time[-1]
    out = np.full((count, x.shape[1]), np.nan)
    for column, values in enumerate(x.T):
        there = ~np.isnan(values)
        known = time[there]
        if len(known) < 2:
            continue
        right = np.searchsorted(known, clock).clip(1, len(known) - 1)
        before, after = known[right - 1], known[right]
        near = (before <= clock) & (clock <= after) & (after - before <= limit * (1 + JITTER))
        near |= np.minimum(np.abs(clock - before), np.abs(after - clock)) <= exact
        out[near, column] = np.interp(clock[near], known, values[there])
    return out, clock


def _fill(
    x: Samples, where: Where, fill: Fill, max_gap: int, fillable: int
) -> tuple[Samples, Bool[np.ndarray, "time variable"], slice]:
    """Interpolate gaps of up to `fillable` samples; refuse longer ones, or cut at them."""
    missing = np.isnan(x)
    lost = np.zeros_like(missing)
    for column, gaps in enumerate(missing.T):
        for start, stop in zip(*_runs(gaps), strict=True):
            if stop - start <= fillable and start > 0 and stop < len(x):
                continue
            lost[start:stop, column] = True
            if fill != "longest":
                at = f"after {where.sample(start - 1)}" if start else "at the beginning"
                remedy = "set fill: longest, or raise max_gap"
                if fillable == max_gap:
                    remedy = _what_fills(x, np.arange(len(x)))
                raise ValueError(
                    f"variable {where.names[column]!r} has a gap of {stop - start} samples {at} "
                    f"(counted from 0), which cannot be interpolated: max_gap is {max_gap}, and "
                    f"there must be samples on both sides: {remedy}"
                )
    starts, stops = _runs(~lost.any(axis=1))
    if not len(starts):
        raise ValueError("no sample has values of all variables: leave some out by columns")
    longest = int(np.argmax(stops - starts))
    kept = slice(int(starts[longest]), int(stops[longest]))
    filled = missing & ~lost
    x = x.copy()
    for column in map(int, np.flatnonzero(filled.any(axis=0))):
        known, gaps = np.flatnonzero(~missing[:, column]), np.flatnonzero(filled[:, column])
        x[gaps, column] = np.interp(gaps, known, x[known, column])
    return x[kept], filled[kept], kept


def _runs(mask: Bool[np.ndarray, " time"]) -> tuple[np.ndarray, np.ndarray]:
    """First index of every run of True, and the index after its last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return edges[::2], edges[1::2]


def _text(stamp: np.generic) -> str:
    if isinstance(stamp, np.datetime64):
        return str(stamp.astype("datetime64[us]")).removesuffix(".000000")
    return f"{stamp:.12g}"
