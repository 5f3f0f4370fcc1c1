"""Weather at Jena: the archives of the Max Planck Institute for Biogeochemistry.

Each archive is a ZIP file with one CSV in Latin-1, of one row for every ten minutes. Its first
column is "Date Time", as 31.12.2009 23:50:00; the others and their order differ between years; a
missing value is -9999. Rows are now and then missing, or there twice.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import xarray as xr

from tausweep.series import checksums, files
from tausweep.series.settings import Weather

TIME, TIME_FORMAT, MISSING = "Date Time", "%d.%m.%Y %H:%M:%S", -9999.0


def read(paths: Sequence[str], cell: Weather) -> xr.Dataset:
    """Read archives, one after the other.

    Returns
    -------
    Dataset
        `x` (time, variable), NaN where a value is missing, and `stamp` (time), dates, as they come,
        but for those that are no full ten minutes: how many is in `samples_off_clock`.

    Raises
    ------
    ValueError
        An archive is damaged, is not the one that was recorded, or lacks a column.
    """
    digests = {Path(path).name: checksums.verify(Path(path)) for path in paths}
    first = _archive(Path(paths[0]), cell.columns)
    names = first["variable"].values.tolist()
    raw = xr.concat([first, *(_archive(Path(path), names) for path in paths[1:])], "time")
    on_clock = raw["stamp"].values.astype("datetime64[s]").astype(int) % 600 == 0
    off = {"samples_off_clock": int((~on_clock).sum())} if not on_clock.all() else {}
    units = {match[1] for name in names if (match := re.search(r"\((.*)\)$", name))}
    raw = raw.isel(time=on_clock)
    return raw.where(raw != MISSING).assign_attrs(
        off,
        title=f"Series: weather at Jena, {cell.site}",
        description=f"{', '.join(names)} at Jena, {cell.site}, from {cell.first} to {cell.last}",
        system="weather",
        parameters="{}",
        units=units.pop() if len(units) == 1 else "various",
        citation="Max Planck Institute for Biogeochemistry, Jena: https://www.bgc-jena.mpg.de/wetter",
        raw_files=json.dumps(digests),
        read_from=paths[0] if len(paths) == 1 else f"{paths[0]} … {Path(paths[-1]).name}",
    )


def _archive(path: Path, columns: list[str]) -> xr.Dataset:
    try:
        with zipfile.ZipFile(path) as archive:
            tables = [name for name in archive.namelist() if name.lower().endswith(".csv")]
            if len(tables) != 1:
                raise ValueError(f"found {len(tables)} .csv files in it: there must be one")
            with archive.open(tables[0]) as table:
                return files.read_csv(table, columns=columns, time=TIME, time_format=TIME_FORMAT)
    except zipfile.BadZipFile as error:
        raise ValueError(
            f"{path}: no whole ZIP archive ({error}): delete it, with its line in "
            f"{checksums.FILE}, and run snakemake again"
        ) from None
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
