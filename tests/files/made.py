"""Files as people have them, made by the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from tausweep.series import stage as series
from tausweep.series.settings import File

N = 200


def cell(path: Path | str = "a.csv", **options: Any) -> File:
    return File.model_validate({"system": "file", "path": str(path), **options})


def series_of(path: Path, **options: Any) -> xr.Dataset:
    """The series that a file becomes."""
    one = cell(path, **options)
    return series.run(one, series.read(one, [str(path)]))


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(ValueError, match=": ") as error:
        series_of(path, **options)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)
    return str(error.value)


def write(
    path: Path, x: np.ndarray, header: str = "", *, first: Any = None, sep: str = ","
) -> Path:
    """A CSV of every digit, perhaps with a column before the others."""
    rows = [[repr(v) for v in row] for row in x.tolist()]
    if first is not None:
        rows = [[str(f), *row] for f, row in zip(first, rows, strict=True)]
    path.write_text(
        "".join(sep.join(row) + "\n" for row in ([header.split(",")] if header else []) + rows)
    )
    return path


def changed(x: np.ndarray, row: Any, column: Any, value: Any) -> np.ndarray:
    x = x.copy()
    x[row, column] = value
    return x
