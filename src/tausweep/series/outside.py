"""Series from outside, whatever they were read from: checked, made regular, put together."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray as xr

from tausweep.series import clock, dataset
from tausweep.series.dates import SECONDS
from tausweep.series.files.boundary import one_line, some
from tausweep.series.settings import Eeg, File, OutsideSeries, Weather
from tausweep.settings import HUGE

MINIMUM_SAMPLES = 100
"""Fewer samples than this are no series in any later stage."""


def put_on_clock(raw: xr.Dataset, cell: OutsideSeries) -> xr.Dataset:
    """Make a series of what was read.

    Parameters
    ----------
    raw
        `x` (time, variable), NaN where missing; where there are time stamps, `stamp` (time). Attrs:
        `read_from`, for messages; `dt` where the file itself says it; all others are the series'.
    cell
        Its settings.

    Returns
    -------
    Dataset
        As `dataset.make` returns it; where samples were interpolated because they were missing,
        `filled` says which, and attrs `filled_values` how many.

    Raises
    ------
    ValueError
        One line, if this is no series, or needs mending that no setting asks for.
    """
    attrs = dict(raw.attrs)
    path, units = attrs.pop("read_from"), attrs.pop("units", "1")
    names = raw["variable"].values.tolist()
    try:
        _check_shape(raw["x"].values, names)
        inputs = [] if isinstance(cell, Eeg) else cell.inputs
        _check_inputs(inputs, names)
        match cell:
            case File():
                dt, unit = _interval(cell, attrs)
                found = clock.regular(
                    raw,
                    dt=dt,
                    time_unit=unit,
                    fill=cell.fill,
                    max_gap=cell.max_gap,
                    resample=cell.resample,
                )
            case Weather():
                raw, notes = clock.merge_repeated(raw)
                attrs |= notes
                found = clock.regular(raw, time_unit="h", fill=cell.fill, max_gap=cell.max_gap)
            case Eeg():
                found = clock.regular(raw, dt=attrs.pop("dt"), time_unit="s")
        _check_columns(found.x, names)
    except ValueError as error:
        text = one_line(str(error))
        if isinstance(error, clock.NoClock) and isinstance(cell, File) and cell.time is None:
            time = json.loads(raw.attrs["read_as"])["time"]
            text += f"; {time} was taken for the time"
        raise ValueError(f"{path}: {text}") from None
    return dataset.make(
        found.x,
        names,
        dt=found.dt,
        time_unit=found.unit,
        attrs={**attrs, **found.notes},
        inputs=inputs,
        units=units,
        filled=found.filled,
    )


def _interval(cell: File, attrs: dict[str, Any]) -> tuple[float | None, str]:
    """Sampling interval and its unit: the file's own, in the unit asked for, if none is set."""
    dt, own = attrs.pop("dt", None), attrs.pop("dt_unit", "1")
    if cell.dt is not None or dt is None:
        return cell.dt, cell.time_unit
    if cell.time_unit == "1":
        return dt, own
    scale = SECONDS[own] / SECONDS[cell.time_unit] if {own, cell.time_unit} <= set(SECONDS) else 1
    return dt * scale, cell.time_unit


def _check_inputs(inputs: list[str], names: list[str]) -> None:
    for name in inputs:
        if name not in names:
            raise ValueError(f"inputs names {name!r}, but the columns are {some(names)}")
    if len(inputs) == len(names):
        raise ValueError(f"inputs names all columns ({some(names)}): leave one to learn")


def _check_shape(x: clock.Samples, names: list[str]) -> None:
    samples, columns = x.shape
    if columns == 0 or columns > samples:
        raise ValueError(
            f"found {samples} rows of {columns} columns: rows are samples and columns are "
            "variables, so transpose it"
        )
    if samples < MINIMUM_SAMPLES:
        raise ValueError(f"found {samples} samples: give at least {MINIMUM_SAMPLES}")
    if len(set(names)) != len(names):
        raise ValueError(f"found columns of the same name ({some(names)}): rename them")
    infinite = np.abs(x) > HUGE
    if infinite.any():
        row, column = divmod(int(np.argmax(infinite)), columns)
        raise ValueError(
            f"found {infinite.sum()} values that are infinite or beyond {HUGE:g}, the first in "
            f"sample {row} of variable {names[column]!r} (counted from 0): correct or remove them"
        )


def _check_columns(x: clock.Samples, names: list[str]) -> None:
    if len(x) < MINIMUM_SAMPLES:
        raise ValueError(
            f"{len(x)} samples are left, but at least {MINIMUM_SAMPLES} are needed: raise max_gap "
            "or lower resample"
        )
    for name, values in zip(names, x.T, strict=True):
        rise = np.diff(values)
        if np.ptp(values) == 0:
            raise ValueError(f"variable {name!r} is constant ({values[0]:g}): leave it out")
        if np.allclose(rise, rise.mean(), rtol=1e-3, atol=0):
            raise ValueError(
                f"variable {name!r} only counts, in steps of {rise.mean():g}: set time to it, or "
                "leave it out by columns"
            )
