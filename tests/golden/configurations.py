"""Tiny experiments that together go through all stages, and through each stage's kinds."""

from __future__ import annotations

from typing import Any

Config = dict[str, Any]

SMALL: Config = {
    "lyapunov": {
        "reference_points": 200,
        "bootstrap": 10,
    },
    "truth": {"members": 2, "time": 10.0, "transient": 5.0},
    "training": {"epochs": 2, "batches": 2, "batch_size": 3, "sequence_length": 60},
    "members": 2,
    "block": 2,
    "orbit": {"steps": 200, "transient": 2},
    "metrics": {
        "d_stsp": {"bins": 6},
        "d_h": {"bandwidth": 0.01},
        "d_stsp_legacy": {},
        "d_h_legacy": {"piece": 200, "frequencies": 80},
        "excerpt": 50,
    },
    "figures": {"style": {"dpi": 60}},
}
"""What all of them share, unless they say otherwise."""

TABLE = "measured.csv"
"""A file that the runner writes, by arithmetic that is the same on every machine."""


def _lorenz(**more: Any) -> Config:
    return {"system": "lorenz63", "dt": 0.02, "steps": 2400, "transient": 5.0, **more}


CONFIGURATIONS: dict[str, Config] = {
    # Every recurrent cell; τ in steps and in multiples of τ_pred.
    "cells": {
        "series": {"lorenz": _lorenz()},
        "models": {
            "PLRNN": {"cell": "plrnn", "latent": 5},
            "RNN": {"cell": "rnn", "latent": 4},
            "LSTM": {"cell": "lstm", "latent": 4},
            "GRU": {"cell": "gru", "latent": 3},
        },
        "methods": [{"method": "sparse_tf", "tau": [7, {"of_tau_pred": 0.5}]}],
    },
    # Every method, and both ways of clipping.
    "methods": {
        "series": {"rossler": {"system": "rossler", "dt": 0.2, "steps": 2200, "transient": 50.0}},
        "models": {"GRU": {"cell": "gru", "latent": 4}},
        "methods": [
            {"method": "sparse_tf", "tau": [20], "clip": {"value": 0.01}},
            {"method": "bptt", "sequence_length": 90, "clip": {"norm": 0.1}},
            {"method": "windowing", "name": "from_zero", "initial": "zero", "tau": [20]},
            {"method": "windowing", "name": "from_last", "initial": "last", "tau": [20]},
            {"method": "truncated", "tau": [20]},
            {"method": "annealed", "tau": [20], "until": 0.5},
            {"method": "jittered", "tau": [20], "spread": 0.4},
            {"method": "jitter", "tau": 20, "spread": [30]},
            {"method": "clipped_bptt", "by": "value", "threshold": [0.01], "sequence_length": 90},
        ],
        "training": {"epochs": 3, "learning_rate": 0.01, "final_learning_rate": 0.001},
    },
    # Initial weights; a map; members in two blocks.
    "initial": {
        "series": {"henon": {"system": "henon", "steps": 2200}},
        "models": {
            "glorot": {"cell": "rnn", "latent": 5, "initial": "glorot"},
            "gershgorin": {"cell": "plrnn", "latent": 5, "initial": "gershgorin"},
            "torch": {"cell": "plrnn", "latent": 5, "initial": "torch"},
        },
        "methods": [{"method": "sparse_tf", "tau": [4]}],
        "training": {"sequence_length": 10},
        "block": 1,
    },
    # An external input, and the same system without.
    "input": {
        "series": {
            "driven": {"system": "duffing", "steps": 2200, "transient": 10.0, "drive": "input"},
            "closed": {"system": "duffing", "steps": 2200, "transient": 10.0},
        },
        "models": {
            "LSTM": {"cell": "lstm", "latent": 4},
            "PLRNN": {"cell": "plrnn", "latent": 4},
        },
        "methods": [{"method": "sparse_tf", "tau": [15]}],
    },
    # Noise added in training, errors in whitened coordinates.
    "whiten": {
        "series": {"lorenz": _lorenz(observe=["x", "y"])},
        "signal": {"scaling": "none"},
        "models": {"RNN": {"cell": "rnn", "latent": 4}},
        "methods": [{"method": "sparse_tf", "tau": [10]}],
        "training": {"whiten": True, "noise": {"strength": 0.1}},
    },
    # A delay equation, embedded and whitened.
    "delay": {
        "series": {"mackey_glass": {"system": "mackey_glass", "steps": 2600, "transient": 200.0}},
        "signal": {"steps": [{"step": "embed"}], "scaling": "whiten"},
        "models": {"LSTM": {"cell": "lstm", "latent": 6}},
        "methods": [{"method": "sparse_tf", "tau": [10]}],
    },
    # Noise only where the data have no energy: two columns are the same.
    "unexcited": {
        "series": {"measured": {"system": "file", "path": TABLE, "dt": 1.0, "columns": ["a", "c"]}},
        "models": {"PLRNN": {"cell": "plrnn", "latent": 3}},
        "methods": [{"method": "sparse_tf", "tau": [10]}],
        "training": {"noise": {"strength": 0.1, "where": "unexcited"}},
    },
    # Local projections and an embedding found from the data; λ_max before and after.
    "denoise": {
        "series": {"henon": {"system": "henon", "steps": 2400, "observe": ["x"], "noise": 0.03}},
        "signal": {"steps": [{"step": "denoise"}, {"step": "embed"}]},
        "models": {"PLRNN": {"cell": "plrnn", "latent": 6}},
        "methods": [{"method": "sparse_tf", "tau": [3]}],
        "training": {"sequence_length": 10},
    },
    # Schreiber's simple method; only curves; no models, no held-out part.
    "simple": {
        "series": {"lorenz": _lorenz(steps=1500, observe=["x"], noise=0.05)},
        "signal": {
            "held_out": 0,
            "steps": [
                {"step": "denoise", "method": "simple", "dimension": 5, "iterations": 2},
                {"step": "embed", "dimension": 3, "delay": 5},
            ],
        },
        "lyapunov": {"estimator": "curves", "surrogates": 2},
    },
    # More variables.
    "ring": {
        "series": {
            "lorenz96": {
                "system": "lorenz96",
                "parameters": {"N": 5},
                "steps": 2200,
                "transient": 5.0,
            }
        },
        "models": {"RNN": {"cell": "rnn", "latent": 7}},
        "methods": [{"method": "sparse_tf", "tau": [10]}],
        "metrics": {"d_stsp": {"bins": 3}},
    },
    # Noise in the equations of a flow, a map and a delay equation, and on what is observed.
    "noisy": {
        "series": {
            "lorenz": _lorenz(dynamical_noise=0.05),
            "logistic": {
                "system": "logistic",
                "parameters": {"r": 3.8},
                "steps": 1200,
                "dynamical_noise": 0.001,
            },
            "mackey_glass": {
                "system": "mackey_glass",
                "steps": 1200,
                "transient": 100.0,
                "dynamical_noise": 0.01,
            },
            "ueda": {"system": "ueda", "dt": 0.2, "steps": 2200, "transient": 5.0, "noise": 0.01},
        },
        "signal": {"held_out": 0},
        "lyapunov": {"embedding": {"dimension": 3, "delay": 1}, "theiler": 20, "max_lag": 60},
    },
    # A measured series, and the steps that take trends, cycles and noise away.
    "steps": {
        "series": {"measured": {"system": "file", "path": TABLE, "dt": 1.0, "columns": ["a", "b"]}},
        "signal": {
            "steps": [
                {"step": "detrend", "order": 2},
                {"step": "cycle", "by": "harmonics", "period": 50.0, "order": 3},
                {"step": "cycle", "by": "climatology", "period": 24.0},
                {"step": "smooth", "by": "gaussian", "width": 0.5},
                {"step": "decimate", "factor": 2},
                {"step": "smooth", "by": "savitzky_golay", "window": 5},
            ]
        },
        "models": {"GRU": {"cell": "gru", "latent": 4}},
        "methods": [{"method": "sparse_tf", "tau": [5]}],
    },
    # State and data mixed.
    "mixed": {
        "series": {"lorenz": _lorenz()},
        "models": {"PLRNN": {"cell": "plrnn", "latent": 5}, "LSTM": {"cell": "lstm", "latent": 5}},
        "methods": [
            {"method": "gtf", "alpha": [0.0, 0.3]},
            {"method": "gtf_adaptive", "every": 1, "decay": 0.5},
        ],
    },
    # A model that is no RNN; metrics of models themselves; sequences as long as they must be.
    "rivals": {
        "series": {"lorenz": _lorenz()},
        "models": {"NGRC": {"model": "ngrc", "samples": 500}, "RNN": {"cell": "rnn", "latent": 4}},
        "methods": [{"method": "sparse_tf", "tau": [10, {"of_tau_pred": 0.5}]}],
        "training": {"sequence_length": "auto"},
        "metrics": {
            "prediction_error": {"steps": [1, 5], "starts": 20},
            "lyapunov_spectrum": {"steps": 100, "transient": 10},
            "behaviour": {},
            "complexity": {"order": 3},
            "jacobian_norm": {"longest": 20, "transient": 10, "starts": 3},
        },
    },
    # A method at the best τ of another's sweep, which is learned fast, so that it stands out.
    "best": {
        "series": {"lorenz": _lorenz()},
        "models": {"RNN": {"cell": "rnn", "latent": 4}},
        "methods": [
            {"method": "sparse_tf", "tau": [4, 12, 40]},
            {"method": "annealed", "tau": [{"best_of": "best"}, {"best_of": "best", "times": 1.5}]},
        ],
        "training": {"epochs": 20, "learning_rate": 0.02},
        "claims": {"quantities": ["D_H", "D_stsp"]},
    },
    # So many variables that D_stsp is of mixtures.
    "many": {
        "series": {
            "lorenz96": {
                "system": "lorenz96",
                "parameters": {"N": 7},
                "steps": 2200,
                "transient": 5.0,
            }
        },
        "models": {"RNN": {"cell": "rnn", "latent": 7}},
        "methods": [{"method": "sparse_tf", "tau": [5]}],
    },
    # What many sensors read of few variables, whitened, and a push off what they span.
    "sensors": {
        "series": {"lorenz": _lorenz()},
        "signal": {"steps": [{"step": "mix", "variables": 5}]},
        "models": {"RNN": {"cell": "rnn", "latent": 4}},
        "methods": [{"method": "sparse_tf", "tau": [10]}],
        "training": {"whiten": True},
        "metrics": {"transverse": {"steps": 50, "transient": 10, "starts": 5, "after": [1, 5]}},
    },
    # No series at all.
    "linear": {
        "theory": {
            "spectra": {"n": [3, 8], "eigenvalues": 400},
            "remedies": {"draws": 10},
            "forcing": {"longest": 9, "tau": [1, 5], "starts": 5, "steps": 100},
            "convergence": {"n": [4, 8], "decades": 1.0},
            "continuous": {"truth": [-1.0, 0.5], "samples": 1000, "time": 10.0},
            "depth": {"followed": [1, 3], "depths": [1, 4], "strengths": [1.0, 0.5]},
        }
    },
}


def configuration(name: str) -> Config:
    """The whole configuration of that name, as read from a file."""
    own = CONFIGURATIONS[name]
    shared = SMALL if "models" in own else {k: SMALL[k] for k in ("lyapunov", "truth", "figures")}
    return _merged({"experiment": name, **shared}, own)


def _merged(base: Config, own: Config) -> Config:
    merged = {**base, **own}
    for key in base.keys() & own.keys():
        if isinstance(base[key], dict):
            merged[key] = _merged(base[key], own[key])
    return merged
