"""Series from files of one's own, one row per sample: text, NumPy, NetCDF, MATLAB, and others.

What cannot be read is refused here, and what cannot be a series in `tausweep.series.outside`: in
one line that names the file, what was found in it and what to do, because a gap or a constant
column would surface much later as a NaN.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import xarray as xr

from tausweep.series.files import arrow, csv, edf, mat, netcdf, npy, roles
from tausweep.series.files.boundary import Refused, one_line
from tausweep.series.files.table import Table
from tausweep.series.settings import File

READERS: dict[str, Callable[[Path, File], Table]] = {
    ".npy": npy.read,
    **dict.fromkeys((".csv", ".tsv", ".txt", ".dat", ".asc"), csv.read),
    **dict.fromkeys((".nc", ".nc4", ".cdf"), netcdf.read),
    ".mat": mat.read,
    ".edf": edf.read,
    **dict.fromkeys((".parquet", ".feather"), arrow.read),
}
"""How each kind of file is read."""


def read(path: str | Path, own: File) -> xr.Dataset:
    """Read the columns that `own` names from a file.

    Returns
    -------
    Dataset
        `x` (time, variable) as found, NaN where a value is missing; `variable` holds the names in
        the file, or x0, x1, …; where there are time stamps, `stamp` (time), numbers or dates;
        attr `read_as`, JSON: what was taken for what.

    Raises
    ------
    ValueError
        If the file is missing, of another kind, too large, or not a table of numbers.
    """
    path = Path(path)
    if path.suffix.lower() not in READERS:
        raise ValueError(
            f"{path}: found a file of kind {path.suffix or 'unknown'!r}: save it as one of "
            f"{', '.join(READERS)}"
        )
    table = READERS[path.suffix.lower()](path, own)
    try:
        raw = roles.assign(table, own)
    except Refused as error:
        raise ValueError(f"{path}: {one_line(str(error))}") from None
    names = raw["variable"].values.tolist()
    raw["x"] = raw["x"].where(~raw["x"].isin(own.missing)) if own.missing else raw["x"]
    said = json.loads(raw.attrs["read_as"]) | {"missing": int(np.isnan(raw["x"]).sum())}
    return raw.assign_attrs(
        subject="own data",
        description=f"own data of {len(names)} variables: {', '.join(names)}",
        system="file",
        parameters="{}",
        read_from=str(path),
        read_as=json.dumps(said, ensure_ascii=False),
    )
