"""What is still to be done of a plan, and what that will cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tausweep.cost.rates import Cost, Rates
from tausweep.cost.shapes import Shapes
from tausweep.cost.speed import Speed
from tausweep.cost.work import work
from tausweep.job import Job
from tausweep.plan import Plan


@dataclass(frozen=True)
class Share:
    """Of a stage."""

    jobs: int
    """To be done."""
    there: int
    """Done, whose files are there."""
    seconds: float
    """Of one core, all jobs together."""
    memory: float
    """Of the job that needs most, in MiB."""
    disk: float
    """Of all that is written, in MiB."""


@dataclass(frozen=True)
class Estimate:
    """Of a plan."""

    stages: Mapping[str, Share]
    longest: float
    """Seconds of the longest chain of jobs of which each needs the one before."""
    downloads: int
    """Files to be fetched first."""
    assumed: list[str]
    """What the series are about whose length is not known before they are there."""

    @property
    def seconds(self) -> float:
        """Of one core, all stages together."""
        return sum(share.seconds for share in self.stages.values())

    def wall(self, cores: int) -> float:
        """Seconds that it takes on so many cores: they are busy until what is left is one chain."""
        return max(self.seconds / cores, self.longest)


def estimate(plan: Plan, rates: Rates, speed: Speed, directory: Path = Path()) -> Estimate:
    """What is still to be done, and its cost on a machine of this speed.

    As Snakemake does, it leaves out what is needed for nothing that is lacking: results may be gone
    whose figures are drawn.

    Parameters
    ----------
    plan
        All jobs and figures.
    rates
        What jobs cost on the machine they were measured on.
    speed
        Of the machine at hand.
    directory
        Where results/ is, if anything is there yet.

    Raises
    ------
    ConfigError
        A file that a series is made from cannot be read.
    """
    shapes = Shapes(plan.jobs, directory)
    lacking = needed(plan, directory)
    costs = {name: rates.cost(work(job, shapes), speed) for name, job in lacking.items()}
    seconds = {name: cost.seconds for name, cost in costs.items()}
    every = {**plan.jobs, **plan.rendered}
    stages = dict.fromkeys(job.stage for job in every.values())
    return Estimate(
        {stage: _share(stage, every, lacking, costs) for stage in stages},
        max(chains(lacking, seconds).values(), default=0.0),
        sum(not (directory / path).is_file() for path in plan.downloads),
        [
            plan.jobs.labels.get(job.key, job.key)
            for job in lacking.values()
            if job.stage == "series" and not shapes.of(job).known
        ],
    )


def needed(plan: Plan, directory: Path = Path()) -> dict[str, Job]:
    """Figures and reports that are not there, by name; by reference what people ask for as well,
    the best τ, and the jobs for both whose files are not there.
    """
    lacking = {
        reference: job
        for reference, job in plan.jobs.items()
        if not (directory / job.path).is_file()
    }
    found = {
        name: job
        for name, job in plan.rendered.items()
        if not all((directory / path).exists() for path in plan.drawn(name))
    }
    found |= {reference: job for reference, job in lacking.items() if job.stage == "best"}
    ahead = list(found.values())
    while ahead:
        before = {name for name in ahead.pop().references if name in lacking} - found.keys()
        found |= {name: lacking[name] for name in before}
        ahead += [lacking[name] for name in before]
    return found


def chains(jobs: Mapping[str, Job], seconds: Mapping[str, float]) -> dict[str, float]:
    """Of each of these jobs: seconds of the chain from it on, each job an input of the next, that
    takes longest.
    """
    following = followers(jobs)
    found: dict[str, float] = {}

    def chain(name: str) -> float:
        if name not in found:
            found[name] = seconds[name] + max(map(chain, following[name]), default=0.0)
        return found[name]

    for name in jobs:
        chain(name)
    return found


def followers(jobs: Mapping[str, Job]) -> dict[str, list[str]]:
    """Which of these jobs have each as an input."""
    found: dict[str, list[str]] = {name: [] for name in jobs}
    for name, job in jobs.items():
        for before in set(job.references) & jobs.keys():
            found[before].append(name)
    return found


def _share(
    stage: str, every: Mapping[str, Job], lacking: Mapping[str, Job], costs: Mapping[str, Cost]
) -> Share:
    of = [costs[name] for name, job in lacking.items() if job.stage == stage]
    planned = sum(job.stage == stage for job in every.values())
    return Share(
        jobs=len(of),
        there=planned - len(of),
        seconds=sum(cost.seconds for cost in of),
        memory=max((cost.memory for cost in of), default=0.0),
        disk=sum(cost.disk for cost in of),
    )
