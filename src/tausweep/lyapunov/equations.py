"""λ_max from the equations of a simulated signal: the truth that estimates from data are tested
against.
"""

from __future__ import annotations

import json

import numpy as np
import xarray as xr
from jaxtyping import Float, Int

from tausweep.lyapunov import tangent
from tausweep.lyapunov.settings import Tangent
from tausweep.series.simulate import states
from tausweep.series.system import DelayedFeedback, System
from tausweep.series.systems import SYSTEMS
from tausweep.signal.stage import restore

SPREAD = 0.01
"""How far tangent trajectories start from the signal, relative to its standard deviation."""
GROWN = 3.0
"""Least growth, in e-folds, by which equations count as chaotic: a cycle's λ is 0 ± 1/time."""


def truth(
    settings: Tangent, signal: xr.Dataset
) -> dict[str, tuple[tuple[str, ...], float, str, str]]:
    """λ_max of the equations on the attractor the signal lies on, with its standard error.

    Noise is left out: it is that of the equations alone. Members that left the attractor do not
    count; where most did, there is no number.
    """
    mean = error = np.nan
    chaotic = False
    if signal.attrs["system"] in SYSTEMS:
        system = SYSTEMS[signal.attrs["system"]](**json.loads(signal.attrs["parameters"]))
        length = settings.time or 200.0 * system.timescale
        exponents = _from_equations(settings, signal, system, length)
        exponents = exponents[np.isfinite(exponents)]
        if 2 * len(exponents) > settings.members:
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
    settings: Tangent, signal: xr.Dataset, system: System, length: float
) -> Float[np.ndarray, "member"]:
    """Exponents of trajectories that start beside random states of the signal's training part.

    So all are on the signal's own attractor, where a system has several. They start a little
    off it: those from neighbouring samples would otherwise retrace one another for long.
    """
    rng = np.random.default_rng(settings.seed)
    if isinstance(system, DelayedFeedback):
        start = np.array([system.draw(rng) for _ in range(settings.members)])
        times = np.zeros(settings.members)
    else:
        sample = rng.integers(int(signal["train_steps"]), size=settings.members)
        times = signal["time"].values[sample]
        known = _known_states(signal, system, sample)
        start = known + SPREAD * known.std(axis=0) * rng.standard_normal(known.shape)
    exponents = tangent.exponents(
        system,
        start,
        times,
        length=length,
        transient=settings.transient or 50.0 * system.timescale,
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
