"""Damaged configurations and texts of jobs."""

from __future__ import annotations

import contextlib
import io
import json
import random
from functools import cache
from pathlib import Path

import yaml

from tausweep import cli, configfile
from tausweep.errors import ConfigError
from tausweep.job import Job
from tausweep.plan import Plan
from tausweep.study import load

from .mutations import of_text, of_tree
from .rounds import Case

REPOSITORY = Path(__file__).parents[2]


@cache
def _configurations() -> list[tuple[Path, str]]:
    files = [REPOSITORY / "config.yaml", *sorted(REPOSITORY.glob("experiments/**/*.yaml"))]
    return [(file.parent, file.read_text()) for file in files]


def configuration(rng: random.Random, directory: Path) -> Case:
    """As `Snakefile` does: read, check, plan."""
    beside, text = rng.choice(_configurations())
    (directory / "experiments").mkdir()
    (directory / "experiments/own_data.csv").write_text("x\n1\n")
    file = directory / "config.yaml"
    config = of_tree(rng, yaml.safe_load(text))
    if rng.random() < 0.2:
        file.write_text(of_text(rng, text), errors="replace")
        config = {}
        with contextlib.suppress(yaml.YAMLError, ValueError, RecursionError):
            read = yaml.safe_load(file.read_text())
            config = read if isinstance(read, dict) else {}

    def attempt() -> object:
        if file.exists():
            configfile.check(file)
        with contextlib.chdir(directory):
            return Plan(load(config, beside))

    return attempt, "", (ConfigError,)


@cache
def _jobs() -> list[tuple[str, str, list[str]]]:
    """Stage, text and sources of a job of each stage, and of a series from each kind of source."""
    jobs: dict[tuple[str, str], Job] = {}
    for beside, text in _configurations():
        try:
            with contextlib.chdir(REPOSITORY):
                plan = Plan(load(yaml.safe_load(text), beside))
        except ConfigError:  # a file that people put there by hand
            continue
        for job in (*plan.jobs.values(), *plan.figures.values()):
            kind = str(getattr(job.settings, "system", getattr(job.settings, "metric", "")))
            jobs.setdefault((job.stage, kind), job)
    return [(job.stage, job.json, list(job.sources)) for job in jobs.values()]


def job(rng: random.Random, directory: Path) -> Case:
    """As `tausweep stage` does, up to the first input, which is not there."""
    stage, text, sources = rng.choice(_jobs())
    tree = json.loads(text)
    with contextlib.suppress(RecursionError):  # the deepest come from texts
        text = json.dumps(of_tree(rng, tree) if rng.random() < 0.7 else tree)
    if rng.random() < 0.4:
        text = of_text(rng, text)
    if rng.random() < 0.3:
        sources = rng.choice([[], ["a"], ["/dev/zero"], [str(directory)], ["\x00"], ["a", "b"]])

    def attempt() -> object:
        made = Job.from_json(text, sources)
        reads = made.inputs and made.stage != "series"
        output = directory / "results" / made.stage / f"{made.key if reads else 'none'}.nc"
        if made.stage == "figure":
            output = directory / "results/figures/a/b.png"
        _command("stage", stage, "--job", text, "--output", str(output), "--source", *sources)
        return made

    return attempt, "", (ConfigError, _Said)


class _Said(Exception):
    """What the command said before it ended with an error."""


def _command(*arguments: str) -> None:
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        code = cli.main(list(arguments))
    if code:
        raise _Said(said.getvalue().strip("\n"))
