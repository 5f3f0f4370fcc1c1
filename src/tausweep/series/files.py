"""Series from files of one's own: .npy, .csv and .nc, one row per sample.

What cannot be a series is refused here, in one line that names the file, what was found in it
and what to do, because a gap or a constant column would surface much later as a NaN.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from jaxtyping import Float

from tausweep.series import dataset

MINIMUM_SAMPLES = 100
"""Fewer samples than this are no series in any later stage."""


def read(path: str | Path) -> xr.Dataset:
    """Read and check a file.

    Returns
    -------
    Dataset
        `x` (time, variable) as found; `variable` holds the names in the file, or x0, x1, ….

    Raises
    ------
    ValueError
        If the file is missing, of another kind, not a table of numbers, shorter than
        `MINIMUM_SAMPLES`, or has values that are not finite or columns that are no variables.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"{path}: no such file: correct the path, or put the file there")
    if path.suffix.lower() not in READERS:
        raise ValueError(
            f"{path}: found a file of kind {path.suffix or 'unknown'!r}: save it as one of "
            f"{', '.join(READERS)}"
        )
    try:
        x, names = READERS[path.suffix.lower()](path)
        _check(x, names)
    except (ValueError, OSError) as error:
        raise ValueError(f"{path}: {' '.join(str(error).split())}") from None
    return xr.Dataset({"x": (("time", "variable"), x)}, coords={"variable": names})


def put_on_clock(
    raw: xr.Dataset, *, dt: float, time_unit: str, inputs: Sequence[str] = ()
) -> xr.Dataset:
    """Make a series of a file's samples, which come without a sampling interval.

    Raises ValueError where `inputs` names a column that is not there, or leaves no variable.
    """
    names = raw["variable"].values.tolist()
    for name in inputs:
        if name not in names:
            raise ValueError(f"inputs names {name!r}, but the columns are {', '.join(names)}")
    if len(inputs) == len(names):
        raise ValueError(f"inputs names all columns ({', '.join(names)}): leave one to learn")
    attrs: dict[str, str | float] = {
        "title": "Series: own data",
        "description": f"own data of {len(names)} variables: {', '.join(names)}",
        "system": "file",
        "parameters": "{}",
    }
    return dataset.make(
        raw["x"].values, names, dt=dt, time_unit=time_unit, attrs=attrs, inputs=inputs
    )


def _read_npy(path: Path) -> tuple[np.ndarray, list[str]]:
    try:
        x = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError):
        raise ValueError("not a whole .npy file of numbers: write it with numpy.save") from None
    return _table(x), _numbered(x)


def _read_csv(path: Path) -> tuple[np.ndarray, list[str]]:
    with path.open(encoding="utf-8-sig") as file:
        first = [name.strip().strip("\"'") for name in file.readline().split(",")]
    header = not all(_is_number(entry) for entry in first)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # an empty file: said below
        try:
            x = np.loadtxt(path, delimiter=",", skiprows=int(header), ndmin=2, encoding="utf-8-sig")
        except ValueError as error:
            raise ValueError(
                f"not a table of numbers ({str(error).rstrip('.')}): separate the numbers of a "
                "row by commas; only the first row may hold names"
            ) from None
    if not x.size:
        raise ValueError("found no rows of numbers: one row per sample, separated by commas")
    if header and len(first) != x.shape[1]:
        raise ValueError(
            f"found {len(first)} names in the header row and {x.shape[1]} columns below it: "
            "give every column a name"
        )
    return x, first if header else _numbered(x)


def _read_netcdf(path: Path) -> tuple[np.ndarray, list[str]]:
    with xr.open_dataset(path, engine="netcdf4") as file:
        tables = [str(name) for name, array in file.data_vars.items() if array.ndim == 2]
        if len(tables) != 1:
            raise ValueError(
                f"found {len(tables)} variables of two dimensions ({', '.join(tables)}): keep "
                "exactly one, of dimensions (time, variable)"
            )
        table = file[tables[0]]
        if "time" in table.dims:
            table = table.transpose("time", ...)
        x = _table(table.values)
        columns = table.dims[1]
        named = columns in table.coords
        return x, [str(c) for c in table[columns].values] if named else _numbered(x)


READERS: dict[str, Callable[[Path], tuple[np.ndarray, list[str]]]] = {
    ".npy": _read_npy,
    ".csv": _read_csv,
    ".nc": _read_netcdf,
}
"""How each kind of file is read."""


def _table(x: np.ndarray) -> np.ndarray:
    """Two-dimensional array of numbers; a single variable may come without its axis."""
    if x.dtype.kind not in "fiu":
        raise ValueError(f"found values of type {x.dtype}: save real numbers")
    if x.ndim not in (1, 2):
        raise ValueError(f"found an array of shape {x.shape}: save it as (time, variable)")
    return x.reshape(len(x), -1).astype(np.float64)


def _numbered(x: np.ndarray) -> list[str]:
    return [f"x{i}" for i in range(x.shape[1] if x.ndim == 2 else 1)]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _check(x: Float[np.ndarray, "time variable"], names: Sequence[str]) -> None:
    samples, columns = x.shape
    if columns == 0 or columns > samples:
        raise ValueError(
            f"found {samples} rows of {columns} columns: rows are samples and columns are "
            "variables, so transpose it"
        )
    if samples < MINIMUM_SAMPLES:
        raise ValueError(f"found {samples} samples: give at least {MINIMUM_SAMPLES}")
    if len(set(names)) != len(names):
        raise ValueError(f"found columns of the same name ({', '.join(names)}): rename them")
    bad = np.argwhere(~np.isfinite(x))
    if len(bad):
        row, column = bad[0]
        raise ValueError(
            f"found {len(bad)} values that are NaN or infinite, the first in sample {row} of "
            f"variable {names[column]!r} (counted from 0): cut the series there or fill the gaps"
        )
    for name, values in zip(names, x.T, strict=True):
        rise = np.diff(values)
        if np.ptp(values) == 0:
            raise ValueError(f"variable {name!r} is constant ({values[0]:g}): remove it")
        if np.allclose(rise, rise.mean(), rtol=1e-3, atol=0):
            raise ValueError(
                f"variable {name!r} only counts time, in steps of {rise.mean():g}: remove it and "
                "set dt of the series instead"
            )
