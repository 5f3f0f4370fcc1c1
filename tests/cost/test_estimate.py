"""What is left to be done of a plan, how much work that is, and what it will cost."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tausweep.cli import main
from tausweep.cost.estimate import chains, estimate, needed
from tausweep.cost.rates import Line, Rate, Rates, measured
from tausweep.cost.shapes import Shapes
from tausweep.cost.speed import Speed
from tausweep.cost.work import AMOUNTS, Work, work
from tausweep.errors import ConfigError
from tausweep.experiment import load
from tausweep.plan import Plan
from tausweep.stages import STAGES

pytestmark = pytest.mark.xdist_group("workflow")
ONE = Speed(1.0, 1.0, 1.0)


def of_stage(plan: Plan, stage: str) -> list[Work]:
    """The work in all jobs of a stage, in their order."""
    shapes = Shapes(plan.jobs)
    return [work(job, shapes) for job in plan.jobs.values() if job.stage == stage]


def flat(seconds: float) -> Rates:
    """Rates by which every job takes so long."""
    rate = Rate(Line(seconds, 0.0), Line(100.0, 0.0), Line(1.0, 0.0))
    return Rates(dict.fromkeys(STAGES, rate), ONE)


def test_every_stage_has_an_amount(tiny: dict[str, Any]) -> None:
    assert set(AMOUNTS) == set(STAGES)
    plan = Plan(load(tiny))
    shapes = Shapes(plan.jobs)
    for job in (*plan.jobs.values(), *plan.figures.values()):
        assert work(job, shapes).amount > 0


def test_amounts_are_what_a_job_does(tiny: dict[str, Any]) -> None:
    tiny["models"] = {"R": {"cell": "rnn"}, "L": {"cell": "lstm"}}
    tiny["metrics"]["lyapunov_spectrum"] = {"steps": 300, "transient": 20}
    tiny |= {"members": 3, "block": 3}
    plan = Plan(load(tiny))
    steps = 2 * 2 * 2 * 150 * 3  # epochs, batches, sequences, their steps, members
    assert of_stage(plan, "train") == [
        *[Work("train rnn", steps)] * 2, *[Work("train lstm", steps)] * 2
    ]  # fmt: skip
    orbits = (2000 + 10) * 3
    assert {w.amount for w in of_stage(plan, "orbit")} == {orbits}
    by_kind = {w.kind: w.amount for w in of_stage(plan, "metrics")}
    assert by_kind["metrics d_stsp"] == 2 * 2000 * 3 * 3  # orbits, steps, members, variables
    assert by_kind["metrics lyapunov_spectrum"] == (300 + 20) * 3  # one training job each
    assert of_stage(plan, "lyapunov") == [Work("lyapunov", 8000 * 3)]


def test_backpropagation_through_its_own_length_is_counted(tiny: dict[str, Any]) -> None:
    tiny["models"] = {"R": {"cell": "rnn"}}
    tiny["methods"] = [{"method": "bptt", "sequence_length": 1000}]
    (bptt,) = of_stage(Plan(load(tiny)), "train")
    assert bptt.amount == 2 * 2 * 2 * 1000


def test_twice_the_units_cost_between_twice_and_four_times_as_much(tiny: dict[str, Any]) -> None:
    tiny["models"] = {"small": {"cell": "rnn"}, "large": {"cell": "rnn", "latent": 60}}
    small, _, large, _ = of_stage(Plan(load(tiny)), "train")
    assert 2 * small.amount < large.amount < 4 * small.amount


def test_shape_of_a_file_and_of_its_embedding(tiny: dict[str, Any], tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.random.default_rng(0).standard_normal((5000, 2)))
    tiny["series"] = {"mine": {"system": "file", "path": str(tmp_path / "x.npy")}}
    tiny["signal"] = {
        "held_out": 0.5,
        "steps": [
            {"step": "decimate", "factor": 5},
            {"step": "embed", "dimension": 4, "delay": 10},
        ],
    }
    tiny["training"]["sequence_length"] = 20
    plan = Plan(load(tiny))
    shapes = Shapes(plan.jobs)
    shape = {
        job.stage: shapes.of(job) for job in plan.jobs.values() if job.stage in ("series", "signal")
    }
    assert shape["series"] == (5000, 2, False, True)
    assert shape["signal"] == (1000 - 30, 8, False, True)
    (tmp_path / "x.npy").write_bytes(b"nothing")
    with pytest.raises(ConfigError, match=r"x\.npy"):
        Shapes(plan.jobs).of(next(iter(plan.jobs.values())))


def test_a_series_to_be_downloaded_is_assumed_and_said(tiny: dict[str, Any]) -> None:
    tiny["series"]["jena"] = {"system": "weather", "first": "2010a", "last": "2010b"}
    found = estimate(Plan(load(tiny)), flat(1.0), ONE, Path("/nowhere"))
    assert found.assumed == ["jena"]
    assert found.downloads == 2


def test_nothing_is_left_of_a_run_and_only_what_is_lacking_is_counted(
    finished: Path, tiny: dict[str, Any], tmp_path: Path
) -> None:
    plan = Plan(load(tiny))
    assert needed(plan, finished) == {}
    everything = needed(plan, tmp_path)
    assert len(everything) == len(plan.jobs) + len(plan.rendered)

    directory = shutil.copytree(finished, tmp_path / "copy", symlinks=True)
    d_stsp = next(j for j in plan.jobs.values() if work(j, Shapes(plan.jobs)).kind.endswith("stsp"))
    (directory / d_stsp.path).unlink()
    assert needed(plan, directory) == {}  # it is there for what is done
    sweep = next(name for name in plan.rendered if "/sweep" in name)
    (directory / plan.marker(sweep)).unlink()
    assert set(needed(plan, directory)) == {sweep}  # drawn again from what collect holds
    collect = next(job for job in plan.jobs.values() if job.stage == "collect")
    (directory / collect.path).unlink()
    assert set(needed(plan, directory)) == {sweep, collect.reference, d_stsp.reference}


def test_longest_chain_and_wall_clock(tiny: dict[str, Any]) -> None:
    plan = Plan(load(tiny))
    found = estimate(plan, flat(2.0), ONE, Path("/nowhere"))
    jobs = needed(plan, Path("/nowhere"))
    # series, signal, lyapunov, train, orbit, metrics, collect, claims, figure
    assert found.longest == 2.0 * 9
    assert found.seconds == 2.0 * len(jobs)
    assert found.wall(1) == found.seconds
    assert found.wall(10_000) == found.longest
    alone = {name: job for name, job in jobs.items() if job.stage == "series"}
    assert set(chains(alone, dict.fromkeys(alone, 3.0)).values()) == {3.0}
    assert chains({}, {}) == {}
    ahead = chains(jobs, dict.fromkeys(jobs, 2.0))
    assert {ahead[name] for name, job in jobs.items() if job.stage == "figure"} == {2.0}
    assert {ahead[name] for name, job in jobs.items() if job.stage == "series"} == {2.0 * 9}
    assert all(name in jobs for job in jobs.values() for name in job.references)


def test_the_command_says_all_and_nothing(
    finished: Path, tiny: dict[str, Any], tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.setattr("tausweep.cost.speed.measure", lambda: measured().speed)
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(tiny))
    monkeypatch.chdir(tmp_path)
    assert main(["cost", "tiny.yaml", "--cores", "1"]) == 0
    table = capsys.readouterr().out
    assert "On 1 core of a machine as fast as this one" in table
    assert max(map(len, table.splitlines())) <= 100
    assert main(["cost", "tiny.yaml", "--json", "--cores", "2"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["stages"]["train"]["jobs"] == 4
    assert found["seconds"] == sum(share["seconds"] for share in found["stages"].values())
    monkeypatch.chdir(finished)
    assert main(["cost", str(tmp_path / "tiny.yaml")]) == 0
    assert "Nothing is left to be done" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["missing.yaml"], "missing.yaml"), (["tiny.yaml", "--cores", "0"], "--cores")],
)
def test_what_is_wrong_is_said_in_one_line(
    arguments: list[str], says: str, tiny: dict[str, Any], tmp_path: Path, monkeypatch: Any,
    capsys: Any,
) -> None:  # fmt: skip
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(tiny))
    monkeypatch.chdir(tmp_path)
    assert main(["cost", *arguments]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert says in line
