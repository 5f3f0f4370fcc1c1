"""`tausweep crate OUT.zip CONFIG`: an experiment with its results, for an archive."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from tausweep.commands.options import add_configuration, planned


def add(commands: Any) -> None:
    """Add the command to those of `argparse`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "crate",
        help="pack an experiment and all its results as an RO-Crate",
        description="Pack a configuration, all its results and figures as a ZIP file that says in "
        "JSON-LD what each file is and which job made it from which (RO-Crate, Process Run Crate).",
    )
    parser.add_argument("out", type=Path, metavar="OUT.zip", help="what to write")
    add_configuration(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Write it.

    Raises
    ------
    ValueError, OSError
        One line: the configuration is wrong, its results are not there or damaged, or the file
        cannot be written.
    """
    from tausweep import crate

    (plan,) = planned([options.config]).values()
    count = crate.write(plan, options.config, options.out)
    print(f"{options.out}: {count} files, {options.out.stat().st_size / 2**20:.1f} MiB")
