"""What a metric is to be read between: its floor and its ceiling on a signal."""

from __future__ import annotations

import logging
from typing import Any

import xarray as xr

from tausweep.metrics.bounds import Bounds
from tausweep.metrics.stage import dataset
from tausweep.reference.settings import Reference

log = logging.getLogger(__name__)

BOUNDS = {
    "floor": "held-out data against training data",
    "ceiling": "a constant orbit at the mean of the data",
    "persistence": "the last value, which stays",
    "data": "held-out data",
}


def run(settings: Reference, signal: xr.Dataset) -> xr.Dataset:
    """Compute floor and ceiling of a metric, or what it says of the data: the same for all models
    trained on a signal.

    Returns
    -------
    `NAME_floor` and `NAME_ceiling` of those variables of the metric that have one, and of forecasts
    `NAME_persistence`; `NAME_data` of those that are of an orbit alone; for a metric that compares
    orbits also `n`, the length of everything that is compared. Where floor and ceiling nearly meet,
    the log says so.

    Raises
    ------
    ValueError
        The data do not suffice for the metric.
    """
    metric = settings.metric.suited(signal)
    values = metric.references(signal, settings.steps)
    variables: dict[str, Any] = {
        f"{name}_{bound}": (
            v.dims,
            values[f"{name}_{bound}"],
            v.attrs | {"long_name": f"{v.long_name}: {what}"},
        )
        for name, v in metric.variables.items()
        for bound, what in BOUNDS.items()
        if f"{name}_{bound}" in values
    }
    found = dataset(metric, signal, variables)
    if "n" in values:
        about = {"long_name": "length of everything that is compared", "units": "step"}
        found["n"] = ((), values["n"], about)
    for name in metric.variables:
        if (bounds := Bounds.of(found, name)).meet:
            log.warning(
                "%s cannot tell models apart on this signal: its floor, %.4g, and its ceiling, "
                "%.4g, nearly meet. Give a longer series, hold more of it out, or measure more "
                "coarsely, as by fewer bins",
                name, *bounds,
            )  # fmt: skip
    return found.assign_attrs(subject=metric.name)
