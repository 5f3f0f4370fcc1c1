"""Some rounds of each kind of damage, in a process of their own, whose memory is bounded;
`python -m tests.fuzz` runs thousands.
"""

from __future__ import annotations

import subprocess
import sys

import pytest
from conftest import REPOSITORY

from .__main__ import KINDS

ROUNDS = {
    "csv": 100,
    "npy": 200,
    "zip": 60,
    "netcdf": 12,
    "mat": 12,
    "parquet": 12,
    "edf": 200,
    "configuration": 300,
    "job": 600,
}


@pytest.mark.parametrize("kind", KINDS)
def test_damage_ends_in_a_result_or_in_one_line(kind: str) -> None:
    rounds = str(ROUNDS[kind])
    run = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", kind, "--rounds", rounds],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr[-2000:]
    assert run.stdout.startswith(f"{kind}: ")
    assert "ignored" not in run.stderr  # which Python says of an error that nobody can catch
