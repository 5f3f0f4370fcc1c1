"""Series from files of one's own: .npy, .csv and .nc, one row per sample.

What cannot be read is refused here, and what cannot be a series in `tausweep.series.outside`: in
one line that names the file, what was found in it and what to do, because a gap or a constant
column would surface much later as a NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import xarray as xr

from tausweep.series.files import csv, netcdf, npy
from tausweep.series.settings import File

READERS: dict[str, Callable[[Path, File], xr.Dataset]] = {
    ".npy": npy.read,
    ".csv": csv.read,
    ".nc": netcdf.read,
}
"""How each kind of file is read."""


def read(path: str | Path, own: File) -> xr.Dataset:
    """Read the columns that `own` names from a file.

    Returns
    -------
    Dataset
        `x` (time, variable) as found, NaN where a value is missing; `variable` holds the names in
        the file, or x0, x1, …; where `own.time` is set, `stamp` (time), numbers or dates.

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
    raw = READERS[path.suffix.lower()](path, own)
    names = raw["variable"].values.tolist()
    raw["x"] = raw["x"].where(~raw["x"].isin(own.missing)) if own.missing else raw["x"]
    return raw.assign_attrs(
        subject="own data",
        description=f"own data of {len(names)} variables: {', '.join(names)}",
        system="file",
        parameters="{}",
        read_from=str(path),
    )
