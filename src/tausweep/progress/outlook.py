"""How long jobs will take: as was foretold before the run, corrected by those that ran in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from tausweep.cost.estimate import chains, followers, needed
from tausweep.cost.rates import measured
from tausweep.cost.shapes import Shapes
from tausweep.cost.work import work
from tausweep.job import Job
from tausweep.plan import Plan

LEAST = 1.0
"""Seconds of a job that nothing is known of: it has at least to start."""
BELIEF = 10.0
"""Seconds of jobs that must have run to count as much as the belief that this machine is as fast as
the one on which costs were measured."""


class Outlook:
    """Of the jobs of a run.

    How much longer than foretold jobs take is found for each stage and over all: a stage of which
    little has run is believed to be as all others are.

    Parameters
    ----------
    jobs
        That may have to run, by name: a reference, or the name of a figure.
    seconds
        Foretold of each.
    """

    def __init__(self, jobs: Mapping[str, Job], seconds: Mapping[str, float]) -> None:
        self.jobs, self._seconds = jobs, seconds
        self._chains, self._followers = chains(jobs, seconds), followers(jobs)
        self._foretold: defaultdict[str, float] = defaultdict(float)
        self._took: defaultdict[str, float] = defaultdict(float)
        self._known: dict[str, float] = {}
        self._usual = {
            stage: sum(seconds[name] for name in names) / len(names)
            for stage, names in self.by_stage().items()
        }

    @classmethod
    def of(cls, plan: Plan, stages: Iterable[str], directory: Path = Path()) -> Self:
        """Of a run in which jobs of these stages are to be done.

        Of a stage of which no job is lacking, all may be done again. Raises ConfigError where a
        file that a series is made from cannot be read.
        """
        every, lacking = {**plan.jobs, **plan.rendered}, needed(plan, directory)
        short = {job.stage for job in lacking.values()}
        jobs = {
            name: job
            for name, job in every.items()
            if job.stage in stages and (name in lacking or job.stage not in short)
        }
        rates, shapes = measured(), Shapes(plan.jobs, directory)
        costs = {name: rates.cost(work(job, shapes), rates.speed) for name, job in jobs.items()}
        return cls(jobs, {name: max(cost.seconds, LEAST) for name, cost in costs.items()})

    def by_stage(self) -> dict[str, list[str]]:
        """The names of its jobs."""
        found: dict[str, list[str]] = {}
        for name, job in self.jobs.items():
            found.setdefault(job.stage, []).append(name)
        return found

    def learn(self, name: str, took: float) -> None:
        """A job took so many seconds, or will have taken them when it is done."""
        if name not in self.jobs:
            return
        stage = self.jobs[name].stage
        if name not in self._known:
            self._foretold[stage] += self._seconds[name]
        self._took[stage] += took - self._known.get(name, 0.0)
        self._known[name] = took

    def slower(self, stage: str | None = None) -> float:
        """How many times longer than foretold jobs take, of a stage or over all."""
        if stage is None:
            return (sum(self._took.values()) + BELIEF) / (sum(self._foretold.values()) + BELIEF)
        one = self._usual.get(stage, LEAST)
        return (self._took[stage] + one * self.slower()) / (self._foretold[stage] + one)

    def seconds(self, name: str) -> float:
        """That a job will take."""
        if name not in self.jobs:
            return LEAST * self.slower()
        return self._seconds[name] * self.slower(self.jobs[name].stage)

    def usual(self, stage: str, names: Iterable[str]) -> float:
        """Seconds that one of these jobs of a stage will take, on average."""
        foretold = [self._seconds[name] for name in names]
        one = sum(foretold) / len(foretold) if foretold else self._usual.get(stage, LEAST)
        return one * self.slower(stage)

    def chain(self, name: str) -> float:
        """Seconds that the longest chain of jobs from this one on will take, itself left out."""
        if name not in self.jobs:
            return 0.0
        return (self._chains[name] - self._seconds[name]) * self.slower()

    def after(self, names: Iterable[str]) -> set[str]:
        """All jobs that need what these make."""
        found: set[str] = set()
        ahead = list(names)
        while ahead:
            following = set(self._followers.get(ahead.pop(), [])) - found
            found |= following
            ahead += following
        return found
