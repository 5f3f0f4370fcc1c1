"""`tausweep diff KEY KEY`: what differs between two results, and why."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tausweep.commands.options import KEY, add_json, add_results

if TYPE_CHECKING:
    from tausweep.catalogue.diff import Difference


def add(commands: Any) -> None:
    """Add the command to those of `argparse`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "diff",
        help="say what differs between two results, and why",
        description="Say what differs in what made two results (settings and versions, theirs and "
        "those of all that they were made from) and in their numbers.",
    )
    parser.add_argument("a", metavar="KEY", help=KEY)
    parser.add_argument("b", metavar="KEY", help="another")
    add_results(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print what differs.

    Raises
    ------
    ValueError, OSError
        One line: there is no such result, or several, or one is damaged.
    """
    from tausweep.catalogue.catalogue import locate
    from tausweep.catalogue.diff import compare

    of_a, a = locate(options.a, options.results)
    of_b, b = locate(options.b, options.results)
    found = compare(a, b, of_b.entries | of_a.entries)
    if options.json:
        print(json.dumps(asdict(found), indent=2, ensure_ascii=False))
    else:
        print(_told(found))


def _told(found: Difference) -> str:
    from tausweep.catalogue.text import aligned

    lines = [f"A  {found.a}", f"B  {found.b}", ""]
    for title, changes in (("made by", found.jobs), ("made with", found.versions)):
        rows = [(each.what, str(each.a), str(each.b)) for each in changes or ()]
        if changes is None:
            lines.append(f"{title}: not known of one of them")
        elif rows:
            table = aligned([("", "A", "B"), *rows])
            lines += [title, *(f"  {line}" for line in table.splitlines())]
        else:
            lines.append(f"{title}: the same")
    differ = [(each.name, each.says) for each in found.content if not each.equal]
    lines += ["content", *(f"  {line}" for line in aligned(differ).splitlines())] if differ else []
    equal = [each.name for each in found.content if each.equal]
    lines.append(f"equal: {', '.join(equal) or 'nothing'}")
    return "\n".join(lines)
