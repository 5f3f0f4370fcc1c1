"""Disks that are full or must not be written to."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import TINY

from .user import User

pytestmark = [pytest.mark.xdist_group("workflow"), pytest.mark.slow]


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path / "run", TINY)


@pytest.fixture
def series(user: User) -> Path:
    """What they want to make."""
    return user.paths("series")[0].relative_to(user.directory)


def mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], check=False, capture_output=True)
    if done.returncode:
        pytest.skip("needs root to mount a small disk")


@contextlib.contextmanager
def small(path: Path, size: str) -> Iterator[None]:
    """A disk of its own at this place."""
    path.mkdir(parents=True, exist_ok=True)
    mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path))
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def fill(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass


def made_after(user: User, series: Path, expected: dict[str, str]) -> None:
    """The next run makes it, with the numbers it always had."""
    assert user.finish(1, str(series)) == 1
    assert user.digests() == {str(series): expected[str(series)]}


@pytest.mark.parametrize("full", [False, True], ids=["short of a result", "not a byte left"])
def test_results_on_a_full_disk_say_why_though_the_log_is_there_too(
    user: User, series: Path, expected: dict[str, str], full: bool
) -> None:
    with small(user.results, "64k"):
        if full:
            fill(user.results / "filler")
        assert user.run(f"{user.plain} {series}") != 0
        said = [line for line in user.said().splitlines() if "No space left on device" in line]
        assert len(said) == 1
        assert f"{series}: cannot be written: " in said[0]
        assert "Traceback" not in user.said()
        assert not (user.directory / series).exists()
        (user.results / "filler").unlink(missing_ok=True)
        mount("-o", "remount,size=4m", str(user.results))
        made_after(user, series, expected)


def test_snakemake_itself_on_a_full_disk_says_why(
    user: User, series: Path, expected: dict[str, str]
) -> None:
    """Where it keeps its log and its locks."""
    with small(user.directory / ".snakemake", "16k"):
        fill(user.directory / ".snakemake" / "filler")
        assert user.run(f"{user.plain} {series}") != 0
        assert "\nstopped: No space left on device" in user.said()
        assert "Traceback" not in user.said()
        mount("-o", "remount,size=4m", str(user.directory / ".snakemake"))
        made_after(user, series, expected)


def test_results_that_must_not_be_written_to_are_named(
    user: User, series: Path, expected: dict[str, str]
) -> None:
    with small(user.results, "4m"):
        for folder in ("series", "logs/series", "benchmarks/series"):
            (user.results / folder).mkdir(parents=True)
        mount("-o", "remount,ro", str(user.results))
        assert user.run(f"{user.plain} {series}") != 0
        (line,) = (line for line in user.said().splitlines() if "Read-only" in line)
        assert line.startswith(f"stopped: Read-only file system: '{series}'; see to that")
        assert "Traceback" not in user.said()
        mount("-o", "remount,rw", str(user.results))
        made_after(user, series, expected)
