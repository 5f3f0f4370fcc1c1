"""The real workflow: what runs, what runs again, and what a person sees when something is wrong.

One small experiment is run whole; the tests then ask Snakemake, with -n, what a change would run.
"""

from __future__ import annotations

import copy
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
import yaml
from conftest import REPOSITORY, TINY, Snakemake

from tausweep import store
from tausweep.experiment import load
from tausweep.plan import Plan
from tausweep.stages import STAGES

pytestmark = pytest.mark.xdist_group("workflow")

FIGURES = {"figure": 4, "report": 1}  # of these, three show trained models
TRAINED = {"collect": 1, "judge_claims": 1, "figure": 4, "report": 1}  # and a table
BLOCKS = 2 * 2  # two models, two τ, one block of members
SWEEPS = {"list_members": 2, "measure": 2 * 2, "find_best": 2}  # of two models; two metrics
REFERENCES = {"measure_reference": 2}
STAGE_OF = {
    "make_series": "series",
    "make_signal": "signal",
    "measure_truth": "truth",
    "measure_lyapunov": "lyapunov",
    "train": "train",
    "run_orbit": "orbit",
    "list_members": "members",
    "measure": "metrics",
    "measure_reference": "reference",
    "find_best": "best",
    "collect": "collect",
    "judge_claims": "claims",
    "compare_published": "reproduction",
    "pool": "pool",
    "analyse_theory": "theory",
    "figure": "figure",
    "report": "report",
}


def jobs(run: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """How many jobs of each rule a dry run lists, targets left out."""
    assert run.returncode == 0, run.stderr + run.stdout
    text = run.stdout + run.stderr
    table = re.search(r"Job stats:\njob +count\n[- ]+\n(.*?)\ntotal", text, re.DOTALL)
    if table is None:
        assert "Nothing to be done" in text
        return {}
    counts: Counter[str] = Counter()
    for row in table[1].splitlines():
        rule, n = row.split()
        if rule not in ("all", "figures", "reports", "lyapunov", "signal", "best"):
            named = [kind for kind in ("figure", "report") if rule.startswith(f"{kind}_")]
            counts[(named or [rule])[0]] += int(n)
    return dict(counts)


def would_run(
    snakemake: Snakemake, directory: Path, config: dict[str, Any], *arguments: str
) -> dict[str, int]:
    return jobs(snakemake(directory, config, "-n", *arguments))


def changed(path: str, value: Any) -> dict[str, Any]:
    """The tiny experiment with another value at a dotted path."""
    config = copy.deepcopy(TINY)
    *parents, last = path.split(".")
    here = config
    for parent in parents:
        here = here.setdefault(parent, {})
    here[last] = value
    return config


def with_tau(*tau: Any) -> dict[str, Any]:
    return {**copy.deepcopy(TINY), "methods": [{"method": "sparse_tf", "tau": list(tau)}]}


BEST = {"best_of": "tiny", "method": "sparse_tf", "times": 1.5}
AT_BEST = {**TINY, "methods": [*TINY["methods"], {"method": "annealed", "tau": [BEST]}]}


RERUNS = {
    "nothing": (TINY, {}),
    "a colour": (changed("figures.style.colours", {"P": "#ff0000"}), FIGURES),
    "a figure's own setting": (changed("figures.sweep.band", 0.8), {"figure": 1, "report": 1}),
    "a bin count": (
        changed("metrics.d_stsp.bins", 9),
        {"measure": 2, "measure_reference": 1, "find_best": 2, **TRAINED},
    ),
    "one more τ": (
        with_tau(3, {"of_tau_pred": 0.5}, 9),
        {"train": 2, "run_orbit": 2, **SWEEPS, **TRAINED},
    ),
    "a method at the best of another's": (
        AT_BEST,
        {"train": 2, "run_orbit": 2, "list_members": 2, "measure": 2 * 2, **TRAINED},
    ),
    "more members": (
        changed("members", 2),
        {"train": 4, "run_orbit": 4, **SWEEPS, **TRAINED},
    ),
    "a default written out": (changed("training.learning_rate", 0.001), {}),
    "an orbit's length": (
        changed("orbit.steps", 2100),
        {"run_orbit": BLOCKS, **SWEEPS, **REFERENCES, **TRAINED},
    ),
    "how λ_max is measured": (
        changed("lyapunov.bootstrap", 21),
        # Of the trained models, only those of the relative τ.
        {"measure_lyapunov": 1, "train": 2, "run_orbit": 2, **SWEEPS, **TRAINED, "figure": 5},
    ),
}


@pytest.mark.parametrize("change", RERUNS)
def test_a_change_reruns_what_depends_on_it(
    snakemake: Snakemake, finished: Path, change: str
) -> None:
    config, expected = RERUNS[change]
    assert would_run(snakemake, finished, config) == expected


def test_threads_and_cores_rerun_nothing(snakemake: Snakemake, finished: Path) -> None:
    assert would_run(snakemake, finished, TINY, "--set-threads", "train=2", "--cores", "7") == {}


def test_order_of_the_configuration_reruns_nothing(snakemake: Snakemake, finished: Path) -> None:
    reverse = {key: TINY[key] for key in reversed(TINY)}
    assert would_run(snakemake, finished, reverse) == {}


def test_scrambled_times_rerun_nothing(
    snakemake: Snakemake, finished: Path, tmp_path: Path
) -> None:
    """As after a download or a copy, and in a fresh clone, without Snakemake's own records."""
    shutil.copytree(finished / "results", tmp_path / "results")
    rng = random.Random(0)
    files = sorted((tmp_path / "results").rglob("*.*"))
    for file in files:
        moment = 1.6e9 + rng.random() * 1e8
        os.utime(file, (moment, moment))
    assert would_run(snakemake, tmp_path, TINY) == {}


@pytest.mark.parametrize("stage", ["series", "orbit", "collect"])
def test_a_raised_version_reruns_the_stage_and_what_follows(finished: Path, stage: str) -> None:
    (finished / "experiment.yaml").write_text(yaml.safe_dump(TINY))
    code = (
        "import sys; from dataclasses import replace; from tausweep.stages import STAGES;"
        f"STAGES['{stage}'] = replace(STAGES['{stage}'], version=99);"
        "from snakemake.cli import main; main(sys.argv[1:])"
    )
    run = subprocess.run(
        [
            *(sys.executable, "-c", code, "-n", "--snakefile", str(REPOSITORY / "Snakefile")),
            *("--directory", str(finished), "--configfile", str(finished / "experiment.yaml")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    everything = {
        "make_series": 1,
        "make_signal": 1,
        "measure_truth": 1,
        "measure_lyapunov": 1,
        "train": BLOCKS,
        "run_orbit": BLOCKS,
        **SWEEPS,
        **REFERENCES,
        **TRAINED,
        "figure": 5,
    }
    follows = {
        "series": everything,
        "orbit": {"run_orbit": BLOCKS, **SWEEPS, **TRAINED},
        "collect": TRAINED,
    }
    assert jobs(run) == follows[stage]


def test_a_figure_is_redrawn_where_its_records_were_lost(
    snakemake: Snakemake, finished: Path, tmp_path: Path
) -> None:
    """Results copied from a cluster come without .snakemake; a figure must not pass as current."""
    shutil.copytree(finished / "results", tmp_path / "results")
    red = changed("figures.style.colours", {"P": "#ff0000"})
    assert would_run(snakemake, tmp_path, red) == FIGURES
    figure = tmp_path / "results/figures/tiny/sweep_lorenz.png"
    before = figure.read_bytes()
    assert snakemake(tmp_path, red).returncode == 0
    assert figure.read_bytes() != before
    assert would_run(snakemake, tmp_path, red) == {}
    assert would_run(snakemake, tmp_path, TINY) == FIGURES
    assert snakemake(tmp_path, TINY).returncode == 0
    assert figure.read_bytes() == before


def test_targets_by_name_by_figure_and_by_key(
    snakemake: Snakemake, finished: Path, tmp_path: Path
) -> None:
    measured = {"make_series": 1, "make_signal": 1, "measure_lyapunov": 1, "figure": 1}
    measured["measure_truth"] = 1
    assert would_run(snakemake, tmp_path, TINY, "lyapunov") == measured
    one = "results/figures/tiny/lyapunov_lorenz.pdf"
    assert would_run(snakemake, tmp_path, TINY, one) == measured
    key = next(c for c in Plan(load(TINY)).jobs.values() if c.stage == "signal").path
    assert would_run(snakemake, tmp_path, TINY, key) == {"make_series": 1, "make_signal": 1}
    assert would_run(snakemake, finished, TINY, "figures") == {}


def test_snakemakes_report_begins_with_the_answer(snakemake: Snakemake, finished: Path) -> None:
    run = snakemake(finished, TINY, "--report", "whole.html")
    assert run.returncode == 0, run.stderr
    page = (finished / "whole.html").read_text()
    for said in ("τ taught it the attractor", "results/figures/tiny/report.html"):
        assert json.dumps(said)[1:-1] in page
    assert "System Message" not in page


def test_a_prepared_series_is_drawn_and_its_style_redraws_it_only(
    snakemake: Snakemake, tmp_path: Path
) -> None:
    steps = [{"step": "detrend"}, {"step": "decimate", "factor": 2}]
    config = changed("signal.steps", steps)
    assert would_run(snakemake, tmp_path, TINY, "signal") == {}
    run = snakemake(tmp_path, config, "signal")
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "results/figures/tiny/signal_lorenz.png").is_file()
    config["figures"] = {"signal": {"steps": 300}}
    assert would_run(snakemake, tmp_path, config, "signal") == {"figure": 1}


def test_an_experiment_inherits_nothing_from_the_default_one(
    snakemake: Snakemake, tmp_path: Path
) -> None:
    """Snakemake merges --configfile into `configfile:` key by key; here it must not."""
    config = {"experiment": "mine", "series": {"r": {"system": "rossler", "steps": 5000}}}
    measured = {"make_series": 1, "make_signal": 1, "measure_lyapunov": 1, "figure": 1}
    measured |= {"measure_truth": 1, "report": 1}
    assert would_run(snakemake, tmp_path, config) == measured
    del config["experiment"]
    run = snakemake(tmp_path, config, "-n")
    assert run.returncode != 0
    assert "configuration: experiment: missing; it must be given" in run.stderr + run.stdout


def test_settings_alone_are_laid_over_the_default_experiment(
    snakemake: Snakemake, tmp_path: Path
) -> None:
    default = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
    run = snakemake(tmp_path, {"figures": {"style": {"dpi": 99}}}, "-n", "-p", "figures")
    assert run.returncode == 0
    assert f"results/figures/{default['experiment']}/sweep_" in run.stdout + run.stderr
    assert '"dpi":99' in run.stdout + run.stderr


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (changed("training.epoch", 3), "training: unknown key 'epoch'; did you mean epochs?"),
        (with_tau(-5), "methods[0].tau[0]: must be greater than 0, found -5"),
        (with_tau(151), "methods[0].tau[0] must be at most training.sequence_length (150)"),
        (changed("models.P.cell", "transformer"), "models.P.cell: must be 'plrnn'"),
        (changed("training.learning_rate", float("nan")), "training.learning_rate: must be a finite"),
        (changed("training.epochs", "many"), "training.epochs: must be a valid integer"),
        (
            changed("series.mine", {"system": "file", "path": "nowhere.csv"}),
            "series.mine.path: cannot read 'nowhere.csv'",
        ),
    ],
    ids=["unknown key", "negative τ", "τ > L", "unknown model", "NaN", "type", "missing file"],
)  # fmt: skip
def test_wrong_configuration_is_one_line_before_any_job(
    snakemake: Snakemake, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    run = snakemake(tmp_path, change)
    assert run.returncode != 0
    said = [line for line in (run.stdout + run.stderr).splitlines() if message in line]
    assert len(said) == 1, run.stdout + run.stderr
    assert said[0].startswith("configuration: ")
    assert "Traceback" not in run.stdout + run.stderr
    assert not (tmp_path / "results").exists()


def test_every_file_says_what_it_is(finished: Path) -> None:
    for job in Plan(load(TINY)).jobs.values():
        dataset = store.read(finished / job.path, stage=job.stage)
        attrs = dataset.attrs
        for name in ("title", "Conventions", "created", "host", "device", "git_commit", "versions"):
            assert attrs[name], (job.stage, name)
        assert attrs["job"] == job.json
        assert attrs["source"].startswith("tausweep ")
        assert attrs["seconds"] >= 0
        for variable in dataset.data_vars.values():
            assert {"long_name", "units"} <= set(variable.attrs), (job.stage, variable.name)


def test_collected_results_are_what_the_metrics_files_hold(finished: Path) -> None:
    plan = Plan(load(TINY))
    collected = store.read(
        finished / next(c.path for c in plan.jobs.values() if c.stage == "collect")
    )
    assert collected.sizes["run"] == BLOCKS
    seen = 0
    for job in plan.jobs.values():
        if job.stage != "metrics" or job.settings.name != "d_stsp":
            continue
        metrics = store.read(finished / job.path)
        for i, orbit in enumerate(job.inputs["orbit"]):
            trained = store.read(finished / f"results/{plan.jobs[orbit].inputs['train']}.nc")
            name = {"plrnn": "P", "rnn": "R"}[trained.attrs["recurrent_cell"]]
            row = collected.isel(
                run=(collected.model.values == name)
                & (collected.value.values == int(trained.tau))
                & (collected.member.values == int(trained.member[0]))
            )
            assert row.sizes["run"] == 1
            assert row.setting.item() == "tau"
            assert float(row.D_stsp[0]) == float(metrics.D_stsp[i])
            x = store.read(finished / f"results/{orbit}.nc").x[0].values
            np.testing.assert_array_equal(row.excerpt[0].values, x[: row.sizes["step"]])
            seen += 1
    assert seen == BLOCKS
    lyapunov = store.read(
        finished / next(c.path for c in plan.jobs.values() if c.stage == "lyapunov")
    )
    assert float(collected.tau_pred.sel(signal="lorenz")) == float(lyapunov.tau_pred)


def test_relative_tau_is_half_of_tau_pred(finished: Path) -> None:
    plan = Plan(load(TINY))
    tau_pred = next(
        float(store.read(finished / c.path).tau_pred)
        for c in plan.jobs.values()
        if c.stage == "lyapunov"
    )
    relative = [
        store.read(finished / c.path)
        for c in plan.jobs.values()
        if c.stage == "train" and not isinstance(c.settings.method.tau[0], int)
    ]
    assert len(relative) == 2
    assert {int(t.tau) for t in relative} == {round(tau_pred / 2)}


def test_a_failed_jobs_command_can_be_pasted(snakemake: Snakemake, finished: Path) -> None:
    """The command that -p prints makes the same file outside Snakemake."""
    job = next(c for c in Plan(load(TINY)).jobs.values() if c.stage == "orbit")
    before = xr.open_dataset(finished / job.path).load()
    forced = snakemake(finished, TINY, "-n", "-p", "--force", job.path)
    command = re.search(r"^\s*.*(tausweep stage orbit .*)$", forced.stdout, re.MULTILINE)
    assert command is not None, forced.stdout
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    (finished / job.path).unlink()
    subprocess.run(
        ["bash", "-c", command[1]], cwd=finished, check=True, env={**os.environ, "PATH": path}
    )
    after = store.read(finished / job.path)
    assert after.attrs["data_sha256"] == before.attrs["data_sha256"]


def test_every_stage_has_a_rule_and_every_rule_a_stage() -> None:
    assert set(STAGE_OF.values()) == set(STAGES)


def test_own_data_from_csv(snakemake: Snakemake, finished: Path, tmp_path: Path) -> None:
    """A file of one's own goes the same way; moving it reruns nothing."""
    plan = Plan(load(TINY))
    x = store.read(finished / next(c.path for c in plan.jobs.values() if c.stage == "series")).x
    np.savetxt(
        tmp_path / "mine.csv", x.values, delimiter=",", header="x,y,z", comments="", fmt="%.17g"
    )

    def config(path: str) -> dict[str, Any]:
        series = {"mine": {"system": "file", "path": path, "dt": 0.01}}
        return {**changed("models", {"P": TINY["models"]["P"]}), "series": series}

    run = snakemake(tmp_path, config("mine.csv"), "lyapunov")
    assert run.returncode == 0, run.stderr
    (tmp_path / "mine.csv").rename(tmp_path / "moved.csv")
    assert would_run(snakemake, tmp_path, config("moved.csv"), "lyapunov") == {}
