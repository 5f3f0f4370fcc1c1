"""NetCDF files: one table, or series of one dimension side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import netCDF4
import numpy as np
import xarray as xr

from tausweep.series.files import child, table
from tausweep.series.files.boundary import Refused, reading, some
from tausweep.series.files.bounds import MOST_VALUES

if TYPE_CHECKING:  # what reads does so in a process of its own, which starts the faster
    from tausweep.series.settings import File


def read(path: Path, own: File) -> xr.Dataset:
    """Read the columns that `own` names; attr `units`, where all have the same.

    Raises ValueError, one line.
    """
    found: xr.Dataset = child.call(columns, path, own.variable, own.columns, own.time)
    return found


def columns(path: Path, variable: str | None, names: Sequence[str], time: str | None) -> xr.Dataset:
    """Read these columns, here: HDF5 may not come back from a file that is damaged.

    Raises ValueError, one line.
    """
    with reading(path, "a whole NetCDF file", "write it anew, say with xarray's to_netcdf"):
        opened = netCDF4.Dataset(path)
        for dim in opened.dimensions.values():
            if dim.size > MOST_VALUES:
                raise Refused(
                    f"its dimension {dim.name!r} has {dim.size} entries, and at most "
                    f"{MOST_VALUES:,} are read: keep every second one, or a part"
                )
        store = xr.backends.NetCDF4DataStore(opened)  # type: ignore[no-untyped-call]
        with xr.open_dataset(store, decode_timedelta=False) as file:
            return _columns(file, variable, names, time)


def _columns(
    file: xr.Dataset, variable: str | None, chosen: Sequence[str], time: str | None
) -> xr.Dataset:
    series = _series(file, variable)
    if "time" in series.dims:
        series = series.transpose("time", ...)
    table.check_shape(series.shape)
    x = table.numbers(series.values)
    names = table.numbered(x.shape[1])
    if series.ndim == 2 and series.dims[1] in series.coords:
        names = [str(name) for name in series[series.dims[1]].values]
    elif series.ndim == 1:
        names = [str(series.name)]
    stamp = None
    if time is not None:
        if time not in file.variables or file[time].dims != series.dims[:1]:
            along = [str(n) for n, v in file.variables.items() if v.dims == series.dims[:1]]
            raise Refused(
                f"time names {time!r}, but along {series.dims[0]!r} there are only "
                f"{some(along) or 'no variables'}"
            )
        stamp = file[time].values
        if stamp.dtype.kind not in "fiuM":
            raise Refused(
                f"time stamps {time!r} are of type {stamp.dtype}: give numbers, or dates "
                "of the standard calendar"
            )
    kept = [name for name in table.wanted(names, chosen, None) if name != time]
    found = table.raw(x[:, [names.index(name) for name in kept]], kept, stamp)
    return found.assign_attrs(units=str(series.attrs.get("units", "1")))


def _series(file: xr.Dataset, variable: str | None) -> xr.DataArray:
    """The variable of a file that is the series, or its series of one dimension side by side."""
    numbers = {str(n): v for n, v in file.data_vars.items() if v.dtype.kind in "fiu"}
    if variable is not None:
        if variable not in numbers:
            raise Refused(
                f"variable names {variable!r}, but the file holds {some(list(numbers)) or 'none'}"
            )
        return numbers[variable]
    tables = [v for v in numbers.values() if v.ndim == 2]
    if len(tables) == 1:
        return tables[0]
    if tables:
        raise Refused(
            f"found {len(tables)} variables of two dimensions "
            f"({some([str(t.name) for t in tables])}): set variable to one of them"
        )
    lines = [v for v in numbers.values() if v.ndim == 1]
    if not lines or len({v.dims for v in lines}) > 1:
        raise Refused(
            f"found {len(lines)} variables of one dimension and none of two, (time, variable): "
            "set variable to one of them, or put all along one dimension"
        )
    table.check_shape((lines[0].size, len(lines)))
    units = {str(v.attrs.get("units", "1")) for v in lines}
    together = np.stack([v.values.astype(np.float64) for v in lines], axis=1)
    return xr.DataArray(
        together,
        {"variable": [str(v.name) for v in lines]},
        (lines[0].dims[0], "variable"),
        attrs={"units": units.pop() if len(units) == 1 else "various"},
    )
