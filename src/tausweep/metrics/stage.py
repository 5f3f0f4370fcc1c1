"""Stage `metrics`: one metric of all trained members of a sweep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Int

from tausweep.execution import PLAIN, Execution
from tausweep.metrics.compare import compare
from tausweep.metrics.metric import Comparison, Measurement, Metric


def run(
    settings: Metric,
    signal: xr.Dataset,
    orbit: Sequence[xr.Dataset] = (),
    train: Sequence[xr.Dataset] = (),
    *,
    execution: Execution = PLAIN,
) -> xr.Dataset:
    """Measure how well every member of the given training jobs reproduces the held-out data.

    Parameters
    ----------
    settings
        The metric.
    signal
        `x(time, variable)`, `train_steps`, and what undoes its scaling.
    orbit
        Of each training job: `x(member, time, variable)`, `diverged(member)`; for a metric that
        compares orbits with the data.
    train
        The trained models of each job; for a metric that measures these themselves.

    Returns
    -------
    The metric's variables over `run`, one for each member of all jobs in the order given, with the
    coordinate `member`.

    Raises
    ------
    ValueError
        The data do not suffice for the metric.
    """
    match settings:
        case Comparison():
            jobs, values = orbit, compare(settings, signal, orbit)
        case Measurement():
            from tausweep.models.model import load

            jobs = train
            parts = [settings.measure(load(job, execution), signal) for job in train]
            values = {name: np.concatenate([p[name] for p in parts]) for name in settings.variables}
        case _:
            raise TypeError(f"{settings.name} is neither a comparison nor a measurement")
    members = np.concatenate([job["member"].to_numpy() for job in jobs])
    variables = {
        name: (("run", *v.dims), values[name], {"long_name": v.long_name, "units": v.units})
        for name, v in settings.variables.items()
    }
    return labelled(
        settings, signal, variables, members, f"{settings.name} of {len(members)} trained models"
    )


def labelled(
    metric: Metric,
    signal: xr.Dataset,
    variables: dict[str, Any],
    members: Int[np.ndarray, " run"] | None,
    title: str,
) -> xr.Dataset:
    """The Dataset of a metric's numbers, with their coordinates and how they were computed."""
    coords: dict[str, Any] = {
        name: (name, values, {"long_name": long_name, "units": units})
        for name, (values, long_name, units) in metric.coordinates.items()
    }
    coords["variable"] = signal["variable"]
    if members is not None:
        coords["member"] = ("run", members, {"long_name": "replicate", "units": "1"})
    about = metric.about(signal.sizes["variable"])
    used = {d for dims, *_ in variables.values() for d in dims}
    return xr.Dataset(
        {
            name: (dims, values, {**attrs, **about})
            for name, (dims, values, attrs) in variables.items()
        },
        {name: value for name, value in coords.items() if name in used or name == "member"},
        {"title": title, "metric": metric.name},
    )
