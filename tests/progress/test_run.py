"""What is left of a run: by what was foretold, by what jobs took, by what failed."""

from __future__ import annotations

import logging
import os
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tausweep.experiment import load
from tausweep.plan import Plan
from tausweep.progress import said
from tausweep.progress.epochs import read
from tausweep.progress.outlook import Outlook
from tausweep.progress.run import Active, Run, named
from tausweep.training.progress import Progress

NOW = 1_000_000.0
EACH = 2.0
"""Seconds that every job is foretold to take."""


@pytest.fixture
def plan(tiny: dict[str, Any]) -> Plan:
    return Plan(load(tiny))


def begun(plan: Plan, cores: int = 1) -> Run:
    """Of all there is in the plan."""
    jobs = {**plan.jobs, **plan.figures}
    outlook = Outlook(jobs, dict.fromkeys(jobs, EACH))
    return Run(outlook, Counter(job.stage for job in jobs.values()), cores, NOW)


def active(name: str, log: Path, since: float = NOW) -> Active:
    return Active(name.split("/")[0], name, name, [log], None, since)


def of_stage(run: Run, stage: str) -> list[str]:
    return run.outlook.by_stage()[stage]


def ran(run: Run, name: str, seconds: float, log: Path) -> None:
    """A job that ran and took so long."""
    job = active(name, log)
    job.began = NOW
    run.start(7, job)
    run.finish(7, NOW + seconds)


def test_a_job_is_named_by_its_log() -> None:
    assert named("results/logs/train/0123456789abcdef.log") == ("train", "train/0123456789abcdef")
    assert named("results/logs/figures/tiny/sweep_a.b.log") == ("figure", "tiny/sweep_a.b")
    assert named("results/logs/train/{key}.log")[0] == "train"


def test_at_first_all_is_left_on_the_cores_there_are_and_no_less_than_a_chain(plan: Plan) -> None:
    jobs = len(plan.jobs) + len(plan.figures)
    assert begun(plan).left(NOW).seconds == pytest.approx(EACH * jobs)
    assert begun(plan, 2).left(NOW).seconds == pytest.approx(EACH * jobs / 2)
    # series, signal, lyapunov, train, orbit, metrics, collect, claims, figure
    assert begun(plan, 1000).left(NOW).seconds == pytest.approx(EACH * 9)
    assert begun(plan).left(NOW).fraction == 0.0


def test_jobs_that_take_longer_are_expected_to_above_all_in_their_stage(
    plan: Plan, tmp_path: Path
) -> None:
    run = begun(plan)
    train, orbit = of_stage(run, "train"), of_stage(run, "orbit")
    for name in train[:3]:
        ran(run, name, 10 * EACH, tmp_path / "x.log")
    assert 7 * EACH < run.outlook.seconds(train[3]) < 10 * EACH
    assert 2 * EACH < run.outlook.seconds(orbit[0]) < run.outlook.seconds(train[3])
    assert run.done == {"train": 3}
    assert run.left(NOW).stages["train"] == pytest.approx(run.outlook.seconds(train[3]))


def test_the_last_job_done_leaves_nothing(plan: Plan, tmp_path: Path) -> None:
    run = begun(plan)
    for name, job in run.outlook.jobs.items():
        run.start(7, Active(job.stage, name, name, [tmp_path / "x.log"], None, NOW))
        run.finish(7, NOW + 3)
    assert run.left(NOW).seconds == 0.0
    assert run.left(NOW).fraction == 1.0
    assert said.last(run, NOW + 60).endswith(f"{len(run.outlook.jobs)} jobs done in 60 s")


def test_what_needs_a_failed_job_is_not_waited_for_until_it_is_tried_again(
    plan: Plan, tmp_path: Path
) -> None:
    run = begun(plan)
    signal = of_stage(run, "signal")[0]
    run.start(3, active(signal, tmp_path / "x.log"))
    run.fail(3)
    after = {name for name, job in run.outlook.jobs.items() if job.stage not in ("series", "truth")}
    assert run.lost() == after - {signal}
    assert set(run.waiting()) == {"series", "truth"}
    assert "1 failed, " in said.last(run, NOW)
    run.start(3, active(signal, tmp_path / "x.log"))
    assert run.lost() == set()
    assert "failed" not in said.last(run, NOW)


def test_a_job_runs_when_its_log_is_there_and_not_before(plan: Plan, tmp_path: Path) -> None:
    """As in a queue; a log of an earlier try is older than that."""
    run, log = begun(plan, cores=100), tmp_path / "x.log"
    first, second, *_ = of_stage(run, "train")
    log.write_text("tausweep: error: of an earlier try")
    os.utime(log, (NOW - 60, NOW - 60))
    run.start(1, active(first, log))
    run.start(2, active(second, tmp_path / "y.log"))
    run.look()
    assert said.table(run, NOW)[1].endswith(": 2 in the queue")
    os.utime(log, (NOW + 5, NOW + 5))
    run.look()
    assert run.active[1].began == NOW + 5
    assert said.table(run, NOW)[1].endswith(f": {first}; 1 in the queue")
    # While some wait, there are places for one at a time.
    jobs = len(run.outlook.jobs)
    assert run.left(NOW + 5).seconds == pytest.approx(EACH * jobs)


def test_a_job_that_is_late_will_take_a_tenth_longer(plan: Plan, tmp_path: Path) -> None:
    run = begun(plan)
    (series,) = of_stage(run, "series")
    job = active(series, tmp_path / "x.log")
    job.began = NOW
    run.start(1, job)
    left = [run.left(NOW + ran).stages["series"] for ran in (0, 1, 50)]
    assert left == pytest.approx([EACH, EACH - 1, 5])


def test_training_tells_how_far_it_is(
    plan: Plan, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tausweep.training.progress.BETWEEN", 0.0)
    with caplog.at_level(logging.INFO):
        Progress(1000, 0).show(250, np.array([0.5, np.nan]))
    (line,) = caplog.messages
    told = read(f"on fused\n{line}\nand on\n")
    assert told is not None
    assert told.fraction == 0.25
    assert read("on fused\n") is None

    run, log = begun(plan), tmp_path / "x.log"
    log.write_text("epoch 30/120, median loss 0.1, 2 of 2 members alive, 3 epochs/s, 30 s left\n")
    os.utime(log, (NOW + 10, NOW + 10))
    train = of_stage(run, "train")[0]
    run.start(1, active(train, log))
    run.look()
    ahead = 3 * run.outlook.seconds(of_stage(run, "train")[1])
    assert run.left(NOW + 10).stages["train"] == pytest.approx(30 + ahead)
    assert run.left(NOW + 15).stages["train"] == pytest.approx(25 + ahead)
    assert ahead > 3 * 10 * EACH  # one that takes 40 s is known already
    assert f"{train} (25%)" in said.table(run, NOW)[1]


def test_seconds_are_those_that_snakemake_measured(plan: Plan, tmp_path: Path) -> None:
    benchmark = tmp_path / "x.jsonl"
    job = Active("train", "train/0", "", [tmp_path / "x.log"], benchmark, NOW)
    assert job.took(NOW + 30) == 30.0  # with what it waited: nothing else is known
    benchmark.write_text('{"s": 12.5, "max_rss": 3}\n')
    assert job.took(NOW + 30) == 12.5


def test_a_run_of_a_part_counts_that_part(plan: Plan, tmp_path: Path) -> None:
    """As of `snakemake lyapunov`: nothing is expected of stages that do not run."""
    outlook = Outlook.of(plan, ["series", "signal", "lyapunov"], tmp_path)
    assert set(outlook.by_stage()) == {"series", "signal", "lyapunov"}
    run = Run(outlook, {"series": 1, "signal": 1, "lyapunov": 1}, 8, NOW)
    assert run.left(NOW).seconds == pytest.approx(sum(map(outlook.seconds, outlook.jobs)))


def test_what_is_there_and_done_again_is_expected_as_if_it_were_not(
    plan: Plan, finished: Path
) -> None:
    """As with --force: of stages that lack nothing, all jobs are candidates."""
    outlook = Outlook.of(plan, ["train"], finished)
    run = Run(outlook, {"train": 1}, 1, NOW)
    assert len(outlook.jobs) == 4
    assert run.left(NOW).stages["train"] == max(map(outlook.seconds, outlook.jobs))


def test_a_stage_takes_no_less_than_its_longest_job(plan: Plan, tmp_path: Path) -> None:
    """However many jobs can run at once."""
    run = begun(plan, cores=100)
    assert run.left(NOW).stages["train"] == EACH
    run.start(1, active(of_stage(run, "series")[0], tmp_path / "x.log"))
    assert run.left(NOW).stages["series"] == EACH
