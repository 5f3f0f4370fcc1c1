"""`tausweep stage NAME`: run one job, as the workflow does."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from tausweep.job import Job
from tausweep.stages import STAGES


def add(commands: Any) -> None:
    """Add the command to those of `argparse`."""
    parser: argparse.ArgumentParser = commands.add_parser("stage", help="run one job of one stage")
    parser.add_argument("name", help=", ".join(STAGES))
    parser.add_argument("--job", required=True, help="the job as JSON, as snakemake -p prints it")
    parser.add_argument(
        "--output",
        required=True,
        type=Path,
        nargs="+",
        help="results/STAGE/KEY.nc; for a figure its files: .pdf, .png, .svg",
    )
    parser.add_argument(
        "--source", nargs="*", default=[], help="the files from outside that a series is read from"
    )
    parser.add_argument(
        "--marker",
        type=Path,
        help="for a figure: NAME.KEY, made instead of any other NAME.* when it is drawn",
    )
    parser.add_argument("--threads", type=int, default=1, help="CPU threads (default: 1)")
    parser.add_argument(
        "--engine",
        choices=("auto", "eager", "fused", "cuda"),
        default="auto",
        help="what trains and runs models (default: the fastest that can here)",
    )
    parser.add_argument(
        "--checkpoint-every",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="how often unfinished training is saved (default: 60)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Run the job that was given.

    Raises
    ------
    ValueError, OSError
        One line that names the file or the setting.
    """
    job = Job.from_json(options.job, options.source)
    if job.stage != options.name:
        raise ValueError(f"the job is of stage {job.stage}, not {options.name}")

    from tausweep import runner  # here: --help and wrong jobs need not wait for it

    runner.run(
        job,
        options.output,
        marker=options.marker,
        engine=options.engine,
        threads=options.threads,
        every=options.checkpoint_every,
    )
