"""Published files, as they are, made by the tests."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from tausweep.series import stage as series
from tausweep.series.settings import Eeg, Weather

HEADER = '"Date Time","p (mbar)","T (degC)","rh (%)","SWDR (W/m²)"'


def archive(dates: np.ndarray, x: np.ndarray, header: str = HEADER) -> bytes:
    """An archive as they are published: a CSV in Latin-1, quoted names, German dates."""
    rows = [
        ",".join([date.astype(object).strftime("%d.%m.%Y %H:%M:%S"), *(f"{v:.2f}" for v in row)])
        for date, row in zip(dates, x, strict=True)
    ]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mpi_roof.csv", "\r\n".join([header, *rows, ""]).encode("latin-1"))
    return file.getvalue()


def ten_minutes(first: str, samples: int) -> np.ndarray:
    return np.datetime64(first, "s") + 600 * (1 + np.arange(samples))


def measured(samples: int, seed: int = 0) -> np.ndarray:
    """Four columns with two decimals, as in the archives."""
    return np.round(np.cumsum(np.random.default_rng(seed).normal(size=(samples, 4)), axis=0), 2)


def weather(path: Path, **options: Any) -> Weather:
    settings = {"first": "2009a", "last": "2009b", "directory": str(path), **options}
    return Weather.model_validate({"system": "weather", **settings})


def series_of(cell: Weather | Eeg) -> xr.Dataset:
    paths = [f"{cell.directory}/{Path(name).name}" for name in cell.files()]
    return series.run(cell, series.read(cell, paths))


def eeg(path: Path, **options: Any) -> Eeg:
    return Eeg.model_validate({"system": "eeg", "directory": str(path), **options})


NAMES = ["Fc5", "Cz", "O1"]


def microvolts(samples: int) -> np.ndarray:
    return np.rint(100 * np.random.default_rng(0).normal(size=(samples, 3))) + 0.0
