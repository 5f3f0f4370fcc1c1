"""`tausweep verify`: name what is damaged in results/, and what has lost its inputs."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tausweep.commands.options import KEY, add_json, add_results

if TYPE_CHECKING:
    from pathlib import Path

    from tausweep.catalogue.verify import Findings


def add(commands: Any) -> None:
    """Add the command to those of `argparse`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "verify",
        help="check every file in results/, and name what is damaged",
        description="Read every result and figure whole; check it against its digest, its name, "
        "the job that made it and whether what it was made from is there. What is wrong is named "
        "in a line each, with what to delete; then the exit status is 1.",
    )
    parser.add_argument("keys", nargs="*", metavar="KEY", help=f"only these: {KEY}")
    add_results(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print a line for all that is wrong or unfinished; return 1 where something is wrong.

    Raises
    ------
    ValueError, OSError
        One line: there are no results, or no such one.
    """
    from tausweep.catalogue.catalogue import Catalogue
    from tausweep.catalogue.verify import verify

    catalogue = Catalogue.of(options.results)
    entries = [catalogue.find(key) for key in options.keys] or None
    found = verify(catalogue, entries)
    if options.json:
        print(json.dumps(asdict(found), indent=2, ensure_ascii=False))
    else:
        for line in (*found.damaged, *found.orphaned, *found.unfinished):
            print(line)
        print(_in_all(found, options.results))
    return 0 if found.sound else 1


def _in_all(found: Findings, results: Path) -> str:
    from tausweep.catalogue.text import size

    said = [
        f"{results}: {found.checked} checked, {size(found.size)}",
        f"{len(found.damaged)} damaged",
        f"{len(found.orphaned)} orphaned",
    ]
    if found.unrecorded:
        said.append(
            f"{found.unrecorded} figures of old, without a record of their files, were not checked"
        )
    return "; ".join(said)
