"""`tausweep rerun KEY`: the command that makes a result again."""

from __future__ import annotations

import argparse
from typing import Any

from tausweep.commands.options import KEY, add_configurations, planned


def add(commands: Any) -> None:
    """Add the command to those of `argparse`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "rerun",
        help="print the command that makes a result again",
        description="Print the command that deletes a result and makes it again, by Snakemake "
        "where one of the configurations plans it, else by its own job. Nothing is run or deleted.",
    )
    parser.add_argument("key", metavar="KEY", help=f"{KEY}; it need not be there, if it is planned")
    add_configurations(parser, "where it may be planned (default: config.yaml, if there is one)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print it.

    Raises
    ------
    ValueError, OSError
        One line: there is no such result, or nothing can make it.
    """
    from tausweep.catalogue.again import DEFAULT, again
    from tausweep.catalogue.catalogue import Catalogue

    configurations = options.config or [path for path in [DEFAULT] if path.exists()]
    print(again(options.key, Catalogue.of(), planned(configurations)))
