"""`tausweep report CONFIG`: write the page of an experiment, or those of a study, from results."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tausweep.commands.options import add_configuration

if TYPE_CHECKING:
    from tausweep.study import Study


def add(commands: Any) -> None:
    """Add the command to those of `argparse`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "report",
        help="write the page that tells what was found",
        description="Write results/figures/NAME/report.html from results that are there, as the "
        "workflow does; nothing else is run.",
    )
    add_configuration(parser)
    parser.add_argument(
        "--name", help="of the experiment or the study whose page is written (default: all pages)"
    )
    parser.add_argument(
        "--settings", metavar="JSON", help="what a configuration holds, in the place of one"
    )
    parser.add_argument(
        "--relative-to",
        type=Path,
        default=Path(),
        metavar="DIRECTORY",
        help="what paths in these settings are relative to",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Write the pages.

    Raises
    ------
    ValueError, OSError
        One line: the configuration is wrong, there is no such page, or a result is missing.
    """
    from tausweep import runner  # here: --help need not wait for it
    from tausweep.drawn import REPORT
    from tausweep.plan import Plan

    plan = Plan(_asked(options))
    if options.name is not None and options.name not in plan.pages:
        allowed = ", ".join(plan.pages)
        raise ValueError(f"--name: there is no page of {options.name!r}; allowed: {allowed}")
    for name in plan.pages if options.name is None else [options.name]:
        *files, marker = map(Path, plan.drawn(f"{name}/{REPORT}"))
        runner.run(plan.pages[name], files, marker=marker)


def _asked(options: argparse.Namespace) -> Study:
    from tausweep.study import load, read

    if options.settings is None:
        return read(options.config)
    try:
        settings = json.loads(options.settings)
    except ValueError as error:
        raise ValueError(f"--settings: no JSON: {error}") from None
    return load(settings, options.relative_to)
