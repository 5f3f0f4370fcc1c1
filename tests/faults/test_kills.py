"""The workflow is killed; ``python -m tests.faults`` does it more often."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
from conftest import TINY

from .kills import disturb
from .user import User

pytestmark = [pytest.mark.xdist_group("workflow"), pytest.mark.slow]


def test_killed_again_and_again_it_ends_with_the_same_numbers(
    expected: dict[str, str], tmp_path: Path
) -> None:
    kills = disturb(User(tmp_path / "run", TINY), random.Random(3), 9, 6.0, expected)
    assert len(kills) == 9
    assert len(expected) == 24


@pytest.fixture
def running(finished: Path, tmp_path: Path) -> tuple[User, subprocess.Popen[bytes]]:
    """Somebody whose Snakemake has locked what it makes, and its process."""
    user = User.beside(finished, tmp_path / "run", TINY, ["best"])
    process = user.start(f"exec {user.plain} best")
    locks = user.directory / ".snakemake/locks"
    while sum(lock.stat().st_size > 0 for lock in locks.glob("*.lock")) < 2:
        assert process.poll() is None, user.said()
        time.sleep(0.05)
    return user, process


def test_a_lock_of_the_dead_is_one_line_that_says_what_to_type(
    running: tuple[User, subprocess.Popen[bytes]], expected: dict[str, str]
) -> None:
    user, process = running
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert user.run(f"{user.plain} best") != 0
    (line,) = (line for line in user.said().splitlines() if "lock" in line)
    assert line == (
        "locked: another snakemake runs here, or was killed here. If none runs, type: "
        f"{user.plain} best --unlock && {user.plain} best"
    )
    assert "Traceback" not in user.said()
    assert user.run(user.then()) == 0
    assert user.digests().items() <= expected.items()


def test_a_second_run_beside_the_first_says_so_and_harms_nothing(
    running: tuple[User, subprocess.Popen[bytes]], expected: dict[str, str]
) -> None:
    first, process = running
    second = User(first.directory, TINY)
    os.killpg(process.pid, signal.SIGSTOP)  # or it may be done before the other has begun
    assert second.run(f"{second.plain} best") != 0
    os.killpg(process.pid, signal.SIGCONT)
    assert "locked: another snakemake runs here" in second.said()
    assert process.wait(300) == 0
    assert all(path.exists() for path in first.paths("best"))
    assert first.digests().items() <= expected.items()
