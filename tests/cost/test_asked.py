"""What jobs ask of a scheduler: what they are told to cost with room to spare, and no data read."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from tausweep.cost.asked import LARGER, SLOWER, Asked, Requests
from tausweep.cost.rates import measured
from tausweep.cost.shapes import Shapes
from tausweep.cost.work import work
from tausweep.experiment import load
from tausweep.plan import Plan


def asked(config: dict[str, Any], stage: str) -> list[Asked]:
    """By all jobs of a stage, in their order."""
    plan = Plan(load(config))
    requests = Requests(plan.jobs)
    return [requests.of(job) for job in plan.jobs.values() if job.stage == stage]


def test_every_job_asks_for_something(tiny: dict[str, Any]) -> None:
    plan = Plan(load(tiny))
    requests = Requests(plan.jobs)
    for job in (*plan.jobs.values(), *plan.rendered.values()):
        minutes, megabytes = requests.of(job)
        assert minutes >= 2
        assert megabytes >= 1000


def test_small_jobs_ask_for_the_least(tiny: dict[str, Any]) -> None:
    tiny["models"] = {"R": {"cell": "rnn"}}
    assert set(asked(tiny, "train")) == {Asked(30, 4000)}
    assert set(asked(tiny, "orbit")) == {Asked(2, 1000)}
    assert set(asked(tiny, "series")) == {Asked(10, 1000)}


def test_large_jobs_ask_for_more_than_is_told(tiny: dict[str, Any]) -> None:
    tiny["models"] = {"R": {"cell": "rnn"}}
    tiny["training"] |= {"epochs": 10_000_000}
    tiny["orbit"] |= {"steps": 10_000_000}
    plan = Plan(load(tiny))
    requests, rates, shapes = Requests(plan.jobs), measured(), Shapes(plan.jobs)
    for job in plan.jobs.values():
        told = rates.cost(work(job, shapes), rates.speed)
        if job.stage == "train":
            assert requests.of(job).minutes == math.ceil(SLOWER * told.seconds / 60) > 30
        if job.stage == "orbit":
            assert requests.of(job).megabytes == math.ceil(LARGER * told.memory) > 1000


def test_what_was_never_measured_asks_for_more(tiny: dict[str, Any]) -> None:
    tiny["models"] = {"G": {"cell": "gru"}}
    assert set(asked(tiny, "train")) == {Asked(120, 4000)}
    assert set(asked(tiny, "orbit")) == {Asked(60, 4000)}


def test_a_long_file_asks_for_more_and_is_not_read(tiny: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    np.save(path, np.zeros((1 << 24, 3)))
    tiny["series"] = {"own": {"system": "file", "path": str(path), "dt": 0.1}}
    plan = Plan(load(tiny))
    with path.open("r+b") as file:
        file.write(b"not an array")
    (found,) = [job for job in plan.jobs.values() if job.stage == "lyapunov"]
    minutes, megabytes = Requests(plan.jobs).of(found)
    assert minutes > 60
    assert megabytes > 10_000
