"""Running a golden experiment: the one place that knows how tausweep plans and runs.

Everything is run in this process by the engine `eager`, which is the same code on every machine.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from tausweep import runner, store
from tausweep.experiment import load
from tausweep.plan import Plan

from .configurations import TABLE, configuration


@dataclass(frozen=True)
class Result:
    """What one job left."""

    name: str
    """Its stage and its place among the jobs of that stage, which outlast a change of keys."""
    stage: str
    label: str
    key: str
    dataset: xr.Dataset


@dataclass(frozen=True)
class Run:
    """A finished experiment and the directory that holds its files."""

    name: str
    directory: Path
    plan: Plan
    results: list[Result]


def run(name: str, directory: Path) -> Run:
    """Plan the experiment of that name and run its jobs in their order."""
    _write_table(directory / TABLE)
    with contextlib.chdir(directory):
        plan = Plan(load(configuration(name)))
        seen: Counter[str] = Counter()
        results = []
        for job in plan.jobs.values():
            runner.run(job, [directory / job.path], engine="eager")
            dataset = store.read(directory / job.path, stage=job.stage)
            label = plan.jobs.labels.get(job.key, job.stage)
            place = f"{job.stage} {seen[job.stage]}"
            seen[job.stage] += 1
            results.append(Result(place, job.stage, label, job.key, dataset))
    return Run(name, directory, plan, results)


@dataclass(frozen=True)
class Drawing:
    """A figure of an experiment."""

    name: str
    kind: str


def drawings(found: Run) -> list[Drawing]:
    """The figures that the experiment asks for; tables are none."""
    return [
        Drawing(name, job.settings.figure.kind)
        for name, job in found.plan.figures.items()
        if job.settings.figure.styled
    ]


def draw(found: Run, drawing: Drawing) -> list[Path]:
    """Draw a figure from the files, as the workflow does; returns what was written: PDF and PNG."""
    job = found.plan.figures[drawing.name]
    place = found.directory / "results/figures" / f"{drawing.name}"
    outputs = [Path(f"{place}.{suffix}") for suffix in job.settings.figure.formats]
    runner.run(job, outputs)
    return outputs


def _write_table(path: Path) -> None:
    """Write a Hénon orbit with a trend and cycles, by additions and products alone."""
    path.write_text("\n".join(("time,a,b,c", *_rows(4400))) + "\n")


def _rows(steps: int) -> Iterator[str]:
    x, y = 0.1, 0.1
    for t in range(steps):
        x, y = 1 - 1.4 * x * x + y, 0.3 * x
        tooth = (t % 50 - 25) / 50 + (t % 24 > 12)
        a, b = x + tooth + 1e-3 * t, y - tooth - 1e-7 * t * t
        yield f"{t},{a:.6f},{b:.6f},{a:.6f}"
