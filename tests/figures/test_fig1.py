"""The experiment of Fig. 1, reduced: from its file to its figures."""

import contextlib

import numpy as np
import pytest
import yaml
from conftest import REPOSITORY

from tausweep import runner, store
from tausweep.experiment import load
from tausweep.plan import Plan

pytestmark = pytest.mark.slow

REDUCED = {
    "lyapunov": {"reference_points": 200, "bootstrap": 10},
    "truth": {"members": 2, "time": 10.0, "transient": 5.0},
    "models": {"RNN": {"cell": "rnn", "latent": 6}},
    "methods": [
        {"method": "sparse_tf", "tau": [10, 30]},
        {"method": "bptt", "sequence_length": 60, "clip": {"norm": 1.0}},
    ],
    "orbit": {"steps": 500, "transient": 50},
}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A plan whose jobs have run, and the directory of their results."""
    config = yaml.safe_load((REPOSITORY / "experiments/paper/fig1.yaml").read_text())
    config |= REDUCED
    for series in config["series"].values():
        series["steps"] = 3_000
    config["training"] |= {"epochs": 20, "sequence_length": 30}
    config["metrics"]["jacobian_norm"] = {"longest": 200, "transient": 100, "starts": 5}
    directory = tmp_path_factory.mktemp("fig1")
    place = directory / "results/figures/fig1"
    with contextlib.chdir(directory):
        plan = Plan(load(config))
        for job in plan.jobs.values():
            runner.run(job, [directory / job.path], engine="eager")
        for name, job in plan.figures.items():
            file = name.removeprefix("fig1/")
            outputs = [place / f"{file}.{suffix}" for suffix in job.settings.figure.formats[-1:]]
            runner.run(job, outputs, marker=place / f".drawn/{file}.{job.key}")
    return plan, directory


def test_its_figures_are_drawn_of_the_cycle_and_of_lorenz(results):
    plan, directory = results
    for series in ("Cycle", "Lorenz-short"):
        for kind in ("jacobians", "gradients", "lyapunov"):
            assert f"fig1/{kind}_{series}" in plan.figures
            drawn = directory / f"results/figures/fig1/{kind}_{series}.png"
            assert drawn.stat().st_size > 10_000


def test_slopes_are_those_that_theory_predicts(results):
    """Also of networks that have hardly been trained."""
    plan, directory = results
    (path,) = (job.path for job in plan.jobs.values() if job.stage == "collect")
    found = store.read(directory / path)
    off, error = found["jacobian_excess"], found["jacobian_excess_std_error"]
    assert (np.abs(off) < 3 * error + 0.01).all()
    assert np.isfinite(found["largest_gradient_norm"]).all()
    assert found.sizes["run"] == 12
