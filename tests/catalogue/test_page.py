"""What docs/results.md says to type works, in the order it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from conftest import REPOSITORY

pytestmark = [pytest.mark.xdist_group("workflow"), pytest.mark.slow]


def test_every_command_and_the_example_in_python(run: Path) -> None:
    Path("tiny.yaml").rename("config.yaml")
    page = (REPOSITORY / "docs" / "results.md").read_text().replace("lorenz/sweep", "tiny/sweep")
    blocks = re.findall(r"```(bash|python)\n(.*?)```", page, re.DOTALL)
    commands = "".join(text for language, text in blocks if language == "bash")
    assert commands.count("tausweep ") >= 12
    program = f"set -euo pipefail; PATH={Path(sys.executable).parent}:$PATH\n{commands}"
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    with tarfile.open("results.tar.gz") as archive:
        packed = set(archive.getnames())
    assert {path for path in packed if path.endswith(".nc")} == {
        str(path) for path in Path("results").rglob("*.nc")
    }
    assert "results/figures/tiny/sweep_lorenz.png" in packed
    for language, text in blocks:
        if language == "python":
            done = subprocess.run(
                [sys.executable, "-c", text], capture_output=True, text=True, check=True
            )
            tau_pred, confidence, *shape = done.stdout.split()
            assert float(tau_pred) > 0
            assert (confidence, shape) == ("0.95", ["(8000,", "3)"])
