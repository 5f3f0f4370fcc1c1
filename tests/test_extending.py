"""docs/extending.md does what it says: what is new is its files and its registration, applied to a
copy of the package.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "extending.md").read_text()
PACKAGE = REPOSITORY / "src" / "tausweep"

SECTIONS = {
    # section: its files, where they are registered, what is printed
    "A model": (
        ["models/autoregression.py"],
        "models/settings.py",
        r"AR by least_squares: -0\.\d+ .*NGRC by ridge: (0\.[89]|1\.0)\d nats",
    ),
    "A training method": (
        ["training/methods/alternating.py"],
        "training/methods/registry.py",
        "8 training jobs",
    ),
    "A metric": (
        ["metrics/spread.py"],
        "metrics/settings.py",
        r"0\.0\d+, floor 0\.0\d+, ceiling [12]\.\d+ standard deviations",
    ),
    "A figure": (
        ["figures/losses.py"],
        "figures/settings.py",
        r"losses on \"lorenz\".*RNN by sparse.*20 members.*\[0\.1 0\.3\] \d+ bytes",
    ),
    "A command": (["commands/keys.py"], "cli.py", "series/.*signal/.*lyapunov/.*truth/"),
    "A stage": (["energy/settings.py", "energy/stage.py"], "stages.py", r"\[1\.00\d* 1\.00"),
}


def patched(text: str, diff: str) -> str:
    """The text with a diff applied, whose hunks are separated by @@ and fit in one place each."""
    for hunk in diff.split("@@\n"):
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] in " -")
        after = "".join(line[1:] for line in lines if line[0] in " +")
        assert text.count(before) == 1, f"the page is no longer up to date:\n{hunk}"
        text = text.replace(before, after)
    return text


@pytest.mark.parametrize("section", SECTIONS)
def test_what_is_new_is_its_files_and_one_registration(section: str, tmp_path: Path) -> None:
    files, registry, printed = SECTIONS[section]
    text = PAGE.split(f"## {section}\n")[1].split("\n## ")[0]
    *modules, used = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (registration,) = re.findall(r"```diff\n(.*?)```", text, re.DOTALL)
    copy = tmp_path / "tausweep"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    for file, module in zip(files, modules, strict=True):
        assert f"`{file}`" in text
        (copy / file).parent.mkdir(exist_ok=True)
        (copy / file).write_text(module)
    (copy / registry).write_text(patched((copy / registry).read_text(), registration))
    done = subprocess.run(
        [sys.executable, "-c", used],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(printed, done.stdout, re.DOTALL), done.stdout
