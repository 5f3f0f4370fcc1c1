"""Settings of series: simulated, read from files of one's own, or published by others."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, StringConstraints, field_validator, model_validator

from tausweep.settings import Float, Name, NaturalInt, PositiveFloat, Settings
from tausweep.systems.registry import SimulatedSeries

TEXT = (".csv", ".tsv", ".txt", ".dat", ".asc")
"""How names of tables of text end."""
HOLD_SEVERAL = (".nc", ".nc4", ".cdf", ".mat")
"""And of files that may hold several tables."""


ENDINGS = (*TEXT, ".npy", *HOLD_SEVERAL, ".edf", ".parquet", ".feather")
"""And of all files that are read."""


class Table(Settings):
    """What series of measured columns share."""

    columns: list[str] = []
    """Columns to keep, by their names. Default: all."""
    inputs: list[str] = []
    """Those of them that are external inputs: given to models, not learned."""
    fill: Literal["interpolate", "longest"] | None = None
    """What to do where samples are missing. Default: the series is refused. `interpolate`: gaps of
    at most `max_gap` samples are filled linearly, and a longer one is refused. `longest`: such gaps
    are filled as well, and of the pieces between longer ones the longest is kept."""
    max_gap: NaturalInt = 0
    """Longest gap that is interpolated over, in samples."""

    @model_validator(mode="after")
    def _table(self) -> Self:
        if self.fill == "interpolate" and not self.max_gap:
            raise ValueError("fill: interpolate needs max_gap, the longest gap to fill, in samples")
        for name in self.inputs:
            if self.columns and name not in self.columns:
                raise ValueError(f"inputs names {name!r}, which columns leaves out: add it there")
        return self


class File(Table):
    """A series read from a file of one's own, one row per sample.

    Kinds, by the end of the name: text (.csv, .tsv, .txt, .dat, .asc), NumPy (.npy), NetCDF (.nc,
    .nc4, .cdf), MATLAB (.mat), EDF (.edf), and, where pyarrow is installed, .parquet and .feather.
    How text is written is found on all of it. Columns are named as in the file, or x0, x1, ….
    """

    place: ClassVar[frozenset[str]] = frozenset({"path"})
    version: ClassVar[int | None] = 1  # headers of numbers, clocks, months and years are recognised

    system: Literal["file"]
    path: str
    """Where the file is, relative to the directory Snakemake runs in. The key of the series is
    made from the file's content, not from this path."""
    dt: PositiveFloat | None = None
    """Sampling interval, in units of time. Default: found from the column of time, or else 1. Where
    it is set, a column of time is left out."""
    time_unit: str = "1"
    """Unit of time, as the figures and files name it. Dates are counted in it: us, ms, s, min, h,
    day, month or year. Default: as the file says, or one that suits the dates."""
    time: str | None = None
    """Name of a column or coordinate of time stamps: numbers in the unit of time, or dates (ISO
    8601, or in `time_format`). Stamps must be regular, gaps are told, and both can be mended.
    Default: the column that holds dates or is named as time is, or the first if it rises evenly."""
    time_format: str | None = None
    """How dates are written in text, in the letters of strptime, as %d.%m.%Y %H:%M."""
    separator: Literal[",", ";", "|", "tab", "space"] | None = None
    """What stands between columns of text. Default: found from all rows."""
    decimal: Literal[".", ","] | None = None
    """Decimal mark of text. Default: found from all rows."""
    header: bool | None = None
    """Whether names stand above the columns of text. Default: found from all rows."""
    variable: str | None = None
    """Name of the variable to take from a .nc or .mat file that holds several; `group/name` for one
    in a group."""
    missing: list[Float] = []
    """Numbers that stand for missing values, as -9999. Empty cells, NaN, NA, null and - always
    do."""
    resample: PositiveFloat | None = None
    """Sampling interval to interpolate onto, linearly, in units of time: for irregular stamps.
    Never over more than `max_gap` samples missing at the file's own (median) interval."""

    @model_validator(mode="after")
    def _clock(self) -> Self:
        if self.time is None:
            if self.time_format is not None:
                raise ValueError("time_format needs time, the name of the column of time stamps")
            if self.resample is not None and self.dt is not None:
                raise ValueError("resample needs time stamps: give it or dt")
        elif self.dt is not None:
            raise ValueError("give either dt or time, which it would be found from")
        elif self.time in self.inputs + self.columns:
            raise ValueError(f"time and another setting both name column {self.time!r}")
        if self.resample is not None and not self.max_gap:
            raise ValueError("resample needs max_gap, the longest gap to interpolate, in samples")
        if self.resample is not None and self.fill == "interpolate":
            raise ValueError("resample interpolates already: fill may only be longest beside it")
        if self.variable is not None and not self.path.lower().endswith(HOLD_SEVERAL):
            raise ValueError(
                "variable is for .nc and .mat files: name columns of others by columns"
            )
        for name in ("separator", "decimal", "header"):
            if getattr(self, name) is not None and not self.path.lower().endswith(TEXT):
                raise ValueError(f"{name} is for files of text ({', '.join(TEXT)})")
        return self


class Published(Settings):
    """Series of data that others publish, downloaded once, unchanged ever after.

    Each file's SHA-256 is kept in checksums.txt beside it when it is first used, and checked at
    every use. The key of the series is made from the files' published names, not from where they
    come from or lie.
    """

    place: ClassVar[frozenset[str]] = frozenset({"url", "directory"})

    url: Annotated[str, StringConstraints(pattern=r"^https?://")]
    """Where the files are published; a mirror's address, if need be."""
    directory: str
    """Where the files are kept, relative to the directory Snakemake runs in. Those that are there,
    put by hand if need be, are not downloaded."""

    def files(self) -> list[str]:
        """Names of the files, relative to `url`."""
        raise NotImplementedError


class Weather(Published, Table):
    """Weather at Jena every ten minutes, from the Max Planck Institute for Biogeochemistry."""

    system: Literal["weather"]
    site: Name = "mpi_roof"
    """The station, as the archives' names begin: mpi_roof or mpi_saale."""
    first: str = "2009a"
    """First archive: a year, or its first (a) or second half (b)."""
    last: str = "2016b"
    """Last archive, likewise. From 2024 on, archives are of whole years."""
    columns: list[str] = ["T (degC)"]
    """Columns to keep, by their names, units included: p (mbar), rh (%), …. Empty: all
    of the first archive."""
    fill: Literal["interpolate", "longest"] | None = "longest"
    max_gap: NaturalInt = 6
    """Longest gap that is interpolated over, in samples of ten minutes."""
    url: Annotated[str, StringConstraints(pattern=r"^https?://")] = (
        "https://www.bgc-jena.mpg.de/wetter"
    )
    directory: str = "data/weather"

    @field_validator("first", "last")
    @classmethod
    def _period(cls, period: str) -> str:
        if not re.fullmatch(r"(19|20)\d\d[ab]?", period):
            raise ValueError(f'must be a year or half of it, as "2009a", found {period!r}')
        return period

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.files():
            raise ValueError(
                f"no archive lies between first {self.first!r} and last {self.last!r}: halves are "
                "named a and b, and from 2024 on archives are of whole years"
            )
        return self

    def files(self) -> list[str]:
        """Names of the archives, relative to `url`."""
        halves = [
            f"{year}{half}"
            for year in range(int(self.first[:4]), int(self.last[:4]) + 1)
            for half in (("a", "b") if year < 2024 else ("",))
        ]
        last = self.last if self.last[4:] else f"{self.last}b"
        return [f"{self.site}_{half}.zip" for half in halves if self.first <= half <= last]


class Eeg(Published):
    """EEG of volunteers who move or imagine it: BCI2000 (Schalk et al. 2004), from PhysioNet."""

    system: Literal["eeg"]
    subject: Annotated[int, Strict(), Field(ge=1, le=109)] = 1
    run: Annotated[int, Strict(), Field(ge=1, le=14)] = 1
    """1 and 2: at rest, eyes open and closed, one minute each; 3 to 14: tasks, two minutes."""
    channels: list[str] = []
    """Electrodes to keep, as Cz or Fp1. Default: all 64."""
    url: Annotated[str, StringConstraints(pattern=r"^https?://")] = (
        "https://physionet.org/files/eegmmidb/1.0.0"
    )
    directory: str = "data/eeg"

    def files(self) -> list[str]:
        """Name of the recording, relative to `url`."""
        subject = f"S{self.subject:03d}"
        return [f"{subject}/{subject}R{self.run:02d}.edf"]


OutsideSeries = File | Weather | Eeg


Series = Annotated[SimulatedSeries | OutsideSeries, Field(discriminator="system")]
