"""NetCDF files by the meaning that the CF conventions give their variables.

What describes other variables (bounds, climatologies, coordinates, areas, flags) is no series;
dimensions of one entry say where, not when. The dimension of time is known by its coordinate.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cftime
import netCDF4
import numpy as np
import xarray as xr
from jaxtyping import Shaped

from tausweep.series import dates
from tausweep.series.files import child, stamps, table
from tausweep.series.files.boundary import Refused, reading, some
from tausweep.series.files.bounds import MOST_VALUES
from tausweep.series.files.table import Table

if TYPE_CHECKING:  # what reads does so in a process of its own, which starts the faster
    from tausweep.series.settings import File

BOUNDS = ("_bnds", "_bounds", "_bnd", "_bound", "_vertices", "_edges", "_climatology", "_limits")
"""How names of bounds end, where no attribute says so."""


def read(path: Path, own: File) -> Table:
    """Read the variable, or all along one dimension, that `own` names.

    Raises ValueError, one line.
    """
    found: Table = child.call(tabulate, path, own.variable, own.time)
    return found


def tabulate(path: Path, variable: str | None, time: str | None) -> Table:
    """Read it, here: HDF5 may not come back from a file that is damaged.

    Raises ValueError, one line.
    """
    remedy = "write it anew, say with xarray's to_netcdf"
    with reading(path, "a whole NetCDF file", remedy), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of attributes that name what is not there
        with netCDF4.Dataset(path) as opened:
            group, _, name = (variable or "").rpartition("/")
            holds = _group(opened, group)
            for dim in _dimensions(holds):
                if dim.size > MOST_VALUES:
                    raise Refused(
                        f"its dimension {dim.name!r} has {dim.size} entries, and at most "
                        f"{MOST_VALUES:,} are read: keep every second one, or a part"
                    )
            store = xr.backends.NetCDF4DataStore(holds)  # type: ignore[no-untyped-call]
            file = xr.open_dataset(store, decode_times=False, decode_coords="all")
            return _table(file, name or None, time, list(_groups(opened)))


def _group(opened: Any, path: str) -> Any:
    for name in filter(None, path.split("/")):
        if name not in opened.groups:
            raise Refused(
                f"variable names group {path!r}, but the groups are "
                f"{some(list(opened.groups)) or 'none'}"
            )
        opened = opened.groups[name]
    return opened


def _dimensions(group: Any) -> Iterator[Any]:
    while group is not None:
        yield from group.dimensions.values()
        group = group.parent


def _groups(group: Any) -> Iterator[str]:
    """What all groups hold, as `group/name (dimensions)`."""
    for inner in group.groups.values():
        for name, variable in inner.variables.items():
            yield f"{inner.path.strip('/')}/{name} ({', '.join(variable.dimensions)})"
        yield from _groups(inner)


def _table(file: xr.Dataset, variable: str | None, time: str | None, groups: list[str]) -> Table:
    numbers = {
        str(name): array.squeeze(drop=True)
        for name, array in file.data_vars.items()
        if array.dtype.kind in "fiu" and not _is_bounds(str(name), array, file) and array.ndim
    }
    if variable is not None:
        if variable not in file.variables or file[variable].dtype.kind not in "fiu":
            raise Refused(
                f"variable names {variable!r}, but the file holds "
                f"{_described(numbers) or some(groups) or 'none'}"
            )
        numbers = {variable: file[variable].squeeze(drop=True)}
    dim = _time_dimension(file, numbers, time)
    if variable is None:
        along = {name: array for name, array in numbers.items() if dim in array.dims}
        numbers = along or {name: array for name, array in numbers.items() if array.ndim}
    series = _series(numbers, groups)
    dim = dim if dim is not None and dim in series.dims else str(series.dims[0])
    series = series.transpose(dim, ...)
    if series.ndim > 2:
        raise Refused(
            f"variable {_described({str(series.name): series})} has {series.ndim} dimensions: take "
            "one place of it, say with xarray's isel, and save it as (time, variable)"
        )
    table.check_shape(series.shape)
    names = None
    if series.ndim == 2 and series.dims[1] in series.coords:
        names = [str(name) for name in series[series.dims[1]].values]
    elif series.ndim == 1:
        names = [str(series.name)]
    found = table.of_array(_without_default_fill(series), names)
    found.units = str(series.attrs.get("units", "1"))
    return _with_clock(found, file, dim, time)


def _is_bounds(name: str, array: xr.DataArray, file: xr.Dataset) -> bool:
    """Whether it holds the bounds of a coordinate: an axis more, of a few entries."""
    stem = next((name.removesuffix(end) for end in BOUNDS if name.lower().endswith(end)), None)
    if stem is None or array.ndim == 0 or not 2 <= array.shape[-1] <= 4:
        return False
    return stem in file.variables or stem in file.sizes or array.shape[-1] == 2


def _time_dimension(
    file: xr.Dataset, numbers: dict[str, xr.DataArray], time: str | None
) -> str | None:
    """The dimension that is time: by what is named, by its coordinate, or since it grows."""
    if time is not None and time in file.variables and file[time].ndim == 1:
        return str(file[time].dims[0])
    dims = dict.fromkeys(str(dim) for array in numbers.values() for dim in array.dims)
    for dim in dims:
        if dim in file.variables:
            attrs = file[dim].attrs
            since = " since " in str(attrs.get("units", ""))
            if since or attrs.get("axis") == "T" or attrs.get("standard_name") == "time":
                return dim
    named = [dim for dim in dims if dim.lower() in ("time", "t", "date")]
    unlimited = [d for d in dims if d in file.encoding.get("unlimited_dims", ())]
    return next(iter(named + unlimited), None)


def _series(numbers: dict[str, xr.DataArray], groups: list[str]) -> xr.DataArray:
    """The variable that is the series, or the series of one dimension side by side."""
    if len(numbers) == 1:
        return next(iter(numbers.values()))
    if not numbers:
        inside = f": it has groups, of {some(groups)}" if groups else ""
        raise Refused(
            f"found no variable of numbers along a dimension{inside}: "
            f"set variable to {'one of them' if groups else 'the series'}"
        )
    if len({array.dims for array in numbers.values()}) > 1 or next(iter(numbers.values())).ndim > 1:
        raise Refused(
            f"found {len(numbers)} variables that may be the series, {_described(numbers)}: set "
            "variable to one of them"
        )
    lines = list(numbers.values())
    table.check_shape((lines[0].size, len(lines)))
    units = {str(line.attrs.get("units", "1")) for line in lines}
    together = np.stack([_without_default_fill(line).astype(np.float64) for line in lines], axis=1)
    return xr.DataArray(
        together,
        {"variable": list(numbers)},
        (lines[0].dims[0], "variable"),
        attrs={"units": units.pop() if len(units) == 1 else "various"},
    )


def _described(numbers: dict[str, xr.DataArray]) -> str:
    return some(
        [
            f"{name} ({', '.join(f'{dim} {size}' for dim, size in array.sizes.items())})"
            for name, array in numbers.items()
        ]
    )


def _without_default_fill(series: xr.DataArray) -> Shaped[np.ndarray, "..."]:
    """Values, NaN where nothing was ever written and no attribute says how that looks."""
    values = series.values
    fill = netCDF4.default_fillvals.get(values.dtype.str[1:])
    if "_FillValue" in series.encoding or fill is None or values.dtype.itemsize == 1:
        return values
    absent = values == np.array(fill, values.dtype)
    return np.where(absent, np.nan, values) if absent.any() else values


def _with_clock(found: Table, file: xr.Dataset, dim: str, time: str | None) -> Table:
    """Add the coordinate of time, or another variable along its dimension that is asked for."""
    name = dim if time is None else time
    if name not in file.variables or file[name].dims != (dim,):
        if time is None:
            return found
        along = [str(n) for n, v in file.variables.items() if v.dims == (dim,)]
        raise Refused(
            f"time names {time!r}, but along {dim!r} there are only {some(along) or 'no variables'}"
        )
    stamp, unit = _stamps(file[name])
    if stamp.dtype.kind not in "fiuM":
        if time is None:
            return found
        raise Refused(f"time stamps {time!r} are of type {stamp.dtype}: give numbers, or dates")
    if stamp.dtype.kind != "M":
        stamp = stamp.astype(np.float64)
    found.columns[name] = stamp
    found.clock, found.clock_unit = name, unit
    return found


def _stamps(coordinate: xr.DataArray) -> tuple[Shaped[np.ndarray, " time"], str | None]:
    """Dates, or numbers and their unit: of calendars that have other years than ours."""
    values, units = coordinate.values, str(coordinate.attrs.get("units", ""))
    unit = stamps.UNITS.get(units.split(" since ")[0].strip().lower())
    calendar = str(coordinate.attrs.get("calendar", "standard")).lower()
    if " since " not in units or values.dtype.kind not in "fiu":
        return values, unit
    if unit in ("month", "year") or not np.isfinite(values).all() or len(values) < 2:
        return values, unit
    if calendar in ("standard", "gregorian", "proleptic_gregorian"):
        decoded = xr.coding.times.decode_cf_datetime(values, units, calendar)
        if np.asarray(decoded).dtype.kind == "M":
            return np.asarray(decoded), None
    step = float(np.median(np.diff(values))) * dates.SECONDS.get(unit or "", np.nan)
    if step >= 27 * dates.SECONDS["day"]:
        found = [d.timetuple()[:5] for d in cftime.num2date(values, units, calendar)]
        text = [f"{y:04}-{m:02}-{min(d, 28):02}T{h:02}:{n:02}" for y, m, d, h, n in found]
        counted = np.array(text, dtype="datetime64[us]")
        if dates.months(counted) is not None:
            return counted, None
    return values, unit
