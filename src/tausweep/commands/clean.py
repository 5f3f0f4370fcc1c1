"""`tausweep clean --orphans CONFIG…`: delete what no job of these configurations needs."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tausweep.commands.options import add_json, add_results, planned
from tausweep.stages import RENDERED

if TYPE_CHECKING:
    from tausweep.catalogue.orphans import Orphan


def add(commands: Any) -> None:
    """Add the command to those of `argparse`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "clean",
        help="delete results that no job of some configurations needs",
        description="Show which results, figures, checkpoints and logs no job of these "
        "configurations needs, and how large they are; delete them with --yes. Not to be used "
        "while a workflow runs.",
    )
    parser.add_argument(
        "--orphans", nargs="+", type=Path, required=True, metavar="CONFIG",
        help="all configurations whose results are to be kept",
    )  # fmt: skip
    parser.add_argument("--yes", action="store_true", help="delete what is shown")
    parser.add_argument("--list", action="store_true", help="show every file, not only sums")
    add_results(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Show what can go, and delete it where that is said.

    Raises
    ------
    ValueError, OSError
        One line: a configuration is wrong or has no results there, or a file cannot be deleted.
    """
    from tausweep.catalogue.catalogue import Catalogue
    from tausweep.catalogue.orphans import delete, orphans

    plans = planned(options.orphans)
    found = orphans(Catalogue.of(options.results), plans.values())
    if not options.json:
        print(_told(found, listed=options.list))
    if options.yes:
        delete(found)
    if options.json:
        files = {str(path): orphan.what for orphan in found for path in orphan.files}
        size = sum(orphan.size for orphan in found)
        print(json.dumps({"files": files, "size": size, "deleted": options.yes}, indent=2))
    elif found:
        print("Deleted." if options.yes else "Nothing was deleted: --yes deletes these.")


def _told(found: list[Orphan], *, listed: bool) -> str:
    from tausweep.catalogue.text import aligned, size

    if not found:
        return "Everything there is needed."
    rows = []
    for what in dict.fromkeys(orphan.what for orphan in found):
        these = [orphan for orphan in found if orphan.what == what]
        rows.append((what, str(len(these)), size(sum(orphan.size for orphan in these))))
    rows.append(("in all", str(len(found)), size(sum(orphan.size for orphan in found))))
    lines = [aligned(rows, right=(1, 2))]
    if listed:
        lines += [str(path) for orphan in found for path in orphan.files]
    else:
        lines += [orphan.name for orphan in found if orphan.what in RENDERED]
    return "\n".join(lines)
