"""Fails when the code of a stage changed and its version did not.

The version of a stage is part of the key of its results and the only thing that invalidates them,
so code that computes other numbers under an old version would pass old results off as new ones.

    stage_versions.py check            compare the code with .ci/stage_versions.json (CI does)
    stage_versions.py record           after raising a version in stages.py: accept the new code
    stage_versions.py record --same-numbers "why"
                                       accept new code of an old version; the reason is recorded,
                                       for a reviewer to judge

A stage's code is its package and every module of tausweep it imports, directly or not, without
comments, docstrings and formatting, with the C sources and the pages beside them. Modules named
`settings` are left out, but not what they import: the settings themselves are in the key. What has
a version of its own, as every metric, model, analysis and figure, is checked by that and is no part
of its stage.
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

from tausweep.figures.settings import KINDS as FIGURES
from tausweep.metrics.settings import KINDS as METRICS
from tausweep.models.settings import FITTED
from tausweep.stages import STAGES
from tausweep.theory.settings import KINDS as ANALYSES

SOURCE = Path(__file__).parents[1] / "src"
RECORD = Path(__file__).with_suffix(".json")
BESIDE = ("*.[ch]", "page/*", "vendor/*")
"""What is no Python beside a module and part of its code: C, pages and what runs in them."""
NOT_NUMBERS = {"tausweep", "tausweep.settings", "tausweep.errors"}
OWN: dict[str, tuple[str, Any]] = {
    **{f"metric {kind.model_fields['metric'].default}": ("metrics", kind) for kind in METRICS},
    **{f"model {name}": ("train", kind) for name, kind in FITTED.items()},
    **{f"theory {kind.model_fields['analysis'].default}": ("theory", kind) for kind in ANALYSES},
    **{f"figure {name}": ("figure", kind) for name, kind in FIGURES.items()},
}
"""What has a version of its own, by name, with the stage that it is part of."""


def path_of(module: str) -> Path | None:
    """File of a module of tausweep, None where the name is no module."""
    base = SOURCE / module.replace(".", "/")
    candidates = (base / "__init__.py", base.with_suffix(".py"))
    return next((path for path in candidates if path.exists()), None)


def imported(tree: ast.AST) -> set[str]:
    """Modules of tausweep that a module imports, not only for its types."""
    names = set()
    types = [node for node in ast.walk(tree) if isinstance(node, ast.If) and _only_types(node)]
    skipped = {id(child) for node in types for child in ast.walk(node)}
    for node in (node for node in ast.walk(tree) if id(node) not in skipped):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call):
            names |= by_name(node)
    return {name for name in names if name.startswith("tausweep") and path_of(name)}


def by_name(call: ast.Call) -> set[str]:
    """All modules of a package from which one is loaded by a name that only running tells, as by
    `import_module(f"package.{name}")`.
    """
    loads = isinstance(call.func, ast.Name) and call.func.id == "import_module"
    text = call.args[0] if loads and call.args else None
    if not isinstance(text, ast.JoinedStr) or not isinstance(text.values[0], ast.Constant):
        return set()
    package = str(text.values[0].value).rstrip(".")
    files = (SOURCE / package.replace(".", "/")).glob("*.py")
    return {f"{package}.{file.stem}" for file in files if file.stem != "__init__"}


def _only_types(node: ast.If) -> bool:
    return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING" and not node.orelse


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


def code_of(module: str, without: frozenset[str] = frozenset()) -> dict[str, str]:
    """Normalised code of a module and of all it imports, by module name."""
    code: dict[str, str] = {}
    seen = set(without)
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
        for pattern in BESIDE:
            for source in sorted(path.parent.glob(pattern)):
                text = source.read_text(encoding="utf-8")
                is_c = source.suffix in (".c", ".h")
                code[str(source.relative_to(SOURCE))] = without_comments(text) if is_c else text
    return code


def without_comments(c: str) -> str:
    """C without comments, blanks at line ends and line breaks."""
    return " ".join(re.sub(r"/\*.*?\*/|//[^\n]*", " ", c, flags=re.DOTALL).split())


def digests() -> dict[str, str]:
    """Digest of the code of each stage, and of what has a version of its own."""
    modules = frozenset(kind.__module__ for _, kind in OWN.values())
    stages = {name: code_of(stage.module, modules) for name, stage in STAGES.items()}
    own = {
        name: {m: c for m, c in code_of(kind.__module__).items() if m not in stages[stage]}
        for name, (stage, kind) in OWN.items()
    }
    return {
        name: hashlib.sha256(json.dumps(code, sort_keys=True).encode()).hexdigest()
        for name, code in (stages | own).items()
    }


def version_of(name: str) -> int:
    """The version that the code has now."""
    return STAGES[name].version if name in STAGES else int(OWN[name][1].version)


def problems(record: dict[str, Any], now: dict[str, str]) -> list[str]:
    """One line per stage whose code does not match its recorded version."""
    lines = []
    for name, digest in now.items():
        old = record.get(name, {"version": 0, "code": ""})
        version = version_of(name)
        what = f"stage {name}" if name in STAGES else name
        where = "src/tausweep/stages.py" if name in STAGES else "its class"
        if version < old["version"]:
            lines.append(f"{what}: version went back from {old['version']} to {version}")
        elif digest != old["code"] and version == old["version"]:
            lines.append(
                f"{what}: its code changed and its version did not: raise the version in {where} "
                "and run `.ci/stage_versions.py record` or, if all numbers stay the same, "
                '`.ci/stage_versions.py record --same-numbers "why"`'
            )
        elif digest != old["code"] or version != old["version"]:
            lines.append(f"{what}: run `.ci/stage_versions.py record` for its new version")
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
        entry = {"version": version_of(name), "code": digest}
        old = record.get(name, {})
        if digest != old.get("code") and version_of(name) == old.get("version"):
            entry["same_numbers"] = options.same_numbers
        elif digest == old.get("code"):
            entry = old | entry
        record[name] = entry
    RECORD.write_text(json.dumps(record, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
