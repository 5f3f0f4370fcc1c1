"""What the project claims, by models that are really trained: each test takes about a minute.

Numbers that are stated were measured on several seeds (`training.seed`) of four members each.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from tausweep import runner, store
from tausweep.experiment import load
from tausweep.plan import Plan

pytestmark = pytest.mark.slow

LORENZ = {"system": "lorenz63", "dt": 0.02, "steps": 40_000}

LAMBDA_MAX = 0.9056 * 0.02
"""Of the Lorenz system, per step of 0.02 (Viswanath 1998, PhD thesis, Cornell University)."""

COMMON: dict[str, Any] = {
    # λ_max of the data is not asked for here: as little as can be.
    "lyapunov": {"reference_points": 200, "bootstrap": 10},
    "truth": {"members": 2, "time": 10.0, "transient": 5.0},
    "members": 4,
    "block": 4,
}
TRAINING = {
    "batch_size": 16,
    "sequence_length": 60,
    "learning_rate": 0.005,
    "final_learning_rate": 0.0001,
}


def _collected(directory: Path, experiment: dict[str, Any]) -> xr.Dataset:
    """All results of an experiment, from the jobs of its plan."""
    with contextlib.chdir(directory):
        jobs = list(Plan(load({"experiment": "science", **COMMON, **experiment})).jobs.values())
        for job in jobs:
            runner.run(job, [directory / job.path])
        (collect,) = (job for job in jobs if job.stage == "collect")
        return store.read(directory / collect.path)


def _by(found: xr.Dataset, method: str) -> xr.Dataset:
    return found.isel(run=found["method"].values == method)


def test_an_lstm_forced_at_a_good_tau_becomes_the_lorenz_system(tmp_path: Path) -> None:
    """τ = 20 steps is about half the predictability time of 38.

    Attractor: over seeds 0 to 3, the worst of 16 members is at 1.7 times the floor (D_stsp 0.26,
    floor 0.15, ceiling 14.7), the medians of four at 0.99 to 1.4 times. Spectra: the worst at
    1.6 times the floor. λ_max: all within 6 % of the literature's. The second exponent of a flow is
    zero: all within 0.0002 per step. The third is not learned: −0.30 to −0.40 for −0.29.
    """
    found = _collected(
        tmp_path,
        {
            "series": {"lorenz": LORENZ},
            "models": {"LSTM": {"cell": "lstm"}},
            "methods": [{"method": "sparse_tf", "tau": [20]}],
            "training": {**TRAINING, "epochs": 1500},
            "orbit": {"steps": 20_000},
            "metrics": {"lyapunov_spectrum": {}},
        },
    )
    d_stsp, floor = found["D_stsp"].values, found["D_stsp_floor"].item()
    assert floor < 0.02 * found["D_stsp_ceiling"].item()
    assert np.median(d_stsp) < 2 * floor
    assert (d_stsp < 3 * floor).all()
    assert (found["D_H"].values < 2.5 * found["D_H_floor"].item()).all()
    exponents = found["lyapunov_spectrum"].values
    assert exponents[:, 0] == pytest.approx(LAMBDA_MAX, rel=0.1)
    assert exponents[:, 1] == pytest.approx(0, abs=0.05 * LAMBDA_MAX)
    assert (exponents[:, 2] < -0.2).all()


def test_it_is_the_forcing_and_not_the_cell(tmp_path: Path) -> None:
    """The same tanh RNN, by classical backpropagation with clipped gradients and by forcing.

    It learns next to nothing by the first: over seeds 0 to 3 the best of 16 members is at 94 % of
    the ceiling (D_stsp 13.9 of 14.7), with a loss of 0.73 to 0.86 of the variance. By the second
    the medians of four are at 1.2 to 1.6 times the floor, the worst member at 2.2 times. (By
    sequences of 500 steps all are beyond 97 % of the ceiling.)
    """
    found = _collected(
        tmp_path,
        {
            "series": {"lorenz": LORENZ},
            "models": {"RNN": {"cell": "rnn"}},
            "methods": [
                {"method": "bptt", "sequence_length": 300, "clip": {"norm": 1.0}},
                {"method": "sparse_tf", "tau": [15]},
            ],
            "training": {**TRAINING, "epochs": 3000},
            "orbit": {"steps": 20_000},
        },
    )
    classical, forced = _by(found, "bptt"), _by(found, "sparse_tf")
    assert (classical["D_stsp"] > 0.9 * found["D_stsp_ceiling"].item()).all()
    assert np.median(forced["D_stsp"]) < 3 * found["D_stsp_floor"].item()


def test_a_driven_oscillator_is_learned_with_its_drive_as_an_input(tmp_path: Path) -> None:
    """The Duffing oscillator, of which x and v are learned and the drive is given.

    Over seeds 0 to 4, the worst of 20 members is at 1.3 times the floor (D_stsp 0.11, floor 0.087,
    ceiling 15.0). That says nothing of the drive's phase, but forecasts do: over seeds 0 and 1,
    after 20 steps, 0.8 of a period of the drive, they are off by 0.009 to 0.015 standard deviations.
    """
    found = _collected(
        tmp_path,
        {
            "series": {"duffing": {"system": "duffing", "steps": 40_000, "drive": "input"}},
            "models": {"LSTM": {"cell": "lstm"}},
            "methods": [{"method": "sparse_tf", "tau": [20]}],
            "training": {**TRAINING, "epochs": 1500},
            "orbit": {"steps": 19_000},  # as many as the held-out part has of the drive
            "metrics": {"prediction_error": {"steps": [20]}},
        },
    )
    floor = found["D_stsp_floor"].item()
    assert floor < 0.02 * found["D_stsp_ceiling"].item()
    assert (found["D_stsp"].values < 2 * floor).all()
    assert (found["prediction_error"].values < 0.05).all()
