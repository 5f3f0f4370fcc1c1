"""Simulation of a system of ordinary differential equations."""

from __future__ import annotations

import json
import warnings
from dataclasses import asdict

import numpy as np
import xarray as xr
from jaxtyping import Float
from scipy.integrate import ODEintWarning, odeint

from tausweep.config import Duffing, SimulatedSeries
from tausweep.series import dataset
from tausweep.series.systems import SYSTEMS, System

TOLERANCE = 1e-10
"""Relative and absolute tolerance of the integrator: far below what a model could learn."""


def simulate(cell: SimulatedSeries) -> xr.Dataset:
    """Sample one orbit of a simulated system, started at random, its transient dropped.

    Returns
    -------
    Dataset
        `x` (time, variable), with attrs `system`, `parameters` (JSON), `description` and, where
        published for exactly these parameters, `literature_lambda_max` (nats per unit of time)
        and `literature_source`.

    Raises
    ------
    ValueError
        If the orbit becomes infinite.
    """
    system = SYSTEMS[cell.system](**cell.parameters.model_dump())
    start = system.draw(np.random.default_rng(cell.seed))
    x = orbit(system, start, cell.dt * np.arange(cell.steps), cell.transient)
    values = ", ".join(f"{name} = {value:g}" for name, value in asdict(system).items())
    attrs: dict[str, str | float] = {
        "title": f"Series: {system.title}",
        "description": f"{system.title}, simulated with {values}",
        "system": cell.system,
        "parameters": json.dumps(asdict(system), sort_keys=True),
    }
    if published := system.published():
        attrs["literature_lambda_max"] = published.lambda_max
        attrs["literature_source"] = published.source
    driven = isinstance(cell, Duffing) and cell.drive == "input"
    return dataset.make(
        x,
        system.variables,
        dt=cell.dt,
        time_unit=system.time_unit,
        attrs=attrs,
        inputs=["drive"] if driven else [],
    )


def orbit(
    system: System,
    start: Float[np.ndarray, "coordinate"],
    time: Float[np.ndarray, "time"],
    transient: float,
) -> Float[np.ndarray, "time variable"]:
    """Integrate from `start`, which lies `transient` before the first time asked for.

    The method is LSODA (Petzold 1983, SIAM J. Sci. Stat. Comput. 4, 136), of high and variable
    order, which steps and interpolates in compiled code: at equal error it is several times
    faster here than `solve_ivp`, whose steps are Python.

    Raises
    ------
    ValueError
        If the orbit becomes infinite.
    """
    with warnings.catch_warnings(), np.errstate(over="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", ODEintWarning)  # a failure is raised below
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
    if report["message"] != "Integration successful." or not np.isfinite(solution).all():
        found = ", ".join(f"{name} = {value:g}" for name, value in asdict(system).items())
        raise ValueError(
            f"the orbit of the {system.title} becomes infinite with {found} from the initial "
            f"state {np.round(start, 3).tolist()}: choose other series parameters or another seed"
        )
    return system.observe(time, solution[1:])
