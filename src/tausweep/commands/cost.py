"""`tausweep cost CONFIG`: what a run will cost, before anything runs."""

from __future__ import annotations

import argparse
import json
import os
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tausweep.commands.options import add_configuration, add_json

if TYPE_CHECKING:
    from tausweep.cost.estimate import Estimate

WIDTH = 70
"""Of what is printed, as wide as the table."""


def add(commands: Any) -> None:
    """Add the command to those of `argparse`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "cost", help="say what a run will cost, before anything runs"
    )
    add_configuration(parser)
    parser.add_argument(
        "--cores", type=int, default=os.cpu_count() or 1, help="cores to run on (default: all here)"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Measure this machine, and print what is still to be done and its cost, by stage.

    Raises
    ------
    ConfigError
        The configuration is none, or a file that it names cannot be read.
    ValueError
        There are no cores.
    """
    from tausweep import study
    from tausweep.cost import rates, speed
    from tausweep.cost.estimate import estimate
    from tausweep.plan import Plan

    if options.cores < 1:
        raise ValueError(f"--cores must be at least 1, found {options.cores}")
    plan = Plan(study.read(options.config))
    found = estimate(plan, rates.measured(), speed.measure())
    if options.json:
        more = {"seconds": found.seconds, "wall_seconds": found.wall(options.cores)}
        print(json.dumps({**asdict(found), **more, "cores": options.cores}, indent=2))
    else:
        print(_table(found))
        print(_words(found, options.cores))


def _table(found: Estimate) -> str:
    lines = [f"{'stage':14}{'jobs':>7}{'there':>7}{'core hours':>12}{'memory':>10}{'disk':>10}"]
    for stage, share in found.stages.items():
        memory = _bytes(share.memory) if share.jobs else "-"
        lines.append(
            f"{stage:14}{share.jobs:7}{share.there:7}{share.seconds / 3600:12.2f}"
            f"{memory:>10}{_bytes(share.disk):>10}"
        )
    shares = found.stages.values()
    jobs, there = (sum(getattr(share, name) for share in shares) for name in ("jobs", "there"))
    memory = _bytes(max((share.memory for share in shares), default=0.0))
    disk = _bytes(sum(share.disk for share in shares))
    hours = found.seconds / 3600
    lines.append(f"{'in all':14}{jobs:7}{there:7}{hours:12.2f}{memory:>10}{disk:>10}")
    return "\n".join(lines)


def _words(found: Estimate, cores: int) -> str:
    from tausweep.cost.duration import duration
    from tausweep.cost.shapes import SAMPLES

    if not any(share.jobs for share in found.stages.values()):
        return "\nNothing is left to be done."
    said = [
        f"On {cores} {'core' if cores == 1 else 'cores'} of a machine as fast as this one: about "
        f"{duration(found.wall(cores))}. "
        f"The longest chain of jobs takes {duration(found.longest)}.",
        "Memory is that of the largest job. No GPU is counted on: how fast training is on one was "
        "not measured.",
    ]
    if found.downloads:
        files = "file is" if found.downloads == 1 else "files are"
        said.append(f"{found.downloads} {files} to be downloaded first, which is not counted.")
    if found.assumed:
        names = ", ".join(found.assumed)
        said.append(f"Not there yet, and counted as {SAMPLES} samples: {names}.")
    return "\n" + "\n".join(textwrap.fill(text, WIDTH) for text in said)


def _bytes(mebibytes: float) -> str:
    return f"{mebibytes / 1024:.1f} GiB" if mebibytes >= 1000 else f"{mebibytes:.0f} MiB"
