"""Orbits against data: what lengths, members that diverged, floors and ceilings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from tausweep.metrics.metric import Comparison, Trajectory, Values
from tausweep.signal.scaling import unscale


def compare(
    metric: Comparison, signal: xr.Dataset, orbits: Sequence[xr.Dataset]
) -> dict[str, np.ndarray]:
    """Compare every member's orbit with the held-out data, or with all.

    With held-out data all comparisons are of the same length n: the first n steps of the orbit
    against the first n of the data, with n the shortest of orbit, held-out and training part, so
    that floors are of the same length. By published protocols all of the orbit is compared with all
    of the data, however long each is.

    Parameters
    ----------
    metric
        The comparison and its settings.
    signal
        `x(time, variable)`, `train_steps`, and what undoes its scaling.
    orbits
        `x(member, time, variable)` and `diverged(member)` of each training job.

    Returns
    -------
    The metric's variables, each with all members of all orbits as its first dimension.

    Raises
    ------
    ValueError
        The data to compare with are not finite.
    """
    data = judge(metric, signal, orbits[0].sizes["time"])
    length = len(data) if metric.part == "held_out" else None
    p = metric.describe(data, data)
    rows = [
        _row(metric, p, x, data, bool(lost))
        for orbit in orbits
        for x, lost in zip(
            _in_units(metric, signal, _values(orbit, length)),
            orbit["diverged"].to_numpy(),
            strict=True,
        )
    ]
    return {name: np.array([row[name] for row in rows]) for name in metric.variables}


def references(metric: Comparison, signal: xr.Dataset, steps: int) -> dict[str, Any]:
    """Floor and ceiling of a comparison over at most `steps`, and what it says of the data.

    Floor: held-out data against the last n steps of the training data, another stretch of the same
    system; also of metrics that compare orbits with all data, to which there is no other stretch.
    Ceiling: what orbits are compared with against a constant orbit at its mean, as long as they
    are. What is of an orbit alone has the data's own value instead.
    """
    data, other = stretches(metric, signal, steps)
    p = metric.describe(data, data)
    between = [name for name, v in metric.variables.items() if v.reference]
    own = [name for name, v in metric.variables.items() if v.of_data]
    found: dict[str, Any] = {"n": len(data)}
    if own:
        values = metric.distance(p, p)
        found |= {f"{name}_data": values[name] for name in own}
    if between:
        floor = metric.distance(p, metric.describe(other, data))
        if metric.part == "held_out":
            ceiling = _ceiling(metric, data, p, len(data))
        else:
            judged = judge(metric, signal, steps)
            ceiling = _ceiling(metric, judged, metric.describe(judged, judged), steps)
        found |= {f"{name}_floor": floor[name] for name in between}
        found |= {f"{name}_ceiling": ceiling[name] for name in between}
    return found


def _ceiling(metric: Comparison, data: Trajectory, p: Any, steps: int) -> Values:
    """Data, described as p, against a constant orbit of so many steps at their mean."""
    still = np.broadcast_to(data.mean(axis=0), (steps, data.shape[1]))
    return metric.distance(p, metric.describe(still, data))


def stretches(metric: Comparison, signal: xr.Dataset, steps: int) -> tuple[Trajectory, Trajectory]:
    """The held-out data to compare with, and as much of the end of the training data."""
    x = signal["x"].transpose("time", "variable").to_numpy()
    trained, held_out = np.split(x, [int(signal["train_steps"])])
    n = min(steps, len(held_out), len(trained))
    return _finite(metric, signal, held_out[:n]), _in_units(metric, signal, trained[-n:])


def judge(metric: Comparison, signal: xr.Dataset, steps: int) -> Trajectory:
    """The data that orbits of so many steps are compared with: as many of what is held out, or all
    there are.
    """
    if metric.part == "held_out":
        return stretches(metric, signal, steps)[0]
    return _finite(metric, signal, signal["x"].transpose("time", "variable").to_numpy())


def _finite(metric: Comparison, signal: xr.Dataset, x: np.ndarray) -> np.ndarray:
    if not np.isfinite(x).all():
        raise ValueError(
            f"metrics.{metric.name}: the data to compare with must be finite, found NaN or "
            "infinity; fill or cut these samples of the series"
        )
    return _in_units(metric, signal, x)


def _values(orbit: xr.Dataset, n: int | None) -> np.ndarray:
    return np.asarray(orbit["x"].transpose("member", "time", "variable").to_numpy()[:, :n])


def _in_units(metric: Comparison, signal: xr.Dataset, x: np.ndarray) -> np.ndarray:
    return unscale(signal, x) if metric.coordinates_of == "series" else x


def _row(
    metric: Comparison, p: Any, x: Trajectory, data: Trajectory, diverged: bool
) -> dict[str, Any]:
    """One that diverged only after the steps compared is no better for it."""
    values = dict(metric.distance(p, metric.describe(x, data)))
    for name, variable in metric.variables.items():
        if diverged and variable.diverged is not None:
            values[name] = np.full_like(values[name], variable.diverged)
    return values
