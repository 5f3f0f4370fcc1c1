"""Orbits of flows, delayed feedbacks and maps, with or without noise in their equations."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from tausweep.systems import delay
from tausweep.systems.system import DelayedFeedback, Flow, Map, Simulated, State

TOLERANCE = 1e-10
"""Relative and absolute tolerance of the integrator: far below what a model could learn."""
SUBSTEP = 0.01
"""Longest step of a flow with dynamical noise, in units of the system's timescale."""


class Disturbance(NamedTuple):
    """Noise that enters the equations."""

    strength: Float[np.ndarray, "coordinate"]
    """Standard deviation that it alone would give each coordinate after one unit of time."""
    rng: np.random.Generator


def states(
    system: Simulated,
    start: Float[np.ndarray, "coordinate"],
    time: Float[np.ndarray, "time"],
    transient: float,
    disturbance: Disturbance | None = None,
) -> Float[np.ndarray, "time coordinate"]:
    """Follow the equations from `start`, which lies `transient` before the first time asked for.

    Flows without noise are integrated by LSODA (Petzold 1983, SIAM J. Sci. Stat. Comput. 4, 136),
    of high and variable order, which steps and interpolates in compiled code: at equal error it is
    several times faster here than `solve_ivp`, whose steps are Python. Flows with noise: see
    `_noisy_flow`; delayed feedbacks: `tausweep.systems.delay`, of order 4.

    Raises
    ------
    ValueError
        If the orbit becomes infinite.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        match system:
            case Flow():
                if disturbance is None:
                    found = _flow(system, start, time, transient)
                else:
                    found = _noisy_flow(system, start, time, transient, disturbance)
            case DelayedFeedback():
                noise = () if disturbance is None else (disturbance.strength, disturbance.rng)
                found = delay.sample(system, start, time - time[0] + transient, *noise)
            case Map():
                found = _iterate(system, start, time, transient, disturbance)
            case _:
                raise TypeError(f"{system} is no flow, map or delayed feedback")
    if not np.isfinite(found).all():
        noisy = " or less dynamical_noise" if disturbance else ""
        raise ValueError(
            f"the orbit of the {system} becomes infinite from the initial state "
            f"{np.round(start, 3).tolist()}: choose other series parameters{noisy} or another seed"
        )
    return found


def _flow(
    system: Flow, start: State, time: Float[np.ndarray, "time"], transient: float
) -> np.ndarray:
    from scipy.integrate import ODEintWarning, odeint  # here: maps need not wait for it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ODEintWarning)  # a failure is raised by who called
        solution, report = odeint(
            system.derivative,
            start,
            np.concatenate([[time[0] - transient], time]),
            tfirst=True,
            rtol=TOLERANCE,
            atol=TOLERANCE,
            mxstep=1_000_000,  # between two samples; the transient lies between two, too
            full_output=True,
        )
    if report["message"] != "Integration successful.":
        solution[:] = np.nan
    return np.asarray(solution[1:])


def _noisy_flow(
    system: Flow,
    start: State,
    time: Float[np.ndarray, "time"],
    transient: float,
    disturbance: Disturbance,
) -> np.ndarray:
    """Solve dx = f(t, x) dt + s dW by Runge and Kutta's method of order 4, in steps h that divide
    the sampling interval and are at most `SUBSTEP` timescales long; over each step, the noise is a
    constant force s ΔW / h.

    For additive noise as here its strong order is 1; where noise is weak, the error is of the order
    of h⁴ + s h (Milstein & Tretyakov 1997, SIAM J. Sci. Comput. 18, 1067).
    """
    strength, rng = disturbance
    dt = time[1] - time[0] if len(time) > 1 else transient or 1.0
    substeps = int(np.ceil(dt / (SUBSTEP * system.timescale)))
    h = dt / substeps
    dropped = int(np.ceil(transient / dt))

    def follow() -> Iterator[State]:
        x = start
        for i in range(-dropped, len(time)):
            if i >= 0:
                yield x
            for j in range(substeps):
                t = time[0] + i * dt + j * h
                force = strength * rng.standard_normal(len(x)) / np.sqrt(h)
                k1 = system.derivative(t, x) + force
                k2 = system.derivative(t + h / 2, x + h / 2 * k1) + force
                k3 = system.derivative(t + h / 2, x + h / 2 * k2) + force
                k4 = system.derivative(t + h, x + h * k3) + force
                x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

    return np.array(list(follow()))


def _iterate(
    system: Map,
    start: State,
    time: Float[np.ndarray, "time"],
    transient: float,
    disturbance: Disturbance | None,
) -> np.ndarray:
    """States at whole times, since those of a map are steps."""
    found = []
    x, at = start, 0
    for step in np.round(time - time[0] + transient).astype(int):
        for _ in range(at, step):
            x = system.step(x)
            if disturbance is not None:
                x = x + disturbance.strength * disturbance.rng.standard_normal(len(start))
        found.append(x)
        at = step
    return np.array(found)
