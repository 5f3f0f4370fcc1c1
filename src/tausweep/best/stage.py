"""The learning interval that one should use, from a sweep of it: stage `best`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from jaxtyping import Float

from tausweep.best.cost import between, cost
from tausweep.best.median import Best, best, by_tau
from tausweep.best.settings import Judging
from tausweep.labelled import Labelled, labelled
from tausweep.members.quantile import quantile
from tausweep.metrics.bounds import Bounds
from tausweep.metrics.quantities import selected, split

OTHERWISE = (0.5, 2.0)
"""How many times the best τ one may be wrong by, of which the cost is told."""


def run(
    settings: Judging,
    train: Sequence[xr.Dataset],
    metrics: Sequence[xr.Dataset],
    reference: Sequence[xr.Dataset],
) -> xr.Dataset:
    """Find the best τ of a sweep, how sure that is, and what it costs to use another.

    Parameters
    ----------
    settings
        By what quantities a τ is judged; each is measured.
    train
        Of each training job `tau`, `member`.
    metrics
        Of the same members in the same order, the quantities over `run`; of a costly metric several
        files, whose members follow each other.
    reference
        Floors and ceilings of these metrics, `NAME_floor` and `NAME_ceiling`, where they have some.

    Returns
    -------
    By each `quantity`: `best_tau` with its interval, the `good` range, `edge`, whether the system
    was `learned` there, and whether the quantity `tells` models apart at all; `median` and `cost`
    at every `tau` that was tried, and the `cost_otherwise` of `times` the best. `suggested` is the
    best τ by the first quantity, NaN where it has none.
    """
    tau = np.concatenate([np.full(job.sizes["member"], float(job["tau"])) for job in train])
    member = np.concatenate([job["member"].to_numpy() for job in train])
    tables, found = [], []
    for name in settings.quantities:
        steps, table = by_tau(tau, member, _values(name, metrics))
        rng = np.random.default_rng(settings.seed)
        tables.append(table)
        found.append(best(steps, table, good=settings.good, resamples=settings.resamples, rng=rng))
    bounds = [_bounds(name, reference) for name in settings.quantities]
    return xr.Dataset(
        labelled(
            _of_best(settings, found, bounds) | _of_others(steps, tables, found) | _suggested(found)
        ),
        labelled(_coordinates(settings, steps)),
        {
            "subject": f"{train[0].attrs['subject']}, by {settings.quantities[0]}",
            "confidence": settings.confidence,
        },
    )


def _values(name: str, metrics: Sequence[xr.Dataset]) -> Float[np.ndarray, " run"]:
    """A quantity of all members."""
    return np.concatenate(
        [selected(each, name).to_numpy() for each in metrics if split(name)[0] in each]
    )


def _bounds(name: str, reference: Sequence[xr.Dataset]) -> Bounds:
    """Floor and ceiling of a quantity, of the metric that has it."""
    found = (Bounds.of(each, name) for each in reference)
    return next((ends for ends in found if np.isfinite(ends).any()), Bounds(np.nan, np.nan))


def _of_best(settings: Judging, found: list[Best], bounds: list[Bounds]) -> dict[str, Labelled]:
    by, percent = "quantity", f"{100 * settings.confidence:g} % interval"
    well = [ends.learned(each.median) for each, ends in zip(found, bounds, strict=True)]
    return {
        "best_tau": (by, [b.tau for b in found], "τ with the lowest median over members", "step"),
        "best_tau_interval": (
            (by, "bound"),
            [b.interval(settings.confidence) for b in found],
            f"its {percent}: bootstrap of members, widened to neighbouring τ",
            "step",
        ),
        "good": (
            (by, "bound"),
            [b.good for b in found],
            f"range of τ around it with medians at most {settings.good:g} times as large",
            "step",
        ),
        "edge": (by, [b.edge for b in found], "-1: smallest τ tried, 1: largest, 0: between", "1"),
        "learned": (
            by,
            np.array(well, dtype=np.int8),
            "whether the lowest median is nearer to the floor than to the ceiling",
            "1",
        ),
        "times_floor": (
            by,
            [ends.times_floor(each.median) for each, ends in zip(found, bounds, strict=True)],
            "the lowest median over the floor, which is about 1 for a perfect model",
            "1",
        ),
        "tells": (
            by,
            np.array([not ends.meet for ends in bounds], dtype=np.int8),
            "whether floor and ceiling lie apart, so that it tells models apart",
            "1",
        ),
    }


def _of_others(
    tau: Float[np.ndarray, " tau"],
    tables: list[Float[np.ndarray, "tau member"]],
    found: list[Best],
) -> dict[str, Labelled]:
    """What every τ gives, beside the best."""
    medians = [quantile(table, 0.5) for table in tables]
    costs = [cost(median) for median in medians]
    otherwise = [
        [between(times * b.tau, tau, of) for times in OTHERWISE]
        for b, of in zip(found, costs, strict=True)
    ]
    return {
        "median": (("quantity", "tau"), medians, "median over members, infinite: lost", "1"),
        "cost": (("quantity", "tau"), costs, "median over the lowest of all τ", "1"),
        "cost_otherwise": (
            ("quantity", "times"),
            otherwise,
            "cost of so many times the best τ, NaN beyond those tried",
            "1",
        ),
        "members": ((), tables[0].shape[1], "members of every τ", "1"),
    }


def _suggested(found: list[Best]) -> dict[str, Labelled]:
    return {"suggested": ((), found[0].tau, "τ to use: the best by the first quantity", "step")}


def _coordinates(settings: Judging, tau: Float[np.ndarray, " tau"]) -> dict[str, Labelled]:
    def text(*values: str) -> np.ndarray:
        return np.array(values, dtype=object)

    return {
        "quantity": ("quantity", text(*settings.quantities), "by which a τ is judged", "1"),
        "tau": ("tau", tau, "learning interval that was tried", "step"),
        "times": ("times", list(OTHERWISE), "multiple of the best τ", "1"),
        "bound": ("bound", text("lower", "upper"), "end of an interval", "1"),
    }
