"""docs/extending.md does what it says for a system: one file and one registration, applied to a copy
of the package, reach from the configuration to the exponents.
"""

import os
import re
import shutil
import subprocess
import sys

import pytest
from conftest import REPOSITORY

PACKAGE = REPOSITORY / "src" / "tausweep"


def patched(text: str, diff: str) -> str:
    """The text with a diff applied, whose hunks are separated by @@ and fit in one place each."""
    for hunk in diff.split("@@\n"):
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] in " -")
        after = "".join(line[1:] for line in lines if line[0] in " +")
        assert text.count(before) == 1, f"the page is no longer up to date:\n{hunk}"
        text = text.replace(before, after)
    return text


def test_a_system_is_one_file_and_one_registration(tmp_path):
    page = (REPOSITORY / "docs" / "extending.md").read_text()
    section = page.split("## A system\n")[1].split("\n## ")[0]
    module, used = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    (registration,) = re.findall(r"```diff\n(.*?)```", section, re.DOTALL)
    copy = tmp_path / "tausweep"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    registry = copy / "systems" / "registry.py"
    (copy / "systems" / "halvorsen.py").write_text(module)
    registry.write_text(patched(registry.read_text(), registration))
    done = subprocess.run(
        [sys.executable, "-c", used],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr, done.stderr
    exponent, dimension = map(float, done.stdout.split())
    assert exponent == pytest.approx(0.7899, abs=0.03)  # Sprott 2003, as the dimension
    assert dimension == pytest.approx(2.1717, abs=0.01)
