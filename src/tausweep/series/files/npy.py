"""Arrays as numpy saves them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from tausweep.series.files import table
from tausweep.series.files.boundary import Refused, reading
from tausweep.series.files.table import Table
from tausweep.series.settings import File

HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
"""By version of the format; the third is for names of fields, which no table of numbers has."""


def read(path: Path, own: File) -> Table:
    """Read all columns, named x0 and x1.

    Its header is believed only where the file is as long as it says. Nothing is unpickled.

    Raises ValueError, one line.
    """
    with reading(path, "a whole .npy file of numbers", "write it with numpy.save"):
        return table.of_array(_array(path))


def _array(path: Path) -> np.ndarray:
    with path.open("rb") as file:
        version = np.lib.format.read_magic(file)
        if version not in HEADERS:
            raise ValueError(f"of version {version}")
        shape, _, dtype = HEADERS[version](file)
        if dtype.kind not in "fiu":
            raise Refused(f"found values of type {dtype}: save real numbers")
        table.check_shape(shape)
        holds = path.stat().st_size - file.tell()
        if holds < math.prod(shape) * dtype.itemsize:
            raise ValueError(f"{holds} bytes, where its header tells of {dtype} of shape {shape}")
        file.seek(0)
        return np.asarray(np.lib.format.read_array(file, allow_pickle=False))
