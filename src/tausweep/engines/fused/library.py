"""The compiled libraries: which can run here, which cells they know, and how they are called.

The C sources beside this file are compiled once per instruction set when the package is installed;
which one is used is decided here, when it runs, so that what was installed on one machine of a
cluster runs on all of them.
"""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import os
from collections.abc import Mapping
from ctypes import POINTER, Structure, c_char_p, c_double, c_int32, c_int64, c_void_p
from dataclasses import dataclass
from typing import TypeVar

from tausweep.models.rnn.layout import Layout

Row = TypeVar("Row", bound=Structure)

ALIGNMENT = 64
"""Of vectors in memory, in bytes."""

INITIAL = {"forced": 0, "zero": 1, "carried": 2}
"""`enum initial` of fused.h."""

PARAMETERS = ("A", "W", "C", "b", "b2", "B")
"""What the C side calls parameters."""

FUNCTIONS = ("fields", "cells", "processor", "workspace", "pass", "orbit")
"""What a library gives out, each by this name after `tausweep_`."""

INSTRUCTIONS = {"avx512": "avx512", "avx2": "avx2", "generic": "default"}
"""Sets of instructions that libraries are compiled for, each a part of the one before, and what
torch's variable ATEN_CPU_CAPABILITY calls them."""


class Cell(Structure):
    """`struct cell` of fused.h: what the C side knows of a recurrent cell."""

    _fields_ = [
        *((name, c_char_p) for name in ("name", "A", "W", "C", "b", "b2")),
        *((name, c_int32) for name in ("gates", "memory", "kept", "apart", "alone", "direct")),
    ]

    def parameters(self, layout: Layout) -> dict[str, tuple[str, tuple[int, ...]]]:
        """Names in Python and shapes of the parameters of a model, by their names in C."""
        M, N, K, rows = layout.latent, layout.variables, layout.channels, self.gates * layout.latent
        shapes = {"A": (M,), "W": (rows, M), "C": (rows, K), "b": (rows,), "b2": (rows,)}
        named = {theirs: getattr(self, theirs) for theirs in shapes if K or theirs != "C"}
        own = {theirs: (ours.decode(), shapes[theirs]) for theirs, ours in named.items() if ours}
        return {**own, "B": ("B", (N, M))}


class Model(Structure):
    """`struct model` of fused.h."""

    _fields_ = [
        *((name, c_int32) for name in ("cell", "latent", "variables", "channels")),
        *((name, c_int64) for name in ("size", *PARAMETERS)),
    ]


class PassCall(Structure):
    """`struct pass` of fused.h."""

    _fields_ = [
        ("model", Model),
        *((name, c_int32) for name in ("members", "sequences", "groups", "initial", "threads")),
        ("member_stride", c_int64),
        *((name, c_void_p) for name in ("theta", "gradient", "x", "s", "starts")),
        *((name, c_void_p) for name in ("offsets", "steps", "state", "last")),
        ("scale", c_double),
        *((name, c_void_p) for name in ("loss", "workspace")),
    ]


class OrbitCall(Structure):
    """`struct orbit` of fused.h."""

    _fields_ = [
        ("model", Model),
        *((name, c_int32) for name in ("members", "steps", "threads")),
        *((name, c_void_p) for name in ("theta", "state", "s", "z", "failed")),
    ]


STRUCTURES: dict[str, type[Structure]] = {
    "cell": Cell, "model": Model, "pass": PassCall, "orbit": OrbitCall,
}  # fmt: skip
"""By their names in C."""


class Field(Structure):
    """`struct field` of fields.h: where a member of a structure is, in bytes."""

    _fields_ = [("structure", c_char_p), ("name", c_char_p), ("offset", c_int64), ("size", c_int64)]


@dataclass(frozen=True)
class Library:
    """A compiled library, and the cells that it knows by the names of their classes."""

    calls: ctypes.CDLL
    cells: dict[str, Cell]

    def lacks(self, layout: Layout) -> str | None:
        """Why models of this layout cannot be run by it, if so."""
        name = type(layout.cell).__name__
        if name not in self.cells:
            return f"it has no {name}"
        cell = self.cells[name]
        expected = dict(cell.parameters(layout).values())
        if (expected, cell.memory) != (layout.shapes, layout.cell.memory):
            return (
                f"its {name} has parameters {expected} and memory {cell.memory}, "
                f"not {layout.shapes} and {layout.cell.memory}"
            )
        return None

    def model(self, layout: Layout) -> Model:
        """What the C side is told about a model of a layout that it does not lack."""
        name = type(layout.cell).__name__
        parameters = self.cells[name].parameters(layout)
        places = {theirs: layout.offsets[ours] for theirs, (ours, _) in parameters.items()}
        return Model(
            list(self.cells).index(name), layout.latent, layout.variables, layout.channels,
            layout.size, *(places.get(theirs, -1) for theirs in PARAMETERS),
        )  # fmt: skip


@functools.cache
def load(path: str) -> Library:
    """The library in this file.

    Raises
    ------
    ValueError
        Its structures are not those above: it was compiled from other sources.
    """
    calls = ctypes.CDLL(path)
    there = all(hasattr(calls, f"tausweep_{name}") for name in FUNCTIONS)
    if wrong := differences(calls, STRUCTURES) if there else ["all of it"]:
        raise ValueError(
            f"{path} was not compiled from the sources of this tausweep ({', '.join(wrong)} "
            "differ): install tausweep again, in its directory by `pip install -e .`"
        )
    calls.tausweep_workspace.restype = c_int64
    calls.tausweep_processor.restype = c_char_p
    return Library(calls, {cell.name.decode(): cell for cell in _rows(calls, "cells", Cell)})


def differences(calls: ctypes.CDLL, structures: Mapping[str, type[Structure]]) -> list[str]:
    """Members of structures whose place or size is not the same in C and in Python."""
    theirs = {
        (row.structure.decode(), row.name.decode(), row.offset, row.size)
        for row in _rows(calls, "fields", Field)
    }
    ours = {(name, "", 0, ctypes.sizeof(structure)) for name, structure in structures.items()}
    for name, structure in structures.items():
        for member in (field[0] for field in structure._fields_):
            place = getattr(structure, member)
            ours.add((name, member, place.offset, place.size))
    return sorted({f"{structure}.{member}" for structure, member, *_ in ours ^ theirs})


def _rows(calls: ctypes.CDLL, table: str, row: type[Row]) -> list[Row]:
    """The rows of a table that the C side gives out."""
    count, function = c_int32(), getattr(calls, f"tausweep_{table}")
    function.restype = POINTER(row)
    return list(function(ctypes.byref(count))[: count.value])


@functools.cache
def available() -> list[str]:
    """Instruction sets that this processor has and a library was compiled for, the best first."""
    return [name for name in _understood() if path_of(name) is not None]


def _understood() -> list[str]:
    """What this processor can run, which the user can lower by the variable that lowers torch too.

    The library that runs everywhere says it; without that one, nothing was compiled.
    """
    if path_of("generic") is None:
        return []
    best = of("generic").calls.tausweep_processor().decode()
    names = list(INSTRUCTIONS)
    able = names[names.index(best) :]
    wanted = os.environ.get("ATEN_CPU_CAPABILITY")
    place = next((i for i, name in enumerate(able) if INSTRUCTIONS[name] == wanted), 0)
    return able[place:]


def of(instructions: str) -> Library:
    """The library for an instruction set that is available."""
    path = path_of(instructions)
    if path is None:
        raise ValueError(f"engine 'fused' was not compiled for {instructions!r}: {available()} are")
    return load(path)


def path_of(instructions: str) -> str | None:
    """The file of the library compiled for an instruction set, if there is one."""
    spec = importlib.util.find_spec(f"{__package__}._{instructions}")
    return spec.origin if spec else None
