"""`tausweep show KEY`: one result: what made it, what it holds, what it is part of."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tausweep.commands.options import KEY, add_json, add_results
from tausweep.stages import RENDERED

if TYPE_CHECKING:
    from tausweep.catalogue.catalogue import Catalogue
    from tausweep.catalogue.entry import Entry

MADE = (
    "created",
    "seconds",
    "host",
    "device",
    "engine",
    "source",
    "versions",
    "git_commit",
    "git_dirty",
)
"""Where a result came from, in this order."""


def add(commands: Any) -> None:
    """Add the command to those of `argparse`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "show",
        help="show a result: what made it, and what it holds",
        description="Show a result or a figure: its settings, where it came from, its variables "
        "and main numbers, what it was made from and what was made from it.",
    )
    parser.add_argument("key", metavar="KEY", help=KEY)
    add_results(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print all that is known of it; of what is damaged, only what stands in it as written.

    Raises
    ------
    ValueError, OSError
        One line: there is no such result, or several.
    """
    from tausweep.catalogue.catalogue import locate

    catalogue, entry = locate(options.key, options.results)
    about = _about(entry, catalogue)
    if options.json:
        print(json.dumps(about, indent=2, ensure_ascii=False))
    else:
        print(_told(about))


def _about(entry: Entry, catalogue: Catalogue) -> dict[str, Any]:
    from tausweep.catalogue.verify import faults
    from tausweep.catalogue.words import words

    def named(references: list[str]) -> dict[str, str]:
        entries = catalogue.entries
        return {
            r: words(entries[r], entries) if r in entries else "is not there" for r in references
        }

    about: dict[str, Any] = {
        "files": [str(path) for path in entry.files],
        "size": entry.size,
        "what": words(entry, catalogue.entries),
        "faults": faults(entry),
    }
    if entry.job is not None:
        about |= {
            "stage": entry.stage,
            "version": entry.job.version,
            "settings": entry.job.settings,
            "inputs": entry.job.inputs,
            "needs": named(list(dict.fromkeys(entry.references))),
        }
    about["needed_by"] = named(catalogue.users.get(entry.reference, []))
    return about if about["faults"] else about | _held(entry)


def _held(entry: Entry) -> dict[str, Any]:
    """What the file itself says, which is whole."""
    if entry.stage in RENDERED:
        from tausweep import drawn

        record = drawn.read(entry.path)
        return {} if record is None else {"made": _made(record.provenance)}

    from tausweep import store
    from tausweep.catalogue.summary import summary

    dataset = store.read(entry.path)
    plain = {name: _plain(value) for name, value in dataset.attrs.items()}
    return {
        "made": _made(plain),
        "attributes": {n: v for n, v in plain.items() if n not in store.BOOKKEEPING},
        "variables": summary(dataset),
    }


def _plain(value: Any) -> Any:
    """An attribute as JSON can hold it."""
    value = value.tolist() if hasattr(value, "tolist") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _made(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: attributes[name] for name in MADE if name in attributes}


def _told(about: dict[str, Any]) -> str:
    import yaml

    from tausweep.catalogue.summary import in_words
    from tausweep.catalogue.text import aligned, size

    lines = [*about["files"]]
    lines.append(f"{about['what'] or 'made by a job that is not known'}; {size(about['size'])}")
    lines += about["faults"]
    if "settings" in about:
        settings = yaml.safe_dump(about["settings"], allow_unicode=True, width=90)
        lines += _section(
            f"settings of stage {about['stage']}, version {about['version']}", settings
        )
    if "made" in about:
        lines += _section("made", aligned((n, str(v)) for n, v in about["made"].items()))
    for title, key in (("made from", "needs"), ("needed by", "needed_by")):
        if about.get(key):
            lines += _section(title, aligned(about[key].items()))
    if "attributes" in about:
        lines += _section(
            "attributes", aligned((n, str(v)) for n, v in about["attributes"].items())
        )
        rows = [
            (
                v["name"],
                ", ".join(f"{d} {n}" for d, n in v["sizes"].items()),
                v["units"],
                in_words(v),
                v["long_name"],
            )
            for v in about["variables"]
        ]
        lines += _section("variables", aligned(rows))
    return "\n".join(lines)


def _section(title: str, text: str) -> list[str]:
    return ["", title, *(f"  {line}" for line in text.splitlines())]
