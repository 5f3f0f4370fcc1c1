"""Simulation: orbits of flows, delayed feedbacks and maps, and what is observed of them."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import xarray as xr
from jaxtyping import Float
from scipy.integrate import ODEintWarning, odeint

from tausweep.config import SimulatedSeries
from tausweep.series import dataset, delay
from tausweep.series.system import DelayedFeedback, Flow, Map, State, System
from tausweep.series.systems import SYSTEMS

TOLERANCE = 1e-10
"""Relative and absolute tolerance of the integrator: far below what a model could learn."""
SUBSTEP = 0.01
"""Longest step of a flow with dynamical noise, in units of the system's timescale."""


class Disturbance(NamedTuple):
    """Noise that enters the equations."""

    strength: Float[np.ndarray, "coordinate"]
    """Standard deviation that it alone would give each coordinate after one unit of time."""
    rng: np.random.Generator


def run(cell: SimulatedSeries) -> xr.Dataset:
    """Sample one orbit of a simulated system, started at random, its transient dropped.

    Observational noise ξ is white and Gaussian and touches what is observed, not the orbit:
    x + ε σ ξ for each observed variable, with ε = `cell.noise` and σ the variable's standard
    deviation; an external input has none. Dynamical noise enters the equations,
    dx = f dt + D σ dW for flows and delayed feedbacks and x' = F(x) + D σ ξ for maps, with
    D = `cell.dynamical_noise` and σ the standard deviation of each coordinate without it. Both
    depend on `cell.noise_seed`, the initial state on `cell.seed`.

    Returns
    -------
    Dataset
        `x` (time, variable), with attrs `system`, `parameters` (JSON), `description`, the two noise
        levels, the first sample's whole state as `initial_state` (JSON; not for a delayed feedback)
        and, where published for exactly these parameters, `literature_lambda_max` (nats per unit
        of time) and `literature_source`.

    Raises
    ------
    ValueError
        If the orbit becomes infinite, a variable to observe does not exist, or a package that
        has the equations is missing.
    """
    system = SYSTEMS[cell.system](**cell.parameters.model_dump())
    observational, dynamical = np.random.default_rng(cell.noise_seed).spawn(2)
    start = system.draw(np.random.default_rng(cell.seed))
    time = cell.dt * np.arange(cell.steps)
    x = states(system, start, time, cell.transient)
    if cell.dynamical_noise:
        disturbance = Disturbance(cell.dynamical_noise * x.std(axis=0), dynamical)
        x = states(system, start, time, cell.transient, disturbance)
    inputs = cell.inputs
    names = [*(cell.observe or (v for v in system.variables if v not in inputs)), *inputs]
    seen = system.observe(time, x)[:, _columns(names, system)]
    if cell.noise:
        level = cell.noise * seen.std(axis=0) * ~np.isin(names, inputs)
        seen = seen + level * observational.standard_normal(seen.shape)
    return dataset.make(
        seen,
        names,
        dt=cell.dt,
        time_unit=system.time_unit,
        attrs=_attrs(cell, system, x[0]),
        inputs=inputs,
    )


def _columns(names: list[str], system: System) -> list[int]:
    for name in names:
        if name not in system.variables:
            raise ValueError(
                f"observe names {name!r}, but the variables of the {system.title} are "
                f"{', '.join(system.variables)}"
            )
    return [system.variables.index(name) for name in names]


def _attrs(cell: SimulatedSeries, system: System, initial: State) -> dict[str, str | float]:
    noises = {"observational": cell.noise, "dynamical": cell.dynamical_noise}
    noisy = [f", {kind} noise {level:g}" for kind, level in noises.items() if level]
    attrs: dict[str, str | float] = {
        "title": f"Series: {system.title}",
        "description": f"{system.title}, simulated with {system.values}{''.join(noisy)}",
        "system": cell.system,
        "parameters": json.dumps(system.parameters, sort_keys=True),
        "noise": cell.noise,
        "dynamical_noise": cell.dynamical_noise,
    }
    if not isinstance(system, DelayedFeedback):
        attrs["initial_state"] = json.dumps(initial.tolist())
    if (published := system.published()) and not cell.dynamical_noise:
        attrs["literature_lambda_max"] = published.lambda_max
        attrs["literature_source"] = published.source
    return attrs


def states(
    system: System,
    start: Float[np.ndarray, "coordinate"],
    time: Float[np.ndarray, "time"],
    transient: float,
    disturbance: Disturbance | None = None,
) -> Float[np.ndarray, "time coordinate"]:
    """Follow the equations from `start`, which lies `transient` before the first time asked for.

    Flows without noise are integrated by LSODA (Petzold 1983, SIAM J. Sci. Stat. Comput. 4, 136),
    of high and variable order, which steps and interpolates in compiled code: at equal error it is
    several times faster here than `solve_ivp`, whose steps are Python. Flows with noise: see
    `_noisy_flow`; delayed feedbacks: `tausweep.series.delay`, of order 4.

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
            yield x
            for j in range(substeps):
                t = time[0] + i * dt + j * h
                force = strength * rng.standard_normal(len(x)) / np.sqrt(h)
                k1 = system.derivative(t, x) + force
                k2 = system.derivative(t + h / 2, x + h / 2 * k1) + force
                k3 = system.derivative(t + h / 2, x + h / 2 * k2) + force
                k4 = system.derivative(t + h, x + h * k3) + force
                x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

    return np.array(list(follow()))[dropped:]


def _iterate(
    system: Map,
    start: State,
    time: Float[np.ndarray, "time"],
    transient: float,
    disturbance: Disturbance | None,
) -> np.ndarray:
    """States at whole times, since those of a map are steps."""
    step = np.round(time - time[0] + transient).astype(int)
    found = np.empty((step[-1] + 1, len(start)))
    found[0] = start
    for i in range(step[-1]):
        found[i + 1] = system.step(found[i])
        if disturbance is not None:
            noise = disturbance.rng.standard_normal(len(start))
            found[i + 1] += disturbance.strength * noise
    return np.asarray(found[step])
