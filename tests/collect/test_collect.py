"""Results of series that differ, from the first stage to the last, as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tausweep import store
from tausweep.experiment import load
from tausweep.figures import stage as figures
from tausweep.figures.settings import KINDS, Drawing, Style
from tausweep.metrics import stage as metrics
from tausweep.plan import Plan
from tausweep.stages import STAGES

pytestmark = pytest.mark.xdist_group("collect")

EXPERIMENT = {
    "experiment": "two",
    "series": {
        "driven": {"system": "duffing", "steps": 6000, "drive": "input"},
        "closed": {"system": "duffing", "steps": 6000},
    },
    "lyapunov": {
        "reference_points": 300,
        "bootstrap": 5,
    },
    "truth": {"members": 2, "time": 5.0, "transient": 5.0},
    "models": {"G": {"cell": "gru", "latent": 5}},
    "methods": [
        {"method": "sparse_tf", "tau": [5]},
        {"method": "bptt", "sequence_length": 60, "clip": {"norm": 1.0}},
    ],
    "training": {"epochs": 2, "batches": 2, "batch_size": 2, "sequence_length": 50},
    "members": 2,
    "block": 2,
    "orbit": {"steps": 2000, "transient": 10},
    "metrics": {"d_stsp": {"bins": 5}, "excerpt": 50},
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All files of the experiment, written and read as jobs do."""
    return _run(EXPERIMENT, tmp_path_factory.mktemp("two"))


def _run(experiment: dict[str, Any], directory: Path) -> Path:
    for job in Plan(load(experiment)).jobs.values():
        inputs = {
            role: [_read(directory, n) for n in names] if isinstance(names, list)
            else _read(directory, names)
            for role, names in job.inputs.items()
        }  # fmt: skip
        out = STAGES[job.stage].function()(job.settings, **inputs)
        store.write(
            out, directory / job.path,
            stage=job.stage, key=job.key, job=job.json, provenance={},
        )  # fmt: skip
    return directory


def _read(directory: Path, name: str) -> Any:
    return store.without_bookkeeping(store.read(directory / f"results/{name}.nc"))


def test_series_of_different_variables_are_collected(results: Path) -> None:
    """What a series lacks is NaN, and its name empty; the file reads as it was written."""
    (path,) = results.glob("results/collect/*.nc")
    found = store.read(path)
    assert found.sizes["run"] == 8
    assert found["variable_name"].sel(signal="driven").values.tolist() == ["x", "v", ""]
    assert found["variable_name"].sel(signal="closed").values.tolist() == ["x", "v", "drive"]
    assert np.isnan(found["data_excerpt"].sel(signal="driven")[:, 2]).all()
    swept = zip(found["setting"].values, found["value"].values, found["tau"].values, strict=True)
    assert {(s, str(v), t) for s, v, t in swept} == {("tau", "5.0", 5), ("", "nan", 60)}


@pytest.mark.parametrize("kind", ["sweep", "reconstruction"])
@pytest.mark.parametrize("name", ["driven", "closed"])
def test_they_are_drawn(results: Path, kind: str, name: str) -> None:
    (path,) = results.glob("results/collect/*.nc")
    settings = Drawing(figure=KINDS[kind](), series=name, style=Style())
    assert len(figures.run(settings, collect=store.read(path)).render("png")) > 1000


def test_a_signal_on_another_clock_and_in_other_coordinates_goes_through_all_stages(
    tmp_path: Path,
) -> None:
    steps = [
        {"step": "detrend"},
        {"step": "cycle", "by": "harmonics", "period": 50.0},
        {"step": "decimate", "factor": 2},
        {"step": "embed", "dimension": 2, "delay": 3},
    ]
    experiment = {
        **EXPERIMENT,
        "series": {"driven": {"system": "duffing", "steps": 8000, "drive": "input"}},
        "signal": {"steps": steps, "scaling": "whiten"},
        "orbit": {"steps": 1500, "transient": 10},
        "methods": EXPERIMENT["methods"][:1],
    }
    directory = _run(experiment, tmp_path)
    found = store.read(*directory.glob("results/collect/*.nc"))
    assert found["variable_name"].values.tolist() == [["x", "v", "x(t-3)", "v(t-3)"]]
    assert found["dt"].item() == 2 * 0.1773
    assert np.isfinite(found["D_stsp"]).all()
    assert np.isfinite(found["lambda_max_equations"]).all()


MANY = {
    **EXPERIMENT,
    "experiment": "many",
    "series": {
        "ten": {"system": "lorenz96", "parameters": {"N": 10}, "steps": 3000},
        "three": {"system": "lorenz63", "dt": 0.02, "steps": 3000},
    },
    "models": {
        "G": {"cell": "gru", "latent": 5},
        "N": {"model": "ngrc", "delays": 1, "samples": 500},
    },
    "methods": [
        {"method": "sparse_tf", "tau": [7, {"of_tau_pred": 0.2}]},
        {"method": "gtf", "alpha": [0.1, 0.5]},
    ],
    "block": 1,
    "orbit": {"steps": 600, "transient": 10},
    "metrics": {
        "d_stsp": {"bins": 5},
        "d_stsp_legacy": {},
        "d_h_legacy": {"piece": 200},
        "prediction_error": {"steps": [1, 20]},
        "lyapunov_spectrum": {"steps": 100, "transient": 20},
        "behaviour": {},
        "complexity": {"order": 3},
        "jacobian_norm": {"longest": 50, "starts": 3, "transient": 20},
        "excerpt": 50,
    },
}
"""More variables than boxes can hold, models of two kinds, two settings swept, costly metrics."""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _run(MANY, tmp_path_factory.mktemp("many"))


def _collected(results: Path) -> Any:
    return store.read(*results.glob("results/collect/*.nc"))


def test_rows_say_what_was_swept_and_at_which_value(many: Path) -> None:
    found = _collected(many)
    # Of each series: 2 members × (2 τ + 2 α), and 2 members that no method trains.
    assert found.sizes["run"] == 2 * (2 * 4 + 2)
    rows = found.isel(run=found["series"].values == "three")
    labels = set(zip(*(rows[name].values for name in ("model", "method", "setting")), strict=True))
    assert labels == {("G", "sparse_tf", "tau"), ("G", "gtf", "alpha"), ("N", "ridge", "")}
    gtf = rows.isel(run=rows["method"].values == "gtf")
    assert gtf["value"].values.tolist() == [0.1, 0.1, 0.5, 0.5]
    assert gtf["member"].values.tolist() == [0, 1, 0, 1]
    tau = rows.isel(run=rows["setting"].values == "tau")
    np.testing.assert_array_equal(tau["value"], tau["tau"])
    assert tau["of_tau_pred"].values[2:].tolist() == [0.2, 0.2]
    relative = round(0.2 * found["tau_pred"].sel(signal="three").item())
    assert tau["value"].values.tolist() == [7, 7, relative, relative]
    fitted = rows.isel(run=rows["model"].values == "N")
    for name in ("value", "tau", "of_tau_pred"):
        assert np.isnan(fitted[name]).all()


def test_every_row_holds_what_its_member_alone_would_have(many: Path) -> None:
    found = _collected(many)
    rows = {x: i for i, x in enumerate(found["excerpt"][:, -1, 0].values.tolist())}
    assert len(rows) == found.sizes["run"]  # no two orbits are alike
    experiment = load(MANY)
    jobs = [job for job in Plan(experiment).jobs.values() if job.stage == "orbit"]
    whole = {job.inputs["train"]: job for job in jobs if job.settings.part == "whole"}
    for job in (job for job in jobs if job.settings.part == "held_out"):
        orbit, train, signal = (
            _read(many, name) for name in (job.reference, job.inputs["train"], job.inputs["signal"])
        )
        from_first = _read(many, whole[job.inputs["train"]].reference)
        (end,) = orbit["x"].isel(time=49, variable=0).values.astype(np.float32)
        row = found.isel(run=rows.pop(float(end)))
        for metric in experiment.metrics.chosen:
            along = from_first if metric.name.endswith("_legacy") else orbit
            alone = metrics.run(
                metric, signal, **{metric.needs: [{"orbit": along, "train": train}[metric.needs]]}
            )
            for name in metric.variables:
                expected = alone[name].isel(run=0).values
                kept = row[name].values
                kept = kept[: expected.shape[0]] if expected.ndim else kept
                np.testing.assert_allclose(kept, expected, rtol=1e-6, err_msg=name)
    assert not rows


def test_ten_variables_lack_nothing(many: Path) -> None:
    """D_stsp is by mixtures, D_H is not lost, floors and ceilings are each signal's own."""
    found = _collected(many)
    ten = found.isel(run=found["series"].values == "ten")
    for name in ("D_stsp", "D_H", "prediction_error"):
        assert not np.isnan(ten[name]).any()
    assert np.isnan(ten["D_stsp_legacy"]).all()
    assert "method" not in found["D_stsp"].attrs  # it is not one
    (reference,) = (
        file
        for file in map(store.read, sorted(many.glob("results/reference/*.nc")))
        if file.attrs["metric"] == "d_stsp" and file["D_stsp_floor"].attrs["method"] != "histogram"
    )
    floor, ceiling = (found[f"D_stsp_{end}"].sel(signal="ten") for end in ("floor", "ceiling"))
    assert floor == reference["D_stsp_floor"]
    assert 0 < floor < ceiling < np.inf
    truth = found["lyapunov_spectrum_equations"]
    assert np.isfinite(truth.sel(signal="ten")).sum() == 10
    assert np.isfinite(truth.sel(signal="three")).sum() == 3
    assert found["lyapunov_spectrum"].sizes["exponent"] == 12


@pytest.mark.parametrize("kind", [k for k in KINDS if KINDS[k]().inputs == ("collect",)])
def test_all_kinds_of_figures_are_drawn_of_them(many: Path, kind: str) -> None:
    figure = KINDS[kind]()
    for name in ("ten", "three"):
        settings = Drawing(figure=figure, series=name, style=Style())
        drawn = figures.run(settings, collect=store.read(*many.glob("results/collect/*.nc")))
        assert len(drawn.render("png")) > 1000
