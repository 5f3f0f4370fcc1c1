"""Stage `metrics`: one metric of all trained members of a sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

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
    settings = settings.suited(signal)
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
        name: (("run", *v.dims), values[name], v.attrs) for name, v in settings.variables.items()
    }
    found = dataset(settings, signal, variables)
    replicate = ("run", members, {"long_name": "replicate", "units": "1"})
    return found.assign_coords(member=replicate).assign_attrs(
        subject=f"{settings.name} of {len(members)} trained members"
    )


def dataset(metric: Metric, signal: xr.Dataset, variables: Mapping[str, Any]) -> xr.Dataset:
    """Numbers of a metric with their coordinates, and how they were computed as attributes.

    `variables` are dimensions, values and attributes by name.
    """
    width = signal.sizes["variable"]
    about = metric.about(width)
    coords: dict[str, Any] = {
        name: (name, np.array(values), {"long_name": long_name, "units": units})
        for name, (values, long_name, units) in metric.coordinates(width).items()
    }
    coords["variable"] = signal["variable"]
    used = {dim for dims, *_ in variables.values() for dim in dims}
    return xr.Dataset(
        {name: (dims, values, attrs | about) for name, (dims, values, attrs) in variables.items()},
        {dim: coordinate for dim, coordinate in coords.items() if dim in used},
        {"metric": metric.name},
    )
