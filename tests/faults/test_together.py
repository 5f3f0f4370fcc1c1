"""Several runs on the same results, each in a directory of its own: clones, containers, hosts."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import TINY

from tausweep import store

from .user import User

pytestmark = [pytest.mark.xdist_group("workflow"), pytest.mark.slow]


def test_two_clones_on_one_results_directory(
    finished: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    """Neither knows of the other. What one makes anew while the other reads it, may fail once."""
    lost = ("reference", "best", "collect", "claims")
    shared = User.beside(finished, tmp_path / "shared", TINY, lost)
    both = [User(tmp_path / name, TINY, "--cores", "1") for name in ("one", "two")]
    for user in both:
        user.results.symlink_to(shared.results)
    started = [user.start(f"{user.plain} best") for user in both]
    for process in started:
        process.wait(300)
    for user in both:
        assert user.finish(1, "best") == 1
        assert "Traceback" not in user.said()
    assert shared.digests() == {path: expected[path] for path in shared.digests()}
    assert all(path.exists() for stage in lost[:2] for path in shared.paths(stage))
    assert shared.faults() == []


def test_two_containers_whose_processes_have_the_same_numbers(
    finished: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    user = User.beside(finished, tmp_path / "run", TINY)
    apart = ["unshare", "--pid", "--fork", "--mount-proc"]
    if subprocess.run([*apart, "true"], check=False, capture_output=True).returncode:
        pytest.skip("processes cannot be numbered anew here")
    job = next(job for job in user.plan.jobs.values() if job.stage == "members")
    place = user.directory / job.path
    command = [sys.executable, "-m", "tausweep.cli", "stage", "members", "--job", job.json]
    both = [
        subprocess.Popen([*apart, "bash", "-c", f"echo $$; {shlex.join([*command, '--output', str(place)])}"],
                         stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]  # fmt: skip
    said = [process.communicate(timeout=120)[0] for process in both]
    assert said == ["1\n", "1\n"]
    assert [process.returncode for process in both] == [0, 0]
    assert store.read(place).attrs["data_sha256"] == expected[job.path]
    assert not list(place.parent.glob("*.part"))
