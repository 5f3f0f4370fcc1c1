"""Series as they come: simulated systems, files of one's own, data that others publish."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr

from tausweep.series.settings import File, OutsideSeries, Series, Weather

__all__ = ["read", "run"]


def run(cell: Series, raw: xr.Dataset | None = None) -> xr.Dataset:
    """Make a series: simulate it, or put samples from outside on the clock of its settings.

    Parameters
    ----------
    cell
        Settings of one series.
    raw
        What `read` returned, for a series from outside.

    Returns
    -------
    Dataset
        `x` (time, variable); attrs `dt`, `time_unit`, `system`, `parameters`, `description`.
    """
    # What each kind of series needs, it imports: a simulated one waits for no reader of files.
    if not isinstance(cell, OutsideSeries):
        from tausweep.series import simulate

        return simulate.run(cell)
    if raw is None:
        raise ValueError(f"a series of system {cell.system!r} needs the content of its files")
    from tausweep.series.outside import put_on_clock

    return put_on_clock(raw, cell)


def read(cell: OutsideSeries, paths: Sequence[str]) -> xr.Dataset:
    """Read the files that a series from outside is made from.

    Raises ValueError, in one line that names the file, where one cannot be read.
    """
    match cell:
        case File():
            from tausweep.series.files import read as files

            return files.read(paths[0], cell)
        case Weather():
            from tausweep.series.published import weather

            return weather.read(paths, cell)
        case _:
            from tausweep.series.published import eeg

            return eeg.read(paths[0], cell)
