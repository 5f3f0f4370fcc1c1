"""Fails when the code of a stage changed and its version did not.

The version of a stage is part of the key of its results and the only thing that invalidates them,
so code that computes other numbers under an old version would pass old results off as new ones.

    stage_versions.py check            compare the code with .ci/stage_versions.json (CI does)
    stage_versions.py record           after raising a version in stages.py: accept the new code
    stage_versions.py record --same-numbers "why"
                                       accept new code of an old version; the reason is recorded,
                                       for a reviewer to judge

A stage's code is its package and every module of tausweep it imports, directly or not, without
comments, docstrings and formatting, with the C sources beside them. Modules named `settings` are
left out, but not what they import: the settings themselves are in the key.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

from tausweep.stages import STAGES

SOURCE = Path(__file__).parents[1] / "src"
RECORD = Path(__file__).with_suffix(".json")
NOT_NUMBERS = {"tausweep", "tausweep.settings", "tausweep.errors"}


def path_of(module: str) -> Path | None:
    """File of a module of tausweep, None where the name is no module."""
    base = SOURCE / module.replace(".", "/")
    candidates = (base / "__init__.py", base.with_suffix(".py"))
    return next((path for path in candidates if path.exists()), None)


def imported(tree: ast.AST) -> set[str]:
    """Modules of tausweep that a module imports."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.startswith("tausweep") and path_of(name)}


def without_docstrings(tree: ast.AST) -> ast.AST:
    """The tree without docstrings and other strings that stand alone."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [
                child
                for child in body
                if not (
                    isinstance(child, ast.Expr)
                    and isinstance(child.value, ast.Constant)
                    and isinstance(child.value.value, str)
                )
            ]
            node.body = kept or [ast.Pass()]  # type: ignore[attr-defined]
    return tree


def code_of(module: str) -> dict[str, str]:
    """Normalised code of a module and of all it imports, by module name."""
    code: dict[str, str] = {}
    seen: set[str] = set()
    waiting = {module}
    while waiting:
        name = waiting.pop()
        path = path_of(name)
        if path is None or name in NOT_NUMBERS | seen:
            continue
        seen.add(name)
        tree = ast.parse(path.read_text())
        waiting |= imported(tree)
        if path.stem == "settings":
            continue
        code[name] = ast.dump(without_docstrings(tree))
        for source in sorted(path.parent.glob("*.[ch]")):
            code[str(source.relative_to(SOURCE))] = without_comments(source.read_text())
    return code


def without_comments(c: str) -> str:
    """C without comments, blanks at line ends and line breaks."""
    return " ".join(re.sub(r"/\*.*?\*/|//[^\n]*", " ", c, flags=re.DOTALL).split())


def digests() -> dict[str, str]:
    """Digest of the code of each stage."""
    return {
        name: hashlib.sha256(json.dumps(code_of(stage.module), sort_keys=True).encode()).hexdigest()
        for name, stage in STAGES.items()
    }


def problems(record: dict[str, Any], now: dict[str, str]) -> list[str]:
    """One line per stage whose code does not match its recorded version."""
    lines = []
    for name, digest in now.items():
        old = record.get(name, {"version": 0, "code": ""})
        version = STAGES[name].version
        if version < old["version"]:
            lines.append(f"stage {name}: version went back from {old['version']} to {version}")
        elif digest != old["code"] and version == old["version"]:
            lines.append(
                f"stage {name}: its code changed and its version did not: raise the version of "
                f"{name!r} in src/tausweep/stages.py and run `.ci/stage_versions.py record` or, if "
                'all numbers stay the same, `.ci/stage_versions.py record --same-numbers "why"`'
            )
        elif digest != old["code"] or version != old["version"]:
            lines.append(f"stage {name}: run `.ci/stage_versions.py record` for its new version")
    return lines


def main() -> int:
    """Check or record; the exit status says whether code and versions agree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("action", choices=("check", "record"))
    parser.add_argument("--same-numbers", metavar="WHY")
    options = parser.parse_args()
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    now = digests()
    found = problems(record, now)
    if options.action == "check":
        print("\n".join(found) or "all stages: code and versions agree")
        return 1 if found else 0
    refused = [line for line in found if "its version did not" in line or "went back" in line]
    if refused and not options.same_numbers:
        print("\n".join(refused))
        return 1
    for name, digest in now.items():
        entry = {"version": STAGES[name].version, "code": digest}
        old = record.get(name, {})
        if digest != old.get("code") and STAGES[name].version == old.get("version"):
            entry["same_numbers"] = options.same_numbers
        elif digest == old.get("code"):
            entry = old | entry
        record[name] = entry
    RECORD.write_text(json.dumps(record, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
