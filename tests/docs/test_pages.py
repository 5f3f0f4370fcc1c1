"""Pages say what is so: links lead somewhere, settings are allowed, examples run."""

from __future__ import annotations

import copy
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import REPOSITORY, TINY

from tausweep import study
from tausweep.experiment import load

from .pages import DOCS, PAGES, blocks

SHOWN = {"text", "{toctree}", "{include} ../CHANGELOG.md", "{include} ../CONTRIBUTING.md"}
"""Blocks that are to be read; all others are run, in the tests of this file or elsewhere."""
ELSEWHERE = {
    "extending": "tests/test_extending.py: each section in a copy of the package",
    "results": "tests/catalogue/test_page.py",
    "slurm": ".ci/slurm-loopback, on a cluster",
}
CODE = {"bash", "python"}

FILES = [*(f"docs/{name}.md" for name in PAGES), "README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
FILES.append("src/tausweep/README.md")


@pytest.mark.parametrize("name", PAGES)
def test_what_is_no_code_is_said_to_be_text(name: str) -> None:
    languages = {block.language for block in blocks(DOCS / f"{name}.md")}
    elsewhere = {"diff", "c"} if name in ("extending", "training-engine") else set()
    assert languages <= SHOWN | CODE | {"yaml"} | elsewhere


@pytest.mark.parametrize("file", FILES)
def test_links_lead_to_what_is_there(file: str) -> None:
    """Pages and sections; those that the documentation makes when it is built are checked there."""
    path = REPOSITORY / file
    for target in re.findall(r"\]\((?!\w+:)([^)\s]+)\)", path.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        if name.startswith("reference/") and name != "reference/configuration.md":
            continue
        there = (path.parent / name).resolve() if name else path
        assert there.exists(), target
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), target


def anchors(page: Path) -> set[str]:
    """Of its headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-") for text in headings}


@pytest.mark.parametrize("name", PAGES)
def test_settings_are_allowed(name: str, tmp_path: Path) -> None:
    for block in blocks(DOCS / f"{name}.md"):
        if block.language != "yaml":
            continue
        settings = yaml.safe_load(block.text)
        if "study" not in settings:
            load(study.merged(TINY, settings))
            continue
        shutil.copytree(REPOSITORY / "experiments", tmp_path / "experiments")
        shutil.copytree(REPOSITORY / "references", tmp_path / "references")
        sweep = {**copy.deepcopy(TINY), "experiment": "sweep"}
        (tmp_path / "experiments" / "sweep.yaml").write_text(yaml.safe_dump(sweep))
        file = tmp_path / "experiments" / "of_the_page.yaml"
        file.write_text(block.text)
        assert study.read(file).experiments


def runnable(name: str) -> bool:
    return name not in ELSEWHERE and bool(
        CODE & {block.language for block in blocks(DOCS / f"{name}.md")}
    )


SET_UP = ("git clone", "cd tausweep", "make ", "source ", "pre-commit install")
"""What the README begins with as well, and CI runs there."""
PLANNED = ("experiments/linear_theory.yaml",)
"""What takes minutes is planned here, and run at toy size by tests of its own."""


def program(line: str) -> str:
    """A line of the page as it is run here."""
    if line.startswith(SET_UP):
        return ""
    return f"{line.partition('#')[0]} --dry-run" if any(x in line for x in PLANNED) else line


@pytest.mark.slow
@pytest.mark.xdist_group("workflow")
@pytest.mark.parametrize("name", list(filter(runnable, PAGES)))
def test_what_it_says_to_type_works(name: str, finished: Path, tmp_path: Path) -> None:
    """In the order it stands there, in a copy of the project whose default experiment is tiny."""
    project = tmp_path / "tausweep"
    copied(project)
    lorenz: dict[str, Any] = {**copy.deepcopy(TINY), "experiment": "lorenz", "figures": {}}
    (project / "config.yaml").write_text(yaml.safe_dump(lorenz))
    if name == "report":
        (project / "experiments" / "mine.yaml").write_text(yaml.safe_dump(lorenz))
    if name != "tutorial":
        shutil.copytree(finished / "results", project / "results")
    said = ""
    for block in blocks(DOCS / f"{name}.md"):
        if block.language == "bash":
            lines = "\n".join(map(program, block.text.splitlines()))
            said += run(project, "bash", "-c", f"set -euo pipefail\n{lines}")
        elif block.language == "python":
            said += run(project, sys.executable, "-c", block.text)
    if name == "tutorial":
        first, *_ = [block.text for block in blocks(DOCS / "tutorial.md") if block.text in said]
        assert "chaotic, by quadratic maps" in first
        assert (project / "results/figures/final/report.html").is_file()


def copied(project: Path) -> None:
    """All that a clone would have."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for file in filter(None, listed.split("\0")):
        if (REPOSITORY / file).is_file() and not file.startswith(("tests/", "src/")):
            (project / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / file, project / file)


def run(directory: Path, *command: str) -> str:
    """What a command prints, which must succeed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=directory,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, f"{command[-1]}\n{done.stdout}{done.stderr}"
    return done.stdout
