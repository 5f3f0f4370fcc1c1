"""Results that were moved, clocks that go wrong, and memory that is short."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from conftest import TINY

from .user import User

pytestmark = [pytest.mark.xdist_group("workflow"), pytest.mark.slow]


def test_moved_with_a_clock_that_is_set_back_only_what_is_missing_is_made(
    finished: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    """All that is there is of tomorrow: inputs, logs, and the records of Snakemake."""
    before = User.beside(finished, tmp_path / "before", TINY)
    assert before.finish(1, "lyapunov") == 1
    before.paths("best")[0].unlink()
    before.directory.rename(tmp_path / "after")
    user = User(tmp_path / "after", TINY)
    tomorrow = time.time() + 86_400
    for path in user.directory.rglob("*"):
        os.utime(path, (tomorrow, tomorrow))
    there = {path: inode for path, (inode, _) in user.finished().items()}
    assert user.finish(1, "best lyapunov") == 1
    assert "1 of 1 job done" in user.said()
    assert user.digests() == expected
    assert {path: user.finished()[path][0] for path in there} == there


def test_a_job_without_enough_memory_says_so(tmp_path: Path) -> None:
    large = {"experiment": "large", "series": {"l": {"system": "lorenz63", "steps": 60_000_000}}}
    user = User(tmp_path, large)
    assert user.run(f"ulimit -v 1400000; {user.plain} lyapunov") != 0
    (line,) = (line for line in user.said().splitlines() if "memory" in line)
    assert line.startswith("failed: series l: not enough memory: Unable to allocate ")
    assert "Traceback" not in user.said()
    assert user.faults() == []
