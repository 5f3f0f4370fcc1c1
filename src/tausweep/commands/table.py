"""`tausweep table CONFIG`: all results of an experiment in numbers."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tausweep.commands.options import add_configuration, planned

if TYPE_CHECKING:
    import xarray as xr


def add(commands: Any) -> None:
    """Add the command to those of `argparse`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "table",
        help="print all results of an experiment as a table",
        description="Print a row per trained member: series, model, method, the setting that is "
        "swept and its value, member, and all metrics.",
    )
    add_configuration(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="with commas, and all digits")
    form.add_argument("--markdown", action="store_true", help="as a table of Markdown")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print it, of the experiments whose results are collected.

    Raises
    ------
    ValueError, OSError
        One line: the configuration is wrong, or its results are not there or damaged.
    """
    from tausweep.catalogue.table import exactly, rows
    from tausweep.catalogue.text import aligned
    from tausweep.figures.table import as_csv, as_markdown, written

    collected = _collected(options.config)
    if options.csv:
        print(as_csv(rows(collected, exactly)), end="")
    elif options.markdown:
        print(as_markdown(rows(collected, written)), end="")
    else:
        print(aligned(rows(collected, written)))


def _collected(configuration: Path) -> dict[str, xr.Dataset]:
    """What is collected of each experiment, by name."""
    from tausweep import store

    (plan,) = planned([configuration]).values()
    jobs = {part.experiment.experiment: part.collect for part in plan.parts if part.collect}
    if not jobs:
        raise ValueError(f"{configuration}: no models are trained, so there are no results of any")
    there = {name: Path(job.path) for name, job in jobs.items() if Path(job.path).exists()}
    if not there:
        paths = " ".join(job.path for job in jobs.values())
        raise ValueError(
            f"{configuration}: its results are not collected yet in {Path.cwd()}: "
            f"snakemake --configfile {configuration} {paths}"
        )
    return {name: store.read(path, stage="collect") for name, path in there.items()}
