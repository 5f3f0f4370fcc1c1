"""`tausweep suggest`: what it says is what the results hold, whatever of them is there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tausweep import runner, store
from tausweep.cli import main
from tausweep.experiment import load
from tausweep.job import Job
from tausweep.plan import Plan
from tausweep.study import Study

SWEEP = {"method": "sparse_tf", "tau": [4, 8, 16]}
SMALL = {
    "models": {"R": {"cell": "rnn", "latent": 4}},
    "members": 3,
    "block": 3,
    "metrics": {"d_stsp": {"bins": 8}, "d_h": {}},
}
AT_BEST = {"method": "annealed", "tau": [{"best_of": "first"}, {"best_of": "first", "times": 1.5}]}

Printed = pytest.CaptureFixture[str]


def configuration(tiny: dict[str, Any]) -> dict[str, Any]:
    return {**tiny, **SMALL, "experiment": "first", "methods": [SWEEP]}


def jobs(config: dict[str, Any], *stages: str) -> list[Job]:
    """Those of a configuration that lead to these stages, in their order."""
    before = ("series", "signal", *stages)
    return [job for job in Plan(load(config)).jobs.values() if job.stage in before]


@pytest.fixture
def config(tiny: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Of a sweep, written to a file in the working directory."""
    monkeypatch.chdir(tmp_path)
    found = configuration(tiny)
    Path("first.yaml").write_text(yaml.safe_dump(found))
    return found


def made(*jobs: Job) -> None:
    for job in jobs:
        if not Path(job.path).exists():
            runner.run(job, [Path(job.path)])


def test_without_results_it_says_how_to_make_them(config: dict[str, Any], capsys: Printed) -> None:
    assert main(["suggest", "first.yaml"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("tausweep: error: first.yaml: there are no results in ")
    assert said.rstrip().endswith("yet: snakemake --configfile first.yaml")
    assert said.count("\n") == 1


def test_from_lambda_max_alone_then_after_the_sweep(
    config: dict[str, Any], capsys: Printed
) -> None:
    made(*jobs(config, "lyapunov"))
    assert main(["suggest", "first.yaml"]) == 0
    said = capsys.readouterr().out
    tau_pred = float(store.read(Path(jobs(config, "lyapunov")[-1].path))["tau_pred"])
    assert f"lorenz: from λ_max alone τ_pred = {tau_pred:.3g} [" in said
    assert re.search("R by sparse_tf +not there yet", said)
    assert "for what is not there yet: snakemake --configfile first.yaml" in said

    made(*jobs(config, "train", "orbit", "metrics", "reference", "best"))
    assert main(["suggest", "first.yaml"]) == 0
    said = capsys.readouterr().out
    assert "not there yet" not in said
    assert max(map(len, said.splitlines())) <= 100
    best = store.read(Path(jobs(config, "best")[-1].path))
    row = next(line for line in said.splitlines() if "R by sparse_tf" in line).split()
    assert row[3:5] == ["D_stsp", f"{best['suggested'].item():.3g}"]
    assert re.search("^ +D_H +[0-9]", said, re.MULTILINE)

    assert main(["suggest", "first.yaml", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (series,) = found["series"]
    assert series["before"]["tau_pred"] == pytest.approx(tau_pred)
    after = series["sweeps"][0]["after"]
    assert after["suggested"] == best["suggested"].item()
    assert after["tau"] == [4, 8, 16]
    assert after["members"] == 3
    assert after["by"]["D_stsp"]["cost"] == pytest.approx(best["cost"].values[0].tolist())
    assert min(after["by"]["D_H"]["cost"]) == 1


def test_a_wrong_configuration_and_a_damaged_result_are_one_line(
    config: dict[str, Any], capsys: Printed
) -> None:
    assert main(["suggest", "nothing.yaml"]) == 1
    assert "cannot read nothing.yaml" in capsys.readouterr().err
    (path,) = [Path(job.path) for job in jobs(config, "lyapunov") if job.stage == "lyapunov"]
    path.parent.mkdir(parents=True)
    path.write_text("no NetCDF")
    assert main(["suggest", "first.yaml"]) == 1
    said = capsys.readouterr().err
    assert str(path) in said
    assert said.count("\n") == 1


@pytest.mark.slow
def test_a_second_experiment_trains_at_what_the_first_suggests(
    snakemake: Any, tiny: dict[str, Any], tmp_path: Path
) -> None:
    first = configuration(tiny)
    second = {**first, "experiment": "second", "methods": [AT_BEST]}
    for each in (first, second):
        (tmp_path / f"{each['experiment']}.yaml").write_text(yaml.safe_dump(each))
    config = {"study": "both", "experiments": ["first.yaml", "second.yaml"]}
    run = snakemake(tmp_path, config)
    assert run.returncode == 0, run.stderr
    one, two = load(first), load(second)
    plan = Plan(Study("both", "study", [one, two], one.claims, one.figures))
    at_best = [job for job in plan.jobs.values() if job.stage == "train" and "best" in job.inputs]
    assert len(at_best) == 2
    for job, times in zip(at_best, (1, 1.5), strict=True):
        best = store.read(tmp_path / f"results/{job.inputs['best']}.nc")
        trained = store.read(tmp_path / job.path)
        assert int(trained["tau"]) == round(times * float(best["suggested"]))
    assert "1.5 of the best of first" in plan.captions["second/sweep_lorenz"]
    collect = plan.parts[1].collect
    assert collect is not None
    rows = store.read(tmp_path / collect.path)
    assert rows["value"].values.tolist() == rows["tau"].values.tolist()
