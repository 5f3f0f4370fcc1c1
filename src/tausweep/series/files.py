"""Series from files of one's own: .npy, .csv and .nc, one row per sample.

What cannot be read is refused here, and what cannot be a series in `tausweep.series.outside`: in
one line that names the file, what was found in it and what to do, because a gap or a constant
column would surface much later as a NaN.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Shaped

from tausweep.series.settings import File

NOTHING = frozenset({"", "NA", "N/A", "NaN", "nan", "NULL", "null"})
"""How a CSV may say that a value is missing."""


def read(path: str | Path, cell: File) -> xr.Dataset:
    """Read the columns that `cell` names from a file.

    Returns
    -------
    Dataset
        `x` (time, variable) as found, NaN where a value is missing; `variable` holds the names in
        the file, or x0, x1, …; where `cell.time` is set, `stamp` (time), numbers or dates.

    Raises
    ------
    ValueError
        If the file is missing, of another kind, or not a table of numbers.
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
        raw = READERS[path.suffix.lower()](path, cell)
    except (ValueError, OSError) as error:
        raise ValueError(f"{path}: {' '.join(str(error).split())}") from None
    names = raw["variable"].values.tolist()
    raw["x"] = raw["x"].where(~raw["x"].isin(cell.missing)) if cell.missing else raw["x"]
    return raw.assign_attrs(
        title="Series: own data",
        description=f"own data of {len(names)} variables: {', '.join(names)}",
        system="file",
        parameters="{}",
        read_from=str(path),
    )


def read_csv(
    file: IO[bytes],
    *,
    columns: Sequence[str] = (),
    time: str | None = None,
    time_format: str | None = None,
) -> xr.Dataset:
    """Read columns of a table of numbers: of any delimiter, with a header or without.

    Text that is not UTF-8 is read as Latin-1.

    Raises ValueError where it is no table of numbers, or has no such column.
    """
    content = file.read()
    try:
        encoding = "utf-8-sig"
        content.decode(encoding)
    except UnicodeDecodeError:
        encoding = "latin-1"
    layout = _layout(io.TextIOWrapper(io.BytesIO(content), encoding, newline=""))
    names = layout.names
    wanted = _wanted(names, columns, time)
    try:
        table = pd.read_csv(
            io.BytesIO(content),
            sep=layout.delimiter,
            decimal="," if layout.comma else ".",
            header=None,
            skiprows=layout.skip,
            names=range(len(names)),
            na_values=sorted(NOTHING),
            keep_default_na=False,
            skipinitialspace=True,
            encoding=encoding,
            low_memory=False,
        )
    except pd.errors.ParserError as error:
        raise ValueError(
            f"not a table ({str(error).split(': ', 1)[-1].strip()}): give all rows as many columns"
        ) from None
    data = {name: table[names.index(name)] for name in wanted}
    stamp = None if time is None else _dates_or_numbers(data.pop(time), time, time_format)
    x = np.stack([_numbers(column, name) for name, column in data.items()], axis=1)
    return _raw(x, list(data), stamp)


class _Layout(NamedTuple):
    """How a CSV is written."""

    delimiter: str
    comma: bool
    """Whether decimals come after a comma."""
    names: list[str]
    skip: int
    """Lines before the first row of data."""


def _layout(lines: Iterable[str]) -> _Layout:
    """Find out how a CSV is written from its first lines."""
    head = [line.strip("\r\n") for line in itertools.islice(lines, 100)]
    first = next((i for i, line in enumerate(head) if line.strip() and line[0] != "#"), None)
    if first is None:
        raise ValueError("found no rows of numbers: one row per sample, separated by commas")
    delimiter = next((d for d in ";\t," if _split(head[first], d)[1:]), ",")
    rows = [_split(line, delimiter) for line in head[first:] if line.strip()]
    comma = delimiter != "," and any(re.fullmatch(COMMA, c.strip()) for r in rows for c in r)
    header = not all(_is_entry(entry, comma) for entry in rows[0])
    if header and len(rows) == 1:
        raise ValueError("found no rows of numbers below the header: one row per sample")
    width = len(rows[int(header)])
    names = _numbered(width)
    comment = _split(head[first - 1].lstrip("# "), delimiter) if first else []
    if header or len(comment) == width:  # numpy.savetxt writes names as a comment
        names = [name.strip() for name in (rows[0] if header else comment)]
    if len(names) != width:
        raise ValueError(
            f"found {len(names)} names in the header row and {width} columns below it: "
            "give every column a name"
        )
    return _Layout(delimiter, comma, names, first + int(header))


def _read_csv(path: Path, cell: File) -> xr.Dataset:
    with path.open("rb") as file:
        return read_csv(file, columns=cell.columns, time=cell.time, time_format=cell.time_format)


def _read_npy(path: Path, cell: File) -> xr.Dataset:
    try:
        x = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError):
        raise ValueError("not a whole .npy file of numbers: write it with numpy.save") from None
    x = _table(x)
    names = _numbered(x.shape[1])
    wanted = _wanted(names, cell.columns, cell.time)
    stamp = None if cell.time is None else x[:, names.index(cell.time)]
    kept = [name for name in wanted if name != cell.time]
    return _raw(x[:, [names.index(name) for name in kept]], kept, stamp)


def _read_netcdf(path: Path, cell: File) -> xr.Dataset:
    with xr.open_dataset(path, engine="netcdf4", decode_timedelta=False) as file:
        table = _netcdf_table(file, cell.variable)
        if "time" in table.dims:
            table = table.transpose("time", ...)
        x = _table(table.values)
        names = _numbered(x.shape[1])
        if table.ndim == 2 and table.dims[1] in table.coords:
            names = [str(name) for name in table[table.dims[1]].values]
        elif table.ndim == 1:
            names = [str(table.name)]
        stamp = None
        if cell.time is not None:
            if cell.time not in file.variables or file[cell.time].dims != table.dims[:1]:
                along = [str(n) for n, v in file.variables.items() if v.dims == table.dims[:1]]
                raise ValueError(
                    f"time names {cell.time!r}, but along {table.dims[0]!r} there are only "
                    f"{', '.join(along) or 'no variables'}"
                )
            stamp = file[cell.time].values
            if stamp.dtype.kind not in "fiuM":
                raise ValueError(
                    f"time stamps {cell.time!r} are of type {stamp.dtype}: give numbers, or dates "
                    "of the standard calendar"
                )
        kept = [name for name in _wanted(names, cell.columns, None) if name != cell.time]
        raw = _raw(x[:, [names.index(name) for name in kept]], kept, stamp)
        return raw.assign_attrs(units=str(table.attrs.get("units", "1")))


def _netcdf_table(file: xr.Dataset, variable: str | None) -> xr.DataArray:
    """The variable of a file that is the series, or its series of one dimension side by side."""
    numbers = {str(n): v for n, v in file.data_vars.items() if v.dtype.kind in "fiu"}
    if variable is not None:
        if variable not in numbers:
            raise ValueError(
                f"variable names {variable!r}, but the file holds {', '.join(numbers) or 'none'}"
            )
        return numbers[variable]
    tables = [v for v in numbers.values() if v.ndim == 2]
    if len(tables) == 1:
        return tables[0]
    if tables:
        raise ValueError(
            f"found {len(tables)} variables of two dimensions "
            f"({', '.join(str(t.name) for t in tables)}): set variable to one of them"
        )
    lines = [v for v in numbers.values() if v.ndim == 1]
    if not lines or len({v.dims for v in lines}) > 1:
        raise ValueError(
            f"found {len(lines)} variables of one dimension and none of two, (time, variable): "
            "set variable to one of them, or put all along one dimension"
        )
    units = {str(v.attrs.get("units", "1")) for v in lines}
    names = [str(v.name) for v in lines]
    together = np.stack([v.values.astype(np.float64) for v in lines], axis=1)
    dim = lines[0].dims[0]
    attrs = {"units": units.pop() if len(units) == 1 else "various"}
    return xr.DataArray(together, {"variable": names}, (dim, "variable"), attrs=attrs)


READERS: dict[str, Callable[[Path, File], xr.Dataset]] = {
    ".npy": _read_npy,
    ".csv": _read_csv,
    ".nc": _read_netcdf,
}
"""How each kind of file is read."""

COMMA = r"[+-]?\d*,\d+([eE][+-]?\d+)?"
"""A number with a decimal comma."""

DATE = r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([T ].*)?"
"""What looks like a date."""


def _raw(
    x: np.ndarray, names: Sequence[str], stamp: Shaped[np.ndarray, " time"] | None
) -> xr.Dataset:
    raw = xr.Dataset({"x": (("time", "variable"), x)}, coords={"variable": list(names)})
    if stamp is None:
        return raw
    kind = np.dtype("datetime64[us]") if stamp.dtype.kind == "M" else np.dtype(np.float64)
    with np.errstate(all="ignore"):
        return raw.assign_coords(stamp=("time", stamp.astype(kind)))


def _wanted(names: list[str], columns: Sequence[str], time: str | None) -> list[str]:
    """The columns to read, `time` among them; all where none are named."""
    for what, name in [("time", time), *(("columns", name) for name in columns)]:
        if name is not None and name not in names:
            raise ValueError(f"{what} names {name!r}, but the columns are {', '.join(names)}")
    wanted = [*([] if time is None else [time]), *columns] if columns else list(names)
    if len(set(wanted)) < len(wanted) or any(names.count(name) > 1 for name in wanted):
        raise ValueError(f"found columns of the same name ({', '.join(names)}): rename them")
    return wanted


def _dates_or_numbers(
    column: pd.Series, name: str, time_format: str | None
) -> Shaped[np.ndarray, " time"]:
    if time_format is None and pd.api.types.is_numeric_dtype(column):
        return np.asarray(column, dtype=np.float64)
    how = time_format or "ISO8601"
    dates = pd.to_datetime(column.astype(str), format=how, errors="coerce", utc=True)
    wrong = (dates.isna() & column.notna()).to_numpy()
    if wrong.any():
        row = int(np.argmax(wrong))
        expected = "ISO 8601, as 2009-12-31T23:50" if time_format is None else repr(time_format)
        raise ValueError(
            f"time stamps {name!r} must be numbers or dates ({expected}), found "
            f"{str(column[row])!r} in row {row} (counted from 0): correct it, or set time_format"
        )
    return np.asarray(dates.dt.tz_localize(None))


def _numbers(column: pd.Series, name: str) -> np.ndarray:
    """A column as numbers; what is text in it is named."""
    if pd.api.types.is_numeric_dtype(column) and column.dtype != bool:
        return np.asarray(column, dtype=np.float64)
    wrong = (pd.to_numeric(column, errors="coerce").isna() & column.notna()).to_numpy()
    row = int(np.argmax(wrong))
    text = str(column[row])
    remedy = f"set time: {name}" if re.fullmatch(DATE, text) else "correct it"
    raise ValueError(
        f"not a table of numbers: found {text!r} in row {row} (counted from 0) of column {name!r}: "
        f"{remedy}, or leave the column out by columns"
    )


def _split(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))


def _is_entry(text: str, comma: bool) -> bool:
    """Whether this stands in a row of data, and not in a header."""
    text = text.strip()
    if text in NOTHING or re.fullmatch(DATE, text):
        return True
    try:
        float(text.replace(",", ".") if comma else text)
    except ValueError:
        return False
    return True


def _table(x: np.ndarray) -> np.ndarray:
    """Two-dimensional array of numbers; a single variable may come without its axis."""
    if x.dtype.kind not in "fiu":
        raise ValueError(f"found values of type {x.dtype}: save real numbers")
    if x.ndim not in (1, 2):
        raise ValueError(f"found an array of shape {x.shape}: save it as (time, variable)")
    return x.reshape(len(x), -1).astype(np.float64)


def _numbered(columns: int) -> list[str]:
    return [f"x{i}" for i in range(columns)]
