"""Published numbers beside ours, point by point: stage `reproduction`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy import stats

from tausweep.labelled import labelled
from tausweep.members.quantile import quantile
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
    named = dict(zip(settings.experiments, map(_Collected, collect), strict=True))
    rows = [_row(point, named) for point in settings.published]
    numbers, texts = [_numbers(row) for row in rows], [_texts(row) for row in rows]
    return xr.Dataset(
        labelled(
            {
                name: ("point", np.array([row[name] for row in numbers]), *about)
                for name, about in VARIABLES.items()
            }
            | {
                name: ("point", np.array([row[name] for row in texts], dtype=object), about, "1")
                for name, about in TEXTS.items()
            }
        ),
        attrs={"subject": f"{len(rows)} published numbers"},
    )


class _Collected:
    """What is known of the trained members of an experiment, to look points up in."""

    def __init__(self, collect: xr.Dataset) -> None:
        self.collect = collect
        self.signals = [str(name).lower() for name in collect["signal"].to_numpy()]
        self.labels = {
            name: collect[name].to_numpy().astype(str) for name in ("series", "model", "method")
        }
        self.labels["series"] = np.char.lower(self.labels["series"])

    def find(self, point: Point) -> tuple[tuple[float, ...], tuple[float, float]] | None:
        """Values and interval at a point; None where there are none."""
        if point.metric not in self.collect:
            return None
        return self._of_series(point) if point.model is None else self._of_members(point)

    def _of_series(self, point: Point) -> tuple[tuple[float, ...], tuple[float, float]] | None:
        if point.series.lower() not in self.signals:
            return None
        of = self.collect.isel(signal=self.signals.index(point.series.lower()))
        interval = of.get(f"{point.metric}_interval", xr.DataArray([np.nan, np.nan]))
        low, high = (float(end) for end in interval)
        return (float(of[point.metric]),), (low, high)

    def _of_members(self, point: Point) -> tuple[tuple[float, ...], tuple[float, float]] | None:
        at = self.labels["series"] == point.series.lower()
        at &= (self.labels["model"] == point.model) & (self.labels["method"] == point.method)
        if point.tau is not None:
            at &= self.collect["tau"].to_numpy() == point.tau
        if not at.any():
            return None
        values = self.collect[point.metric].to_numpy()[at]
        return tuple(values.tolist()), _of_mean(values[np.isfinite(values)])


def _row(point: Point, named: Mapping[str, _Collected]) -> Row:
    for name, each in named.items():
        if (found := each.find(point)) is not None:
            return Row(point, name, *found)
    return Row(point)


def _of_mean(values: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of a mean."""
    if len(values) < 2:
        return np.nan, np.nan
    if np.ptp(values) == 0:
        return float(values[0]), float(values[0])
    found = stats.bootstrap(
        (values,), np.mean, n_resamples=RESAMPLES, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    return float(found.low), float(found.high)


def _numbers(row: Row) -> dict[str, float]:
    there = sum(bool(np.isfinite(v)) for v in row.values)
    values = np.where(np.isfinite(row.values), row.values, np.nan)
    return {
        "tau": np.nan if row.point.tau is None else row.point.tau,
        "published": row.point.value,
        "ours": row.ours,
        "lower": row.interval[0],
        "upper": row.interval[1],
        "median": float(quantile(values, 0.5)) if len(values) else np.nan,
        "difference": row.ours - row.point.value,
        "members": there,
        "lost": len(row.values) - there,
    }


def _texts(row: Row) -> dict[str, str]:
    labels = row.point.model_dump(include={"series", "model", "method", "metric", "note"})
    known = {name: text or "" for name, text in labels.items()}
    return known | {"experiment": row.experiment, "verdict": row.verdict}
