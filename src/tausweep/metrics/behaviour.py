"""What an orbit does in the end: it diverged, rests, repeats itself, or goes on without repeating.

This tells why a model fails where a distance only says that it does. How fast an orbit moves is
beside it: one with the right shape may run through it at the wrong speed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import Field, Strict

from tausweep.metrics.metric import Comparison, Trajectory, Values, Variable

DIVERGED, FIXED_POINT, CYCLE, APERIODIC = range(4)
KINDS = ("diverged", "fixed_point", "cycle", "aperiodic")

Tolerance = Annotated[float, Strict(), Field(gt=0, lt=1)]


class Motion(NamedTuple):
    """What is known of an orbit."""

    kind: int
    period: float
    """In steps; NaN of what is no cycle."""
    frequency: float
    """In cycles per step; NaN of what rests or diverged."""


class Behaviour(Comparison):
    """Kind of orbit, by its last half, in standard deviations of the data.

    It came to rest if its last half extends less than `still` of what the data do, or extends less
    and less (`statespace.recurrence.comes_to_rest`); else it is a cycle if it repeats itself within
    `tolerance` (`period`); else it is aperiodic: chaotic, on a torus, or still on its way. An orbit
    on its way to a cycle, or to a fixed point more slowly than by half in that time, may count as
    either.
    """

    metric: Literal["behaviour"] = "behaviour"
    still: Tolerance = 1e-3
    """Extent of an orbit at rest, at most, as a fraction of the data's."""
    tolerance: Tolerance = 5e-3
    """How near a cycle comes to where it was a period before, as a fraction of the distance of
    unrelated states."""

    version: ClassVar[int | None] = 1
    variables: ClassVar[Mapping[str, Variable]] = {
        "behaviour": Variable(
            "kind of orbit", "1", (), DIVERGED, reference=False, of_data=True, meanings=KINDS
        ),
        "period": Variable(
            "period of the orbit, NaN if it is no cycle", "step", (), np.nan,
            reference=False, of_data=True,
        ),
        "mean_frequency": Variable(
            "mean frequency of the orbit, weighted by power, NaN if it rests", "step-1", (), np.nan,
            reference=False, of_data=True,
        ),
    }  # fmt: skip

    def describe(self, x: Trajectory, data: Trajectory) -> Motion:  # noqa: D102
        from tausweep.statespace.neighbours import mean_period
        from tausweep.statespace.recurrence import comes_to_rest, extent, period

        scale = data.std(axis=0)
        scale = np.where(scale > 0, scale, 1.0)
        last = np.asarray(x[len(x) // 2 :], dtype=np.float64) / scale
        if not np.isfinite(last).all():
            return Motion(DIVERGED, np.nan, np.nan)
        if comes_to_rest(last, self.still * extent(data / scale)):
            return Motion(FIXED_POINT, np.nan, np.nan)
        steps = period(last, self.tolerance)
        kind = CYCLE if np.isfinite(steps) else APERIODIC
        return Motion(kind, steps, 1 / mean_period(last))

    def distance(self, p: Motion, q: Motion) -> Values:
        """What is known of the orbit: of the data it is read beside."""
        return {
            "behaviour": np.int8(q.kind),
            "period": q.period,
            "mean_frequency": q.frequency,
        }
