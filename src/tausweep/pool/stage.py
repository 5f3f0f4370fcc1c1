"""All trained members of a study in one table: stage `pool`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from tausweep.labelled import labelled
from tausweep.pool.settings import Pool

BOUNDS = ("floor", "ceiling")
LONG = {"step", "variable", "epoch"}
"""Dimensions of which nothing is kept."""


def run(settings: Pool, collect: Sequence[xr.Dataset]) -> xr.Dataset:
    """Put the members of all experiments below each other, each with the name of its own.

    Parameters
    ----------
    settings
        The experiments' names.
    collect
        What is known of the trained members of each.

    Returns
    -------
    Over `run`, the coordinates of `collect` and `experiment`, and what is known of a member but for
    its orbit, what each variable has, and the norms of its gradients. Floors and ceilings are those
    of its series. What an experiment does not measure is NaN.
    """
    named = zip(settings.experiments, collect, strict=True)
    parts = [_rows(name, each) for name, each in named]
    pooled = xr.concat(parts, "run", join="outer", combine_attrs="drop_conflicts")
    number = np.arange(pooled.sizes["run"])
    pooled = pooled.assign_coords(labelled({"run": ("run", number, "row", "1")}))
    return pooled.assign_attrs(subject=f"{len(number)} members of {len(parts)} experiments")


def _rows(experiment: str, collect: xr.Dataset) -> xr.Dataset:
    """The rows of an experiment."""
    kept = [name for name, v in collect.data_vars.items() if "run" in v.dims and _short(v)]
    bounds = [f"{name}_{end}" for name in kept for end in BOUNDS]
    known = [name for name in bounds if name in collect and _short(collect[name])]
    of = collect[known].sel(signal=collect["series"]).drop_vars("signal")
    rows = collect[kept].assign({name: of[name].variable for name in known})
    names = np.full(rows.sizes["run"], experiment, dtype=object)
    about = {"experiment": ("run", names, "experiment", "1")}
    return rows.drop_vars("run", errors="ignore").assign_coords(labelled(about))


def _short(variable: xr.DataArray) -> bool:
    """Whether it is one number of a member, or a few."""
    return LONG.isdisjoint(variable.dims)
