"""Simulated series: what is observed of an orbit, and noise on it."""

from __future__ import annotations

import json

import numpy as np
import xarray as xr

from tausweep.series import dataset
from tausweep.systems.integrate import Disturbance, states
from tausweep.systems.system import DelayedFeedback, Simulated, State


def run(settings: Simulated) -> xr.Dataset:
    """Sample one orbit of a simulated system, started at random, its transient dropped.

    Observational noise ξ is white and Gaussian and touches what is observed, not the orbit:
    x + ε σ ξ for each observed variable, with ε = `settings.noise` and σ the variable's standard
    deviation; an external input has none. Dynamical noise enters the equations,
    dx = f dt + D σ dW for flows and delayed feedbacks and x' = F(x) + D σ ξ for maps, with
    D = `settings.dynamical_noise` and σ the standard deviation of each coordinate without it. Both
    depend on `settings.noise_seed`, the initial state on `settings.seed`.

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
    observational, dynamical = np.random.default_rng(settings.noise_seed).spawn(2)
    start = settings.draw(np.random.default_rng(settings.seed))
    time = settings.dt * np.arange(settings.steps)
    x = states(settings, start, time, settings.transient)
    if settings.dynamical_noise:
        disturbance = Disturbance(settings.dynamical_noise * x.std(axis=0), dynamical)
        x = states(settings, start, time, settings.transient, disturbance)
    inputs = settings.inputs
    names = [
        *(settings.observe or (v for v in settings.observables if v not in inputs)),
        *inputs,
    ]
    seen = settings.view(time, x)[:, _columns(names, settings)]
    if settings.noise:
        level = settings.noise * seen.std(axis=0) * ~np.isin(names, inputs)
        seen = seen + level * observational.standard_normal(seen.shape)
    return dataset.make(
        seen,
        names,
        dt=settings.dt,
        time_unit=settings.time_unit,
        attrs=_attrs(settings, x[0]),
        inputs=inputs,
    )


def _columns(names: list[str], system: Simulated) -> list[int]:
    observables = system.observables
    for name in names:
        if name not in observables:
            raise ValueError(
                f"observe names {name!r}, but the variables of the {system.title} are "
                f"{', '.join(observables)}"
            )
    return [observables.index(name) for name in names]


def _attrs(settings: Simulated, initial: State) -> dict[str, str | float]:
    noises = {"observational": settings.noise, "dynamical": settings.dynamical_noise}
    noisy = [f", {kind} noise {level:g}" for kind, level in noises.items() if level]
    attrs: dict[str, str | float] = {
        "subject": settings.title,
        "description": f"{settings.title}, simulated with {settings.values}{''.join(noisy)}",
        "system": settings.system,
        "parameters": json.dumps(settings.parameters.model_dump(), sort_keys=True),
        "noise": settings.noise,
        "dynamical_noise": settings.dynamical_noise,
    }
    if not isinstance(settings, DelayedFeedback):
        attrs["initial_state"] = json.dumps(initial.tolist())
    if (published := settings.published) and not settings.dynamical_noise:
        attrs["literature_lambda_max"] = published.lambda_max
        attrs["literature_source"] = published.source
    return attrs
