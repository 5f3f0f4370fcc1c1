"""What Snakemake does by itself while jobs run: little, or it takes the cores from them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import TINY, Snakemake

pytestmark = [pytest.mark.xdist_group("workflow"), pytest.mark.slow]

LATE = ("orbit", "members", "metrics", "reference", "best", "collect", "claims", "figures", "logs")


def test_the_scheduler_looks_for_work_when_a_job_ends_and_not_all_the_time(
    finished: Path, snakemake: Snakemake, tmp_path: Path
) -> None:
    """Every look at what waits costs time in proportion to it."""
    shutil.copytree(
        finished / "results", tmp_path / "results", ignore=shutil.ignore_patterns(*LATE)
    )
    run = snakemake(tmp_path, TINY, "--cores", "1", "--verbose", "best")
    assert run.returncode == 0, run.stderr
    (log,) = (tmp_path / ".snakemake/log").glob("*.log")
    looks, jobs = (log.read_text().count(said) for said in ("Ready jobs: ", "Finished jobid: "))
    assert 10 < jobs <= looks <= 2 * jobs
