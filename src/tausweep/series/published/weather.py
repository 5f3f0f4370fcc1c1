"""Weather at Jena: the archives of the Max Planck Institute for Biogeochemistry.

Each archive is a ZIP file with one CSV in Latin-1, of one row for every ten minutes. Its first
column is "Date Time", as 31.12.2009 23:50:00; the others and their order differ between years; a
missing value is -9999. Rows are now and then missing, or there twice.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import xarray as xr

from tausweep.series import checksums
from tausweep.series.files import csv, roles
from tausweep.series.files.boundary import reading
from tausweep.series.files.bounds import MOST_ARCHIVE, MOST_TEXT, MOST_VALUES
from tausweep.series.settings import File, Weather

TIME, TIME_FORMAT, MISSING = "Date Time", "%d.%m.%Y %H:%M:%S", -9999.0
REMEDY = f"delete it, with its line in {checksums.FILE}, and run snakemake again"


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
    raw = xr.concat(list(_archives(paths, cell.columns)), "time")
    names = raw["variable"].values.tolist()
    on_clock = raw["stamp"].values.astype("datetime64[s]").astype(int) % 600 == 0
    off = {"samples_off_clock": int((~on_clock).sum())} if not on_clock.all() else {}
    units = {match[1] for name in names if (match := re.search(r"\((.*)\)$", name))}
    raw = raw.isel(time=on_clock)
    return raw.where(raw != MISSING).assign_attrs(
        off,
        subject=f"weather at Jena, {cell.site}",
        description=f"{', '.join(names)} at Jena, {cell.site}, from {cell.first} to {cell.last}",
        system="weather",
        parameters="{}",
        units=units.pop() if len(units) == 1 else "various",
        citation="Max Planck Institute for Biogeochemistry, Jena: https://www.bgc-jena.mpg.de/wetter",
        raw_files=json.dumps(digests),
        read_from=paths[0] if len(paths) == 1 else f"{paths[0]} … {Path(paths[-1]).name}",
    )


def _archives(paths: Sequence[str], columns: list[str]) -> Iterator[xr.Dataset]:
    """The tables of archives; those that the first does not have are not read from others."""
    values = 0
    for path in map(Path, paths):
        table = _archive(path, columns)
        columns = table["variable"].values.tolist()
        values += table["x"].size
        if values > MOST_VALUES:
            raise ValueError(
                f"{path}: with it these are {values:,} values, and at most {MOST_VALUES:,} are "
                "read: choose columns, or fewer years"
            )
        yield table


def _archive(path: Path, columns: list[str]) -> xr.Dataset:
    with reading(path, "a whole ZIP archive", REMEDY):
        content = _unpack(path)
    with reading(path, "a table of numbers", REMEDY):
        own = File(
            system="file",
            path=f"{path.stem}.csv",
            columns=columns,
            time=TIME,
            time_format=TIME_FORMAT,
            separator=",",
            decimal=".",
            header=True,
        )
        return roles.assign(csv.parse(content, own), own).drop_attrs()


def _unpack(path: Path) -> bytes:
    """The one table in an archive, whatever size it says it has."""
    if path.stat().st_size > MOST_ARCHIVE:
        raise ValueError(f"it holds more than {MOST_ARCHIVE / 1e6:g} MB")
    with zipfile.ZipFile(path) as archive:
        tables = [one for one in archive.infolist() if one.filename.lower().endswith(".csv")]
        if len(tables) != 1:
            raise ValueError(f"found {len(tables)} .csv files in it, and there must be one")
        if tables[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError("its table is not packed by deflate")
        if tables[0].file_size > MOST_TEXT:
            raise ValueError(f"its table takes more than {MOST_TEXT / 1e6:g} MB")
        with archive.open(tables[0]) as table:
            return table.read(MOST_TEXT + 1)  # no more than that is unpacked, either
