"""Results of series that differ, from the first stage to the last, as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tausweep import store
from tausweep.collect import stage as collect
from tausweep.experiment import load
from tausweep.figures import stage as figures
from tausweep.figures.settings import KINDS, Drawing, Style
from tausweep.lyapunov import stage as lyapunov
from tausweep.metrics import stage as metrics
from tausweep.orbit import stage as orbit
from tausweep.plan import Plan
from tausweep.series import stage as series
from tausweep.signal import stage as signal
from tausweep.stages import STAGES
from tausweep.training import stage as training

RUN: dict[str, Any] = {
    "series": series.run,
    "signal": signal.run,
    "lyapunov": lyapunov.run,
    "train": training.run,
    "orbit": orbit.run,
    "metrics": metrics.run,
    "collect": collect.run,
}

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
