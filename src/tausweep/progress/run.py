"""A run as it goes: what is done, what runs, what failed, and how long the rest will take."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from tausweep.drawn import REPORT
from tausweep.job import RESULTS
from tausweep.progress.epochs import Epochs, read
from tausweep.progress.failure import tail

if TYPE_CHECKING:
    from tausweep.progress.outlook import Outlook

OVERDUE = 0.1
"""Of the time that a job runs already, where that is longer than was expected: what is left."""


def named(log: str) -> tuple[str, str]:
    """Stage and name of the job that has this log, results/logs/<stage>/<key>.log: its reference,
    or the name of the figure or the report.
    """
    stage, *rest = PurePath(log).relative_to(f"{RESULTS}/logs").with_suffix("").parts
    name = "/".join(rest)
    match stage:
        case "figures":
            return "figure", name
        case "report":
            return "report", f"{name}/{REPORT}"
        case _:
            return stage, f"{stage}/{name}"


@dataclass
class Active:
    """A job that was handed out, to a core or to a queue."""

    stage: str
    name: str
    about: str
    logs: list[Path]
    benchmark: Path | None
    since: float
    """When it was handed out; this and all times here are of the clock, in seconds."""
    began: float | None = None
    """When it began to run: its log was there."""
    epochs: Epochs | None = None
    """Of a training job that said how far it is."""
    said: float = 0.0
    """When its log was last written."""

    def look(self) -> None:
        """Read from its log whether it runs, and how far it is."""
        try:
            written = self.logs[0].stat().st_mtime
        except OSError:
            return
        # A second: file systems and clocks are not exact. A log of an earlier try is older.
        if written < self.since - 1 or written == self.said:
            return
        self.said = written
        if self.began is None:
            self.began = max(written, self.since)
        if self.stage == "train":
            self.epochs = read(tail(self.logs[0])) or self.epochs

    def ran(self) -> bool:
        """Whether it began to run."""
        self.look()
        return self.began is not None

    def took(self, now: float) -> float:
        """Seconds it ran, as Snakemake measured, or else by the clock."""
        try:
            assert self.benchmark is not None
            return float(json.loads(self.benchmark.read_text().splitlines()[-1])["s"])
        except (AssertionError, OSError, ValueError, LookupError, TypeError):
            return now - (self.began or self.since)


class Run:
    """Of jobs that Snakemake numbers.

    Parameters
    ----------
    outlook
        How long jobs will take.
    counts
        How many jobs of each stage are to be done, in the order in which they will be shown.
    cores
        How many jobs can run at once.
    began
        When.
    """

    def __init__(
        self, outlook: Outlook, counts: Mapping[str, int], cores: int, began: float
    ) -> None:
        self.outlook, self.counts, self.cores, self.began = outlook, counts, cores, began
        self.done: Counter[str] = Counter()
        """By stage."""
        self.pages: list[str] = []
        """Reports that were written, the last first."""
        self.active: dict[int, Active] = {}
        self.failed: dict[int, Active] = {}
        """Not tried again, so far."""
        self._pool = {stage: set(names) for stage, names in outlook.by_stage().items()}
        self._spent = 0.0

    def start(self, number: int, job: Active) -> None:
        """A job was handed out, for the first time or again."""
        self.failed.pop(number, None)
        self.active[number] = job
        self._pool.get(job.stage, set()).discard(job.name)

    def finish(self, number: int, now: float) -> Active | None:
        """A job is done: which, if it is known here."""
        job = self.active.pop(number, None)
        if job is not None:
            took = job.took(now)
            self.done[job.stage] += 1
            self._spent += took
            self.outlook.learn(job.name, took)
            if job.stage == "report":
                self.pages.insert(0, f"{RESULTS}/figures/{job.name}.html")  # a study's is last
        return job

    def fail(self, number: int) -> Active:
        """An active job failed: which."""
        job = self.failed[number] = self.active.pop(number)
        return job

    def look(self) -> None:
        """Read from the logs of active jobs how far they are."""
        for job in self.active.values():
            job.look()
            if job.epochs is not None:
                self.outlook.learn(job.name, job.epochs.seconds)

    @property
    def reports(self) -> bool:
        """Whether it will end with pages that show all figures, and does not train any more."""
        return "report" in self.counts and self.done["train"] >= self.counts.get("train", 0)

    def of(self, stage: str) -> list[Active]:
        """Active jobs of a stage."""
        return [job for job in self.active.values() if job.stage == stage]

    def lost(self) -> set[str]:
        """Names of jobs that cannot be done, as what they need failed."""
        return self.outlook.after(job.name for job in self.failed.values())

    def left(self, now: float) -> Left:
        """How long the rest will take."""
        lost, waiting = self.lost(), self.waiting()
        rest = {job.name: self._rest(job, now) for job in self.active.values()}
        work, most, longest = dict.fromkeys(self.counts, 0.0), dict.fromkeys(self.counts, 0.0), 0.0
        for stage in self.counts:
            active = [job.name for job in self.of(stage)]
            ahead = self._pool.get(stage, set()) - lost if stage in waiting else set()
            seconds = {name: rest[name] for name in active}
            seconds |= {name: self.outlook.seconds(name) for name in ahead}
            work[stage] = sum(seconds[name] for name in active)
            work[stage] += waiting.get(stage, 0) * self.outlook.usual(stage, ahead)
            most[stage] = max(seconds.values(), default=0.0)
            ends = (each + self.outlook.chain(name) for name, each in seconds.items())
            longest = max(longest, *ends, 0.0)
        places, whole = self._places(), sum(work.values())
        run = (now - job.began for job in self.active.values() if job.began is not None)
        spent = self._spent + sum(run)
        return Left(
            max(whole / places, longest),
            {stage: max(work[stage] / places, most[stage]) for stage in work},
            spent / (spent + whole) if whole else 1.0,
        )

    def waiting(self) -> dict[str, int]:
        """How many jobs of each stage are still to be handed out, where there are some."""
        gone = self.done + Counter(
            [job.stage for job in (*self.active.values(), *self.failed.values())]
            + [self.outlook.jobs[name].stage for name in self.lost()]
        )
        waiting = {stage: count - gone[stage] for stage, count in self.counts.items()}
        return {stage: count for stage, count in waiting.items() if count > 0}

    def _rest(self, job: Active, now: float) -> float:
        """Seconds that an active job will take from now on."""
        if job.began is None:
            return self.outlook.seconds(job.name)
        if job.epochs is not None:
            return max(job.epochs.seconds * (1 - job.epochs.fraction) - (now - job.said), 0.0)
        ran = now - job.began
        return max(self.outlook.seconds(job.name) - ran, OVERDUE * ran)

    def _places(self) -> int:
        """For jobs at once: in a queue in which some wait, as many as run."""
        run = sum(job.began is not None for job in self.active.values())
        return max(run, 1) if 0 < run < len(self.active) else self.cores


@dataclass(frozen=True)
class Left:
    """What is left of a run, in seconds of the clock."""

    seconds: float
    """In all."""
    stages: Mapping[str, float]
    """Of each stage, were it alone; no less than its longest job."""
    fraction: float
    """Of all work, that is done."""
