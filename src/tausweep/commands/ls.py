"""`tausweep ls`: what is in results/."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tausweep.commands.options import add_configurations, add_json, add_results, planned
from tausweep.stages import RENDERED

if TYPE_CHECKING:
    from tausweep.catalogue.catalogue import Catalogue
    from tausweep.catalogue.entry import Entry


def add(commands: Any) -> None:
    """Add the command to those of `argparse`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "ls",
        help="list what is in results/",
        description="List what is in results/: every result and figure with its key, size, age, "
        "what it is and what was made from it. Files are looked at, not read: `tausweep verify` "
        "finds all that is damaged.",
    )
    add_configurations(parser, "only what belongs to these experiments or studies")
    parser.add_argument(
        "--stage", action="append", metavar="NAME", help="only of this stage, or figure; repeatable"
    )
    add_results(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print a line for each, damaged ones too.

    Raises
    ------
    ValueError, OSError
        One line: there are no results, no such stage, or a configuration is wrong.
    """
    from tausweep.catalogue.catalogue import Catalogue

    catalogue = Catalogue.of(options.results)
    labels = _labels(options.config)
    entries = _asked(catalogue, options.stage, labels)
    if options.json:
        shown = {entry.reference: _about(entry, catalogue, labels or {}) for entry in entries}
        print(
            json.dumps({"results": shown, **_unfinished(catalogue)}, indent=2, ensure_ascii=False)
        )
        return
    if entries:
        print(_table(entries, catalogue, labels or {}))
    print(_in_all(entries, catalogue, labels))


def _labels(configurations: list[Path]) -> dict[str, str] | None:
    """What belongs to configurations, by reference, and what the plan says that it is about."""
    if not configurations:
        return None
    found: dict[str, str] = {}
    for plan in planned(configurations).values():
        found |= {name: plan.jobs.labels.get(job.key, "") for name, job in plan.jobs.items()}
        found |= {f"figures/{name}": "" for name in plan.rendered}
    return found


def _asked(
    catalogue: Catalogue, stages: list[str] | None, labels: Mapping[str, str] | None
) -> list[Entry]:
    entries = list(catalogue.entries.values())
    there = dict.fromkeys(entry.stage for entry in entries)
    for stage in stages or ():
        if stage not in there:
            raise ValueError(
                f"--stage: found {stage!r}; in {catalogue.results} there are "
                f"{', '.join(there) or 'no results'}"
            )
    return [
        entry
        for entry in entries
        if (not stages or entry.stage in stages) and (labels is None or entry.reference in labels)
    ]


def _what(entry: Entry, catalogue: Catalogue, labels: Mapping[str, str]) -> str:
    from tausweep.catalogue.words import words

    if entry.fault:
        return entry.fault.removeprefix(f"{entry.path}: ")
    if entry.stage in RENDERED:  # its name is a person's word for it
        return entry.reference.removeprefix("figures/")
    return labels.get(entry.reference) or words(entry, catalogue.entries)


def _table(entries: list[Entry], catalogue: Catalogue, labels: Mapping[str, str]) -> str:
    from tausweep.catalogue.text import age, aligned, size

    rows = [("STAGE", "KEY", "SIZE", "AGE", "NEEDED BY", "WHAT")]
    for entry in entries:
        users = _counted(catalogue.users.get(entry.reference, []))
        what = _what(entry, catalogue, labels)
        rows.append((entry.stage, entry.key, size(entry.size), age(entry.modified), users, what))
    return aligned(rows, right=(2, 3))


def _counted(references: list[str]) -> str:
    from tausweep.catalogue.text import some

    stages = Counter(reference.split("/")[0] for reference in references)
    return some([f"{n} {stage}" if n > 1 else stage for stage, n in stages.items()], 3) or "-"


def _in_all(entries: list[Entry], catalogue: Catalogue, labels: Mapping[str, str] | None) -> str:
    from tausweep.catalogue.text import size

    unusable = sum(entry.fault is not None for entry in entries)
    parts = [f"{len(entries)} in {catalogue.results}, {size(sum(e.size for e in entries))}"]
    if labels is not None:
        lacking = len(labels.keys() - catalogue.entries.keys())
        if lacking:
            parts.append(f"{lacking} of {len(labels)} that are planned are not there")
    if unusable:
        parts.append(f"{unusable} cannot be used")
    if catalogue.checkpoints:
        parts.append(f"{len(catalogue.checkpoints)} checkpoints of unfinished training")
    if catalogue.leftovers:
        parts.append(f"{len(catalogue.leftovers)} unfinished writes")
    return "; ".join(parts)


def _about(entry: Entry, catalogue: Catalogue, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "stage": entry.stage,
        "key": entry.key,
        "files": [str(path) for path in entry.files],
        "size": entry.size,
        "modified": entry.modified,
        "needs": entry.references,
        "needed_by": catalogue.users.get(entry.reference, []),
        "what": "" if entry.fault else _what(entry, catalogue, labels),
        "fault": entry.fault,
    }


def _unfinished(catalogue: Catalogue) -> dict[str, list[str]]:
    return {
        "checkpoints": [str(entry.path) for entry in catalogue.checkpoints],
        "unfinished_writes": [str(left.path) for left in catalogue.leftovers],
    }
