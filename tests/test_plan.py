"""Keys and jobs: what depends on what."""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tausweep.errors import ConfigError
from tausweep.experiment import load
from tausweep.job import Job, canonical
from tausweep.metrics.d_h import DH
from tausweep.plan import Plan
from tausweep.stages import RENDERED, STAGES

ALL = set(STAGES) - RENDERED - {"reproduction", "theory", "pool"}
JOINT = {"collect", "claims"}
DOWNSTREAM = {
    "series": ALL,
    "signal": ALL - {"series", "truth"},
    "truth": {"truth"} | JOINT,
    "train": {"train", "orbit", "members", "metrics", "best"} | JOINT,
    "orbit": {"orbit", "members", "metrics", "best"} | JOINT,
    "members": {"members"} | JOINT,
    "metrics": {"metrics", "best"} | JOINT,
    "reference": {"reference", "best"} | JOINT,
    "best": {"best"},
    "collect": JOINT,
    "claims": {"claims"},
    "reproduction": set(),  # of studies
    "pool": set(),  # likewise
    "theory": set(),  # of no data
}


def keys(config: dict[str, Any]) -> dict[str, set[str]]:
    """Keys of all jobs by stage."""
    jobs = Plan(load(config)).jobs.values()
    return {stage: {c.key for c in jobs if c.stage == stage} for stage in STAGES}


def changed(before: dict[str, set[str]], after: dict[str, set[str]]) -> set[str]:
    """Stages of which any job has a new key."""
    return {stage for stage in STAGES if before[stage] != after[stage]}


def put(config: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """`config` with a value at a dotted path."""
    *parents, last = path.split(".")
    here = config
    for parent in parents:
        here = here.setdefault(parent, {})
    here[last] = value
    return config


@pytest.mark.parametrize(
    ("path", "value", "stage"),
    [
        ("series.lorenz.parameters", {"rho": 30.0}, "series"),
        ("series.lorenz.seed", 1, "series"),
        ("signal.held_out", 0.4, "signal"),
        ("signal.steps", [{"step": "detrend"}], "signal"),
        ("signal.scaling", "whiten", "signal"),
        ("training.epochs", 3, "train"),
        ("training.seed", 1, "train"),
        ("orbit.steps", 3000, "orbit"),
        ("metrics.d_stsp.bins", 9, "metrics"),
        ("metrics.d_h.bandwidth", 0.001, "metrics"),
    ],
)
def test_a_change_flows_downstream_only(
    tiny: dict[str, Any], path: str, value: Any, stage: str
) -> None:
    before = keys(tiny)
    # Floors and ceilings are of the same length, and by the same settings.
    both = {"reference"} if stage in ("orbit", "metrics") else set()
    assert changed(before, keys(put(tiny, path, value))) == DOWNSTREAM[stage] | both


def test_lyapunov_changes_only_what_is_relative_to_it(tiny: dict[str, Any]) -> None:
    before = keys(tiny)
    after = keys(put(tiny, "lyapunov.seed", 1))
    assert before["lyapunov"].isdisjoint(after["lyapunov"])
    # Of the two τ of both models only the relative one is trained anew.
    assert len(after["train"] - before["train"]) == 2
    assert len(after["train"] & before["train"]) == 2


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("figures.style.colours", {"P": "red"}),
        ("figures.style.width", 3.5),
        ("figures.sweep.band", 0.9),
        ("training.learning_rate", 1e-3),  # a default, written out
        ("series.lorenz.dt", 0.01),
        ("signal", {"held_out": 0.5, "steps": []}),
        ("figures.signal.steps", 100),
    ],
)
def test_what_changes_no_number_changes_no_key(tiny: dict[str, Any], path: str, value: Any) -> None:
    assert changed(keys(tiny), keys(put(tiny, path, value))) == set()


def test_an_experiment_s_name_is_only_in_what_names_it(tiny: dict[str, Any]) -> None:
    assert changed(keys(tiny), keys(put(tiny, "experiment", "other"))) == {"claims"}


def test_a_new_tau_adds_one_cell_per_model_and_block(tiny: dict[str, Any]) -> None:
    tiny["members"] = 2
    before = keys(tiny)
    tiny["methods"][0]["tau"].insert(1, 7)
    after = keys(tiny)
    assert before["train"] < after["train"]
    assert len(after["train"] - before["train"]) == 2 * 2
    assert changed(before, after) == {"train", "orbit", "members", "metrics", "best"} | JOINT


def test_more_members_add_blocks_and_retrain_nothing(tiny: dict[str, Any]) -> None:
    before = keys(tiny)
    after = keys({**tiny, "members": 3})
    assert before["train"] < after["train"]
    assert before["orbit"] < after["orbit"]


def test_renamed_series_and_models_retrain_nothing(tiny: dict[str, Any]) -> None:
    before = keys(tiny)
    tiny["series"] = {"butterfly": tiny["series"]["lorenz"]}
    tiny["models"] = {f"my_{name}": model for name, model in tiny["models"].items()}
    assert changed(before, keys(tiny)) == JOINT


def test_order_of_keys_does_not_matter(tiny: dict[str, Any]) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            items = [(k, shuffled(v)) for k, v in value.items()]
            random.Random(1).shuffle(items)
            return dict(items)
        return [shuffled(v) for v in value] if isinstance(value, list) else value

    before, after = keys(tiny), keys(shuffled(tiny))
    assert changed(before, after) <= JOINT  # its rows are in the order of the models
    assert before["train"] == after["train"]


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage not in RENDERED])
def test_a_raised_version_reruns_the_stage_and_what_follows(
    tiny: dict[str, Any], stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = keys(tiny)
    new = replace(STAGES[stage], version=STAGES[stage].version + 1)
    monkeypatch.setitem(STAGES, stage, new)
    expected = DOWNSTREAM.get(stage, {"lyapunov"} | DOWNSTREAM["train"])
    assert changed(before, keys(tiny)) == expected


def test_a_raised_version_of_a_metric_reruns_that_metric_alone(
    tiny: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_metrics() -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for job in Plan(load(tiny)).jobs.values():
            if job.stage == "metrics":
                found.setdefault(job.settings.name, set()).add(job.key)
        return found

    before, other = of_metrics(), keys(tiny)
    monkeypatch.setattr(DH, "version", (DH.version or 0) + 1)
    after = of_metrics()
    assert {name for name in before if before[name] != after[name]} == {"d_h"}
    assert changed(other, keys(tiny)) == {"metrics", "reference", "best"} | JOINT


def test_metrics_of_the_published_protocol_have_orbits_of_their_own(tiny: dict[str, Any]) -> None:
    """From the first sample, with no transient; all else is as it was."""
    before = keys(tiny)
    plan = Plan(load(put(tiny, "metrics.d_stsp_legacy", {"bins": 9})))
    orbits = [job for job in plan.jobs.values() if job.stage == "orbit"]
    along = {part: [j for j in orbits if j.settings.part == part] for part in ("held_out", "whole")}
    assert {job.settings.transient for job in along["held_out"]} == {10}
    assert {job.settings.transient for job in along["whole"]} == {0}
    assert len(along["whole"]) == len(along["held_out"]) == len(before["orbit"])
    for job in plan.jobs.values():
        if job.stage == "metrics":
            part = "whole" if job.settings.name == "d_stsp_legacy" else "held_out"
            assert set(job.inputs["orbit"]) <= {orbit.reference for orbit in along[part]}


def test_key_is_the_documented_hash(tiny: dict[str, Any]) -> None:
    job = next(c for c in Plan(load(tiny)).jobs.values() if c.stage == "orbit")
    identity = {
        "stage": "orbit",
        "version": STAGES["orbit"].version,
        "settings": {"steps": 2000, "transient": 10, "bound": 1000.0, "part": "held_out"},
        "inputs": dict(job.inputs),
    }
    text = json.dumps(identity, sort_keys=True, separators=(",", ":"))
    assert job.key == hashlib.sha256(text.encode()).hexdigest()[:16]
    assert job.path == f"results/orbit/{job.key}.nc"


def test_a_job_survives_its_json(tiny: dict[str, Any]) -> None:
    for job in Plan(load(tiny)).jobs.values():
        again = Job.from_json(job.json)
        assert (again.key, again.settings) == (job.key, job.settings)


def test_a_job_of_another_version_is_refused(tiny: dict[str, Any]) -> None:
    job = next(iter(Plan(load(tiny)).jobs.values()))
    text = job.json.replace(f'"version":{STAGES["series"].version}', '"version":99')
    with pytest.raises(ConfigError, match="planned for version 99 of stage series"):
        Job.from_json(text)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"stage":"none"}', "nonsense"])
def test_nonsense_is_no_job(text: str) -> None:
    with pytest.raises(ConfigError, match="not a job"):
        Job.from_json(text)


def test_a_prepared_series_has_a_figure_of_its_series_and_its_signal(tiny: dict[str, Any]) -> None:
    assert not [name for name in Plan(load(tiny)).figures if "/signal" in name]
    plan = Plan(load(put(tiny, "signal.steps", [{"step": "detrend"}])))
    inputs = plan.figures["tiny/signal_lorenz"].inputs
    assert list(inputs) == ["series", "signal"]
    assert all(plan.jobs[str(name)].stage == role for role, name in inputs.items())


def test_a_file_counts_by_its_content(tiny: dict[str, Any], tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("x\n1\n2\n")
    second.write_text("x\n1\n2\n")

    def with_file(path: Path) -> dict[str, set[str]]:
        tiny["series"] = {"mine": {"system": "file", "path": str(path)}}
        return keys(tiny)

    before = with_file(first)
    assert changed(before, with_file(second)) == set()
    second.write_text("x\n1\n3\n")
    assert changed(before, with_file(second)) == ALL - {"truth"}


def test_a_file_that_changed_after_planning_is_refused(
    tiny: dict[str, Any], tmp_path: Path
) -> None:
    """Its content would be kept under the key of what it was."""
    from tausweep import runner

    file = tmp_path / "a.csv"
    file.write_text("x,y\n" + "\n".join(f"{i * i % 97},{i % 13}" for i in range(200)))
    tiny["series"] = {"mine": {"system": "file", "path": str(file)}}
    job = next(c for c in Plan(load(tiny)).jobs.values() if c.stage == "series")
    output = tmp_path / job.path
    runner.run(job, [output])
    output.unlink()
    file.write_text(file.read_text() + "\n1,2")
    with pytest.raises(ValueError, match=r"a\.csv: has changed since this job was planned"):
        runner.run(job, [output])
    assert not output.exists()


def test_a_missing_file_is_named_before_any_job(tiny: dict[str, Any]) -> None:
    tiny["series"] = {"mine": {"system": "file", "path": "no/such.csv"}}
    with pytest.raises(ConfigError, match=r"series.mine.path: cannot read 'no/such.csv' in /"):
        Plan(load(tiny))


def test_canonical_json_refuses_nan() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"x": float("nan")})


def test_the_plan_is_fast_and_light(tiny: dict[str, Any]) -> None:
    """Snakemake plans at every parse: a plan may load neither numpy nor torch nor xarray."""
    import subprocess
    import sys

    code = (
        "import sys; from tausweep.experiment import load; from tausweep.plan import Plan; "
        f"Plan(load({tiny!r})); print({{'torch', 'xarray', 'scipy', 'matplotlib', 'pandas'}} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_braces_in_a_path_are_refused(tmp_path: Path) -> None:
    for series, setting in (
        ({"system": "file", "path": "a{b}.csv"}, "path"),
        ({"system": "eeg", "directory": "{eeg}"}, "directory"),
    ):
        with pytest.raises(ConfigError, match=rf"series.s.{setting}: .*braces cannot be used"):
            Plan(load({"experiment": "e", "series": {"s": series}}))


def test_theory_needs_no_series(tiny: dict[str, Any]) -> None:
    """Its analyses are jobs without inputs, the same beside series and alone."""
    alone = Plan(load({"experiment": "linear", "theory": {"modes": {"seed": 3}}}))
    assert {job.stage for job in alone.jobs.values()} == {"theory"}
    assert all(name.startswith("linear/") for name in alone.figures)
    assert {figure.settings.figure.kind for figure in alone.figures.values()} >= {
        "spectra",
        "modes",
    }
    tiny["theory"] = {"modes": {"seed": 3}}
    assert alone.jobs.keys() < Plan(load(tiny)).jobs.keys()


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({}, "series must not be missing: give the series to study, or theory"),
        ({"theory": {"modes": {"energies": [1.0]}}}, "theory.modes"),
        ({"theory": {"modes": {"truth": [0.5, 0.4]}}}, "one for each eigenvalue in truth"),
        ({"theory": {"spectre": {}}}, "unknown key 'spectre'; did you mean spectra"),
        ({"theory": {}, "models": {"R": {"cell": "rnn"}}}, "models need series"),
    ],
)
def test_what_cannot_be_of_theory_is_refused(config: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load({"experiment": "linear", **config})
