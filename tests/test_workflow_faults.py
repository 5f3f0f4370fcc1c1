"""The real workflow where something breaks: nothing finished is lost, nothing broken is used."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from conftest import REPOSITORY, TINY, Snakemake

from tausweep import store
from tausweep.experiment import load
from tausweep.plan import Plan

pytestmark = pytest.mark.xdist_group("workflow")

LONGER = {**TINY, "orbit": {**TINY["orbit"], "steps": 2100}}


@pytest.mark.slow
def test_a_truncated_file_is_named_and_never_used(
    snakemake: Snakemake, finished: Path, tmp_path: Path
) -> None:
    shutil.copytree(finished / "results", tmp_path / "results")
    plan = Plan(load(TINY))
    broken = next(tmp_path / c.path for c in plan.jobs.values() if c.stage == "signal")
    content = broken.read_bytes()
    broken.write_bytes(content[: len(content) // 2])
    run = snakemake(tmp_path, LONGER, "--show-failed-logs")
    assert run.returncode != 0
    text = run.stdout + run.stderr
    assert f"{broken.name}: damaged, truncated or edited" in text
    assert "delete it and run snakemake again" in text
    broken.unlink()
    again = snakemake(tmp_path, LONGER)
    assert again.returncode == 0, again.stderr


@pytest.mark.slow
def test_killed_midway_nothing_finished_is_lost(
    snakemake: Snakemake, finished: Path, tmp_path: Path
) -> None:
    """SIGKILL in the middle; a plain second run finishes, with the numbers of an undisturbed one."""
    (tmp_path / "experiment.yaml").write_text(yaml.safe_dump(TINY))
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "snakemake", "--snakefile", str(REPOSITORY / "Snakefile")),
            *("--directory", str(tmp_path), "--cores", "2"),
            *("--configfile", str(tmp_path / "experiment.yaml")),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    trained = tmp_path / "results/train"
    _wait(lambda: len(list(trained.glob("[!.]*.nc"))) >= 2, seconds=180)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    survivors = {f: f.stat().st_mtime_ns for f in trained.glob("[!.]*.nc")}
    assert snakemake(tmp_path, TINY, "--unlock").returncode == 0
    run = snakemake(tmp_path, TINY)
    assert run.returncode == 0, run.stderr
    assert all(file.stat().st_mtime_ns == moment for file, moment in survivors.items())
    for job in Plan(load(TINY)).jobs.values():
        one, two = store.read(tmp_path / job.path), store.read(finished / job.path)
        assert one.attrs["data_sha256"] == two.attrs["data_sha256"], job.path


def _wait(ready: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.05)
