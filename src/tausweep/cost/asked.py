"""What a job asks of a scheduler: time and memory, from what it is told to cost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from tausweep.cost.rates import measured
from tausweep.cost.shapes import Shapes
from tausweep.cost.work import work
from tausweep.job import Job
from tausweep.jobs import Jobs

SLOWER = 4.0
"""How many times longer a job may take than is told: nodes are slower than the machine that rates
are from, or shared, and file systems have bad days."""
LARGER = 1.5
"""How many times more memory it may hold."""


class Asked(NamedTuple):
    """Of a scheduler, by the first attempt at a job; the next asks for as much again."""

    minutes: int
    megabytes: int


LEAST = Asked(10, 1000)
LEAST_OF: Mapping[str, Asked] = {
    "train": Asked(30, 4000),
    **dict.fromkeys(("orbit", "members", "metrics", "best"), Asked(2, 1000)),
}
"""Rates of training are those of the compiled engine: torch, which is taken on a GPU or where there
is no compiler, starts slowly and holds a few GB. Orbits and metrics may be many in one job of the
scheduler, whose time is the sum of theirs."""
UNKNOWN = Asked(60, 4000)
UNKNOWN_OF: Mapping[str, Asked] = {"train": Asked(120, 4000)}
"""Of kinds of jobs that were never measured, at least."""


class Requests:
    """What the jobs of a plan ask for, each found when it is asked for, and once.

    No data are read: this is for whoever only submits jobs.

    Parameters
    ----------
    jobs
        All jobs by reference.
    """

    def __init__(self, jobs: Jobs) -> None:
        self._shapes = Shapes(jobs, None)
        self._rates = measured()
        self._found: dict[str, Asked] = {}

    def of(self, job: Job) -> Asked:
        """What a job asks for."""
        if job.reference not in self._found:
            self._found[job.reference] = self._of(job)
        return self._found[job.reference]

    def _of(self, job: Job) -> Asked:
        there_is = work(job, self._shapes)
        told = self._rates.cost(there_is, self._rates.speed)
        if there_is.kind in self._rates.kinds:
            least = LEAST_OF.get(job.stage, LEAST)
        else:
            least = UNKNOWN_OF.get(job.stage, UNKNOWN)
        return Asked(
            max(least.minutes, math.ceil(SLOWER * told.seconds / 60)),
            max(least.megabytes, math.ceil(LARGER * told.memory)),
        )
