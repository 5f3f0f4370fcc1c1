"""Files of MATLAB up to version 7: a matrix, or vectors of one length side by side."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tausweep.series.files import child, table
from tausweep.series.files.boundary import Refused, reading, some
from tausweep.series.files.table import Table

if TYPE_CHECKING:  # it is read in a process of its own, which starts the faster
    from tausweep.series.settings import File

KINDS = {
    *("double", "single", "int8", "int16", "int32", "int64"),
    *("uint8", "uint16", "uint32", "uint64"),
}
"""Classes of MATLAB that are numbers."""
CLOCKS = ("t", "time", "times")
"""Names of vectors that are the time of a matrix of as many rows."""


def read(path: Path, own: File) -> Table:
    """Read the variable that `own` names, or all vectors.

    Raises ValueError, one line.
    """
    found: Table = child.call(tabulate, path, own.variable, own.time)
    return found


def tabulate(path: Path, variable: str | None, time: str | None) -> Table:
    """Read it, here: what it unpacks may take any amount of memory.

    Raises ValueError, one line.
    """
    import scipy.io  # here: whoever reads other files need not wait for it

    with reading(path, "a whole .mat file", "write it anew, by MATLAB's save"):
        with path.open("rb") as file:
            if b"MATLAB 7.3 MAT-file" in file.read(128):
                raise Refused(
                    "it is of version 7.3, which is HDF5: save it by MATLAB's save(…, '-v7'), or "
                    "as .csv"
                )
        arrays = {
            name: tuple(shape)
            for name, shape, kind in scipy.io.whosmat(path)
            if kind in KINDS and math.prod(shape) > 1
        }
        if variable is not None and variable not in arrays:
            raise Refused(
                f"variable names {variable!r}, but the file holds {_described(arrays) or 'none'}"
            )
        clock = next(
            (n for n in arrays if n == time or (time is None and n.lower() in CLOCKS)), None
        )
        matrices = [n for n, shape in arrays.items() if min(shape) > 1] or list(arrays)
        if clock in matrices or max(arrays.get(clock or "", (0,))) != arrays[matrices[0]][0]:
            clock = None
        chosen = [n for n in arrays if n != clock] if variable is None else [variable]
        lengths = {max(arrays[name]) for name in chosen}
        vectors = all(len(arrays[n]) == 2 and min(arrays[n]) == 1 for n in chosen)
        if not chosen or (len(chosen) > 1 and not (vectors and len(lengths) == 1)):
            raise Refused(
                f"found {len(chosen)} arrays that may be the series, {_described(arrays)}: set "
                "variable to one of them"
                if chosen
                else "found no array of numbers: save one of (time, variable)"
            )
        for name in chosen:
            table.check_shape(arrays[name])
        table.check_shape((max(lengths), len(chosen)))
        held = scipy.io.loadmat(path, variable_names=[*chosen, *([clock] if clock else [])])
        if len(chosen) == 1 and not vectors:
            found = table.of_array(np.asarray(held[chosen[0]]))
        else:
            lines = [table.numbers(np.ravel(held[name])) for name in chosen]
            found = table.of_array(np.concatenate(lines, axis=1), chosen)
        if clock is not None:
            found.columns[clock] = np.ravel(held[clock]).astype(np.float64)
            found.clock = clock
        return found


def _described(arrays: dict[str, tuple[int, ...]]) -> str:
    return some([f"{name} ({' × '.join(map(str, shape))})" for name, shape in arrays.items()])
