"""The largest Lyapunov exponent of a signal, and the predictability time that follows from it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float, Int

from tausweep.config import Embedding, Lyapunov, Tangent
from tausweep.lyapunov import rosenstein, scaling, tangent
from tausweep.series.simulate import states
from tausweep.series.system import DelayedFeedback, System
from tausweep.series.systems import SYSTEMS
from tausweep.signal import restore

__all__ = ["run"]

ESTIMATOR = (
    "Rosenstein, Collins, De Luca 1993, Physica D 65, 117: slope of the mean logarithmic distance "
    "of nearest neighbours, here measured across the flow"
)
MINIMUM_STATES = 1_000
MINIMUM_PERIODS = 10
"""The least that λ_max can be told from: so many states, over so many Theiler windows."""
SPREAD = 0.01
"""How far tangent trajectories start from the signal, relative to its standard deviation."""
GROWN = 3.0
"""Least growth, in e-folds, by which equations count as chaotic: a cycle's λ is 0 ± 1/time."""


def run(cell: Lyapunov, signal: xr.Dataset) -> xr.Dataset:
    """Measure λ_max from the training part of a signal and, where known, from its equations.

    Returns
    -------
    Dataset
        The curve `divergence` (lag) and its fitted range; `lambda_max` in nats per step and per
        unit of time, `tau_pred` = ln 2 / λ_max in steps, both with intervals at the cell's
        confidence. Attr `verdict` is "chaotic"; or it is "no scaling range" or "not chaotic",
        and these numbers are NaN. `lambda_max_equations` is NaN for a signal without equations.

    Raises
    ------
    ValueError
        If the training part is too short for the settings, or a single variable comes without
        an embedding.
    """
    train = signal["x"].values[: int(signal["train_steps"])]
    period = rosenstein.mean_period(train)
    theiler = cell.theiler or max(1, round(period))
    states = _states(cell.embedding, train, period)
    shortest = max(period, 2 * (len(train) - len(states)))
    _check_length(cell, len(states), theiler, shortest)
    rng = np.random.default_rng(cell.seed)
    divergence = rosenstein.diverge(
        states,
        theiler=theiler,
        max_lag=cell.max_lag,
        reference_points=cell.reference_points,
        rng=rng,
    )
    resampled = divergence.bootstrap(cell.bootstrap, rng)
    if cell.fit_range is None:
        line = scaling.find(divergence, resampled, shortest=shortest, confidence=cell.confidence)
    else:
        line = scaling.take(divergence, resampled, cell.fit_range, confidence=cell.confidence)
    verdict = "chaotic"
    if not divergence.saturates:
        line, verdict = None, "not chaotic"
    elif line is None:
        verdict = "no scaling range"
    return xr.Dataset(
        {
            name: (dims, values, {"long_name": long_name, "units": units})
            for name, (dims, values, long_name, units) in {
                **_curve(divergence, resampled, theiler),
                **_estimate(line, signal.attrs),
                **_truth(cell.tangent, signal),
            }.items()
        },
        coords={
            "lag": ("lag", divergence.lag, {"long_name": "time since neighbours", "units": "step"}),
            "bound": ("bound", ["lower", "upper"], {"long_name": "bound", "units": "1"}),
        },
        attrs={
            **signal.attrs,
            "title": signal.attrs["title"].replace("Signal", "Largest Lyapunov exponent", 1),
            "verdict": verdict,
            "estimator": ESTIMATOR,
            "confidence": cell.confidence,
        },
    )


Variables = dict[str, tuple[tuple[str, ...], Any, str, str]]
"""Dimensions, values, long name and unit of variables, by their names."""


def _states(
    embedding: Embedding, train: Float[np.ndarray, "time variable"], period: float
) -> Float[np.ndarray, "state coordinate"]:
    dimension = embedding.dimension or (2 if train.shape[1] > 1 else 1)
    if dimension * train.shape[1] < 2:
        raise ValueError(
            "lyapunov.embedding.dimension must be at least 2 for a signal of one variable, whose "
            "values alone do not fix a state: set it (often 3 to 7), and lyapunov.embedding.delay"
        )
    delay = embedding.delay or max(1, round(period / 4))
    if (dimension - 1) * delay >= len(train):
        raise ValueError(
            f"lyapunov.embedding spans {(dimension - 1) * delay} steps, and the training part has "
            f"{len(train)}: lower dimension or delay, or give a longer series"
        )
    return rosenstein.embed(train, dimension, delay)


def _check_length(cell: Lyapunov, states: int, theiler: int, shortest: float) -> None:
    if cell.max_lag is not None and cell.fit_range is None and cell.max_lag < shortest:
        raise ValueError(
            f"lyapunov.max_lag must be at least {shortest:.0f} steps for this signal (one mean "
            f"period, and twice the embedding), found {cell.max_lag}: raise it"
        )
    least = max(MINIMUM_STATES, MINIMUM_PERIODS * theiler, 2 * (cell.max_lag or 0))
    if states < least:
        raise ValueError(
            f"the signal's training part gives {states} states and λ_max needs at least {least} "
            f"({MINIMUM_STATES}, {MINIMUM_PERIODS} Theiler windows of {theiler} steps, and twice "
            "lyapunov.max_lag): raise the series' steps, or lower signal.held_out, "
            "lyapunov.theiler or lyapunov.max_lag"
        )


def _curve(
    divergence: rosenstein.Divergence,
    resampled: Float[np.ndarray, "resample lag"],
    theiler: int,
) -> Variables:
    return {
        "divergence": (
            ("lag",),
            divergence.mean,
            "mean ln distance of neighbours, across the flow, in standard deviations",
            "1",
        ),
        "divergence_std_error": (
            ("lag",),
            resampled.std(axis=0, ddof=1),
            "standard error of divergence, by block bootstrap",
            "1",
        ),
        "saturation": ((), divergence.saturated, "ln rms distance of unrelated states", "1"),
        "theiler": ((), theiler, "Theiler window", "step"),
        "reference_points": ((), divergence.reference_points, "number of neighbour pairs", "1"),
        "zero_distances": ((), divergence.zero_distances, "distances of zero, left out", "1"),
    }


def _estimate(line: scaling.Line | None, attrs: dict[str, Any]) -> Variables:
    if line is None:
        line = scaling.Line(-1, -1, np.nan, np.nan, (np.nan, np.nan))
    interval = np.array(line.interval)
    return {
        "lambda_max": ((), line.slope, "largest Lyapunov exponent", "nat step-1"),
        "lambda_max_interval": (("bound",), interval, "interval of lambda_max", "nat step-1"),
        "lambda_max_per_time": (
            (),
            line.slope / attrs["dt"],
            "largest Lyapunov exponent per unit of time",
            f"nat ({attrs['time_unit']})-1",
        ),
        "tau_pred": ((), np.log(2) / line.slope, "predictability time", "step"),
        "tau_pred_interval": (
            ("bound",),
            np.log(2) / interval[::-1],
            "interval of tau_pred",
            "step",
        ),
        "fit_start": ((), line.start, "first lag of the fitted line; -1: none", "step"),
        "fit_stop": ((), line.stop, "last lag of the fitted line; -1: none", "step"),
        "intercept": ((), line.intercept, "fitted line at lag 0", "1"),
    }


def _truth(cell: Tangent, signal: xr.Dataset) -> Variables:
    """λ_max of the equations on the attractor the signal lies on, with its standard error.

    Noise is left out: it is that of the equations alone. Members that left the attractor do not
    count; where most did, there is no number.
    """
    mean = error = np.nan
    chaotic = False
    if signal.attrs["system"] in SYSTEMS:
        system = SYSTEMS[signal.attrs["system"]](**json.loads(signal.attrs["parameters"]))
        length = cell.time or 200.0 * system.timescale
        exponents = _from_equations(cell, signal, system, length)
        exponents = exponents[np.isfinite(exponents)]
        if 2 * len(exponents) > cell.members:
            mean = exponents.mean() * signal.attrs["dt"]
            error = exponents.std(ddof=1) * signal.attrs["dt"] / np.sqrt(len(exponents))
            chaotic = exponents.mean() * length > GROWN
    return {
        "lambda_max_equations": (
            (),
            mean,
            "largest Lyapunov exponent, from the equations",
            "nat step-1",
        ),
        "lambda_max_equations_std_error": (
            (),
            error,
            "standard error of lambda_max_equations",
            "nat step-1",
        ),
        "tau_pred_equations": (
            (),
            np.log(2) / mean if chaotic else np.nan,
            "predictability time, from the equations",
            "step",
        ),
    }


def _from_equations(
    cell: Tangent, signal: xr.Dataset, system: System, length: float
) -> Float[np.ndarray, "member"]:
    """Exponents of trajectories that start beside random states of the signal's training part.

    So all are on the signal's own attractor, where a system has several. They start a little
    off it: those from neighbouring samples would otherwise retrace one another for long.
    """
    rng = np.random.default_rng(cell.seed)
    if isinstance(system, DelayedFeedback):
        start = np.array([system.draw(rng) for _ in range(cell.members)])
        times = np.zeros(cell.members)
    else:
        sample = rng.integers(int(signal["train_steps"]), size=cell.members)
        times = signal["time"].values[sample]
        known = _known_states(signal, system, sample)
        start = known + SPREAD * known.std(axis=0) * rng.standard_normal(known.shape)
    exponents = tangent.exponents(
        system,
        start,
        times,
        length=length,
        transient=cell.transient or 50.0 * system.timescale,
        rng=rng,
    )
    return exponents[:, 0]


def _known_states(
    signal: xr.Dataset, system: System, sample: Int[np.ndarray, "member"]
) -> Float[np.ndarray, "member coordinate"]:
    """States of the system at samples of a signal: read off, or, where noise or partial observation
    hides them, followed from the initial state of the orbit.
    """
    names = list(system.coordinates)
    if set(names) <= set(signal["variable"].values) and not signal.attrs["noise"]:
        return np.asarray(restore(signal).sel(variable=names)[sample])
    since_start = np.append(0.0, signal["time"].values[sample])
    time, place = np.unique(since_start, return_inverse=True)
    initial = np.array(json.loads(signal.attrs["initial_state"]))
    return np.asarray(states(system, initial, time, 0.0)[place[1:]])
