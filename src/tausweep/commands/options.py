"""Options that commands share."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tausweep.job import RESULTS

if TYPE_CHECKING:
    from tausweep.plan import Plan

KEY = "a key, the beginning of one, STAGE/KEY, the name of a figure, or a path"


def add_results(parser: argparse.ArgumentParser) -> None:
    """Where results are."""
    parser.add_argument(
        "--results", type=Path, default=Path(RESULTS), metavar="DIRECTORY",
        help=f"where results are (default: {RESULTS})",
    )  # fmt: skip


def add_json(parser: argparse.ArgumentParser) -> None:
    """For scripts."""
    parser.add_argument("--json", action="store_true", help="print everything as JSON")


def add_configuration(parser: argparse.ArgumentParser) -> None:
    """The configuration that a command is about; by default that of plain `snakemake`."""
    parser.add_argument(
        "config", nargs="?", type=Path, default=Path("config.yaml"), metavar="CONFIG",
        help="an experiment or a study (default: config.yaml)",
    )  # fmt: skip


def add_configurations(parser: argparse.ArgumentParser, text: str) -> None:
    """Any number of configurations."""
    parser.add_argument("config", nargs="*", type=Path, metavar="CONFIG", help=text)


def planned(configurations: Sequence[Path]) -> dict[Path, Plan]:
    """All jobs of each configuration.

    Raises
    ------
    ConfigError
        One is none, or a file that it names cannot be read.
    """
    from tausweep import study  # here: it takes longer than what needs no plan
    from tausweep.plan import Plan

    return {path: Plan(study.read(path)) for path in configurations}
