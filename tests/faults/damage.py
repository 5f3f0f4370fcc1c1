"""What can become of a file at rest."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import netCDF4
import numpy as np


def number(path: Path) -> None:
    with netCDF4.Dataset(path, "r+") as file:
        name = next(n for n, v in file.variables.items() if v.dtype.kind == "f" and v.size)
        values = file[name][...]
        values.flat[0] = np.nextafter(values.flat[0], np.inf)
        file[name][...] = values


def attribute(path: Path) -> None:
    with netCDF4.Dataset(path, "r+") as file:
        file.title = "another"


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def swapped(path: Path) -> None:
    """For another result, whole and sealed."""
    other = next(p for p in sorted(path.parent.parent.glob("*/*.nc")) if p.name != path.name)
    path.write_bytes(other.read_bytes())


def gone(path: Path) -> None:
    path.unlink()


def directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGES: tuple[Callable[[Path], None], ...] = (
    *(number, attribute, truncated, empty, swapped, gone, directory, pipe),
)
