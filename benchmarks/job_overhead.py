"""What it costs to start a job: processor time of the jobs of a small experiment, as commands.

    OMP_NUM_THREADS=1 python benchmarks/job_overhead.py [EXPERIMENT] [--repeats 3]

The experiment, experiments/smoke.yaml unless another is named, is run in a directory that is thrown
away; of each kind of job the first is measured.
Columns, in seconds, each the least of the repeats:

    cpu       processor time of the command, and of what it starts
    own       what its file says that the stage took (wall clock; a figure's file says nothing)
    imports   what loading modules took (wall clock), by `python -X importtime` in other runs;
              some are within `own`
    ratio     cpu to that of `python -c "import numpy, xarray"`, which no job can do without
"""

from __future__ import annotations

import argparse
import math
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import netCDF4
import yaml

from tausweep.experiment import load
from tausweep.job import Job
from tausweep.plan import Plan

EXPERIMENT = Path(__file__).parents[1] / "experiments" / "smoke.yaml"
SELF = re.compile(r"^import time: +(\d+) \|", re.MULTILINE)
"""Microseconds of each import, those within it left out."""


def kind_of(job: Job) -> str:
    """Its stage, and which metric or figure it is about."""
    settings = job.settings
    about = {
        "metrics": lambda: settings.name,  # type: ignore[attr-defined]
        "reference": lambda: settings.metric.name,  # type: ignore[attr-defined]
        "figure": lambda: settings.figure.kind,  # type: ignore[attr-defined]
    }
    return f"{job.stage} {about[job.stage]()}" if job.stage in about else job.stage


def outputs(job: Job) -> list[str]:
    """The files it writes."""
    if job.stage == "figure":
        return [f"results/figures/overhead/{job.key}.{suffix}" for suffix in ("pdf", "png")]
    return [job.path]


def cpu(arguments: Sequence[str], directory: Path) -> tuple[float, str]:
    """Processor time of a Python with these arguments, and what it says on standard error."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, done.stderr


def own(job: Job, directory: Path) -> float:
    """Seconds that its file says the stage took; NaN of a figure."""
    if job.stage == "figure":
        return math.nan
    with netCDF4.Dataset(directory / job.path) as file:
        return float(file.seconds)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("experiment", nargs="?", type=Path, default=EXPERIMENT)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    plan = Plan(load(yaml.safe_load(options.experiment.read_text())))
    seen: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        least = ["-c", "import numpy, xarray"]
        bare = min(cpu(least, directory)[0] for _ in range(options.repeats))
        print(f"{'':28}{'jobs':>5}{'cpu':>7}{'own':>7}{'imports':>9}{'ratio':>7}")
        print(f"{'import numpy, xarray':28}{'':5}{bare:7.2f}{'':16}{1:7.1f}")
        rows = []
        for job in [*plan.jobs.values(), *plan.figures.values()]:
            command = ["-m", "tausweep.cli", "stage", job.stage, "--job", job.json]
            command += ["--output", *outputs(job)]
            kind = kind_of(job)
            seen[kind] = seen.get(kind, 0) + 1
            if seen[kind] > 1:
                cpu(command, directory)  # others need its file
                continue
            total, took, imports = [], [], []
            for _ in range(options.repeats):
                total.append(cpu(command, directory)[0])
                took.append(own(job, directory))
                _, said = cpu(["-X", "importtime", *command], directory)
                imports.append(sum(map(int, SELF.findall(said))) / 1e6)
            rows.append((kind, min(total), min(took), min(imports)))
        for kind, whole, stage, loading in rows:
            ratio = f"{whole / bare:7.1f}"
            print(f"{kind:28}{seen[kind]:5}{whole:7.2f}{stage:7.2f}{loading:9.2f}{ratio}")


if __name__ == "__main__":
    main()
