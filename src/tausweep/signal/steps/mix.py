"""Sensors that each see a mixture of the variables."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tausweep.labelled import labelled
from tausweep.signal.settings import Mix


def mix(settings: Mix, signal: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset]:
    """Put N sensors' readings, x W, in the place of the K variables, with W normal and random.

    Each sensor weighs the variables, in the series' units, by a random vector of length about one:
    entries of W are independent, with variance 1/K. All readings stay in a subspace of K
    dimensions, and have no energy in the N − K others.

    Returns
    -------
    The signal with variables `sensor0`, `sensor1`, …; and `matrix` W (source, variable).

    Raises
    ------
    ValueError
        There are fewer sensors than variables, which could not be told from them again.
    """
    names, sources = [f"sensor{i}" for i in range(settings.variables)], signal["variable"]
    if len(names) < len(sources):
        raise ValueError(
            f"variables must be at least the {len(sources)} that there are, found {len(names)}"
        )
    rng = np.random.default_rng(settings.seed)
    W = rng.standard_normal((len(sources), len(names))) / np.sqrt(len(sources))
    about = {"long_name": "mixed variable", "units": "1"}
    record = xr.Dataset(
        labelled({"matrix": (("source", "variable"), W, "weights of sensors", "1")}),
        {
            "source": ("source", sources.values, about),
            "variable": ("variable", names, sources.attrs),
        },
    )
    return _read(signal, record["matrix"]), record


def seen(series: xr.Dataset, signal: xr.Dataset) -> xr.Dataset:
    """The series that the later steps began with: as sensors see it where it was mixed."""
    if "mix_matrix" not in signal:
        return series
    return _read(series, signal["mix_matrix"])


def _read(signal: xr.Dataset, W: xr.DataArray) -> xr.Dataset:
    """The readings x W in the place of x."""
    x = signal["x"]
    readings = x.values @ W.values
    out = signal.drop_vars(["x", "variable"])
    names = ("variable", W[W.dims[-1]].values, x["variable"].attrs)
    return out.assign(x=(("time", "variable"), readings, x.attrs)).assign_coords(variable=names)
