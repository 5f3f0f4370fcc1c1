"""Published numbers beside ours, point by point: stage `reproduction`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy import stats

from tausweep.labelled import labelled
from tausweep.reproduction.settings import Point, Reproduction

RESAMPLES = 2_000
"""Bootstrap samples of the members whose mean an interval is of."""

VERDICTS = ("reproduced", "better", "worse", "different", "all lost", "not run")

# name: long_name, units
VARIABLES = {
    "tau": ("learning interval, NaN where there is none", "step"),
    "published": ("published number", "1"),
    "ours": ("mean over our members that have a value", "1"),
    "lower": ("lower end of the mean's 95 % interval, by bootstrap of members", "1"),
    "upper": ("upper end of it", "1"),
    "median": ("median over our members, those without a value infinitely bad", "1"),
    "difference": ("ours less published", "1"),
    "members": ("members that have a value", "1"),
    "lost": ("members that have none: nothing of their orbits could be compared", "1"),
}
TEXTS = {
    "series": "series",
    "model": "model",
    "method": "method",
    "metric": "what was measured",
    "experiment": "the experiment that ours is from",
    "verdict": "what comes of it",
    "note": "what is known of the published number",
}


@dataclass(frozen=True)
class Row:
    """A published point and what we found there."""

    point: Point
    experiment: str = ""
    values: tuple[float, ...] = ()
    """Of each of our members; one, with an interval of its own, of a number of a series."""
    interval: tuple[float, float] = (np.nan, np.nan)

    @property
    def ours(self) -> float:
        """Mean over members that have a value: published means keep failures that have one."""
        there = [v for v in self.values if np.isfinite(v)]
        return float(np.mean(there)) if there else np.nan

    @property
    def verdict(self) -> str:
        """What comes of it, one of `VERDICTS`."""
        low, high = self.interval
        if not np.isfinite(self.ours):
            return "all lost" if self.values else "not run"
        if low <= self.point.value <= high:
            return "reproduced"
        if self.point.model is None:
            return "different"
        return "better" if self.ours < self.point.value else "worse"


def run(settings: Reproduction, collect: Sequence[xr.Dataset]) -> xr.Dataset:
    """Put every published point beside ours.

    A point is that of the series, model and method of the same names (series whatever the case of
    letters), and of the same τ, in the first experiment that has it.

    Parameters
    ----------
    settings
        The points, and the experiments' names.
    collect
        What is known of the trained members of each experiment.

    Returns
    -------
    `VARIABLES` and `TEXTS` over `point`. The verdict is reproduced where the 95 % interval of our
    mean holds the published number, else better or worse (lower being better) or, of a number of a
    series, different; all lost where no member has a value; not run where no experiment has the
    point.
    """
    rows = [_row(point, settings.experiments, collect) for point in settings.published]
    numbers = np.array([_numbers(row) for row in rows]).T
    texts = np.array([_texts(row) for row in rows], dtype=object).T
    return xr.Dataset(
        labelled(
            {
                name: ("point", values, *about)
                for (name, about), values in zip(VARIABLES.items(), numbers, strict=True)
            }
            | {
                name: ("point", values, about, "1")
                for (name, about), values in zip(TEXTS.items(), texts, strict=True)
            }
        ),
        attrs={"subject": f"{len(rows)} published numbers"},
    )


def _row(point: Point, names: Sequence[str], collect: Sequence[xr.Dataset]) -> Row:
    for name, each in zip(names, collect, strict=True):
        found = _of_series(point, each) if point.model is None else _of_members(point, each)
        if found is not None:
            return Row(point, name, *found)
    return Row(point)


def _of_series(
    point: Point, collect: xr.Dataset
) -> tuple[tuple[float, ...], tuple[float, float]] | None:
    at = [name.lower() == point.series.lower() for name in collect["signal"].to_numpy()]
    if not any(at) or point.metric not in collect:
        return None
    of = collect.isel(signal=at.index(True))
    interval = of.get(f"{point.metric}_interval", xr.DataArray([np.nan, np.nan]))
    low, high = (float(end) for end in interval)
    return (float(of[point.metric]),), (low, high)


def _of_members(
    point: Point, collect: xr.Dataset
) -> tuple[tuple[float, ...], tuple[float, float]] | None:
    if point.metric not in collect:
        return None
    text = {name: collect[name].to_numpy().astype(str) for name in ("series", "model", "method")}
    at = np.char.lower(text["series"]) == point.series.lower()
    at &= (text["model"] == point.model) & (text["method"] == point.method)
    if point.tau is not None:
        at &= collect["tau"].to_numpy() == point.tau
    if not at.any():
        return None
    values = collect[point.metric].to_numpy()[at]
    return tuple(values.tolist()), _of_mean(values[np.isfinite(values)])


def _of_mean(values: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of a mean."""
    if len(values) < 2 or np.ptp(values) == 0:
        return (np.nan, np.nan) if len(values) < 2 else (float(values[0]), float(values[0]))
    found = stats.bootstrap(
        (values,), np.mean, n_resamples=RESAMPLES, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    return float(found.low), float(found.high)


def _numbers(row: Row) -> list[float]:
    there = sum(bool(np.isfinite(v)) for v in row.values)
    low, high = row.interval
    values = np.where(np.isfinite(row.values), row.values, np.inf)
    return [
        np.nan if row.point.tau is None else row.point.tau,
        row.point.value,
        row.ours,
        low,
        high,
        float(np.median(values)) if len(values) else np.nan,
        row.ours - row.point.value,
        there,
        len(row.values) - there,
    ]


def _texts(row: Row) -> list[str]:
    point = row.point
    return [
        point.series,
        point.model or "",
        point.method or "",
        point.metric,
        row.experiment,
        row.verdict,
        point.note,
    ]
