"""Series as they come: simulated systems, and files of one's own."""

from __future__ import annotations

import xarray as xr

from tausweep.config import File, Series
from tausweep.series import files, simulate

__all__ = ["run"]


def run(cell: Series, raw: xr.Dataset | None = None) -> xr.Dataset:
    """Make a series: simulate it, or put a file's samples on the clock of its settings.

    Parameters
    ----------
    cell
        Settings of one series.
    raw
        What `tausweep.series.files.read` returned, for `system: file`.

    Returns
    -------
    Dataset
        `x` (time, variable); attrs `dt`, `time_unit`, `system`, `parameters`, `description`.
    """
    if not isinstance(cell, File):
        return simulate.run(cell)
    if raw is None:
        raise ValueError("a series of system 'file' needs the content of its file")
    return files.put_on_clock(raw, dt=cell.dt, time_unit=cell.time_unit, inputs=cell.inputs)
