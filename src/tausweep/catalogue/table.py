"""All results of experiments in numbers: a row per trained member."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import xarray as xr

LABELS = ("series", "model", "method", "setting", "value", "tau", "of_tau_pred", "member")
"""What stands first."""
COURSES = frozenset({"epoch", "step"})
"""Dimensions of what is a course in time and no number of a member."""

Row = tuple[str, ...]


def rows(collected: Mapping[str, xr.Dataset], written: Callable[[Any], str]) -> Iterator[Row]:
    """The names of the columns, then a row for each member of each experiment.

    What a metric gives of each variable, exponent or number of steps has a column for each, as
    `D_H_variable[0]`. Nothing stands where an experiment, a model or a series has no such number.

    Parameters
    ----------
    collected
        Outputs of the stage `collect`, by experiment.
    written
        How a number is written.
    """
    tables = {name: _columns(each) for name, each in collected.items()}
    names = list(dict.fromkeys(column for table in tables.values() for column in table))
    yield ("experiment", *names)
    for experiment, table in tables.items():
        for i in range(collected[experiment].sizes["run"]):
            cells = (_cell(table[name][i], written) if name in table else "" for name in names)
            yield (experiment, *cells)


def _columns(collected: xr.Dataset) -> dict[str, np.ndarray]:
    """All that is known of the members of an experiment, one array of (run,) a column."""
    metrics = [str(name) for name in collected.data_vars]
    found: dict[str, np.ndarray] = {}
    for name in (*LABELS, *metrics):
        variable = collected[name]
        if variable.dims == ("run",):
            found[name] = variable.values
        elif variable.ndim == 2 and variable.dims[0] == "run" and variable.dims[1] not in COURSES:
            for number in variable[variable.dims[1]].values:
                found[f"{name}[{number}]"] = variable.sel({variable.dims[1]: number}).values
    return found


def exactly(value: Any) -> str:
    """A number as short as it can be written without losing anything."""
    return str(value)


def _cell(value: Any, written: Callable[[Any], str]) -> str:
    if isinstance(value, str):
        return value
    return "" if np.isnan(value) else written(value)
