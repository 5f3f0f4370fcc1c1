"""The compiled engine's two sides: what passes between C and Python, and what is refused there."""

from __future__ import annotations

import ctypes.util
import os
import re
import subprocess
import tomllib
from collections.abc import Callable
from ctypes import Structure, c_int32
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import REPOSITORY

from tausweep.engines.eager import Eager
from tausweep.engines.fused import library
from tausweep.engines.fused.engine import Fused
from tausweep.engines.windows import Data, Pass, cut
from tausweep.models.rnn import cells
from tausweep.models.rnn.cell import Cell
from tausweep.models.rnn.initial import initial_parameters
from tausweep.models.rnn.layout import Layout

SOURCES = REPOSITORY / "src" / "tausweep" / "engines" / "fused"
CALLS = library.of(library.available()[0]).calls


def case(cell: Cell, channels: int = 0) -> dict[str, Any]:
    """Arguments of a gradient of two members, in double precision; 50 samples."""
    layout = Layout(cell, 6, 2, channels)
    streams = [np.random.default_rng(member) for member in range(2)]
    draws = [initial_parameters(cell, 6, 2, rng, channels=channels) for rng in streams]
    theta = layout.pack({k: np.stack([d[k] for d in draws]) for k in layout.shapes})
    x = streams[0].standard_normal((50, 2))
    s = streams[0].standard_normal((50, channels)) if channels else None
    starts = np.array([[0, 10, 29], [5, 29, 7]])  # with 20 steps the last reads sample 49
    return {
        "theta": theta, "data": Data(x, s), "starts": starts, "windows": cut(20, 7), "scale": 0.3,
    }  # fmt: skip


def by_eager(layout: Layout, arguments: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, Any]:
    """Loss, gradient and last states of the same pass on the eager engine, in NumPy."""
    engine, data = Eager(layout), arguments["data"]
    own = {name: engine.array(arguments[name]) for name in ("theta", "starts")}
    own["data"] = Data(engine.array(data.x), None if data.s is None else engine.array(data.s))
    loss, gradient, last = engine.gradient(**{**arguments, **own}, keep=True)
    assert last is not None
    return engine.numpy(loss), engine.numpy(gradient), tuple(map(engine.numpy, last))


# ------------------------------------------------------------------- the two sides of the interface


def swapped(structure: type[Structure], one: str, other: str) -> list[Any]:
    names = {one: other, other: one}
    return [(names.get(name, name), kind) for name, kind in structure._fields_]


@pytest.mark.parametrize(
    ("name", "fields", "found"),
    [
        ("pass", swapped(library.PassCall, "theta", "x"), ["pass.theta", "pass.x"]),
        ("orbit", swapped(library.OrbitCall, "s", "z"), ["orbit.s", "orbit.z"]),
        ("model", swapped(library.Model, "W", "C"), ["model.C", "model.W"]),
        ("cell", swapped(library.Cell, "kept", "apart"), ["cell.apart", "cell.kept"]),
        ("cell", library.Cell._fields_[:-1], ["cell.direct"]),
        ("cell", [*library.Cell._fields_, ("more", c_int32)], ["cell.", "cell.more"]),
    ],
)
def test_a_structure_that_differs_is_found(name: str, fields: list[Any], found: list[str]) -> None:
    """Two pointers in each other's place as well, which leave all sizes as they are."""
    other = type("Other", (Structure,), {"_fields_": fields})
    assert library.differences(CALLS, library.STRUCTURES) == []
    assert library.differences(CALLS, {**library.STRUCTURES, name: other}) == found


def test_a_library_of_other_sources_is_refused() -> None:
    other = ctypes.util.find_library("m")
    assert other is not None
    with pytest.raises(ValueError, match=f"{other} was not compiled from the sources .* install"):
        library.load(other)


def test_a_cell_with_other_parameters_is_refused() -> None:
    """Of the same name, but not what was compiled."""

    class GRU(type(cells.CELLS["lstm"])):  # type: ignore[misc]
        pass

    with pytest.raises(ValueError, match=r"its GRU has parameters .*, not .*; choose 'auto'"):
        Fused(Layout(GRU(), 3, 2))


def test_a_change_of_any_source_compiles_all_libraries_anew() -> None:
    """Each lists all there are, and the same ones."""
    text = (REPOSITORY / "pyproject.toml").read_text()
    for module in tomllib.loads(text)["tool"]["setuptools"]["ext-modules"]:
        listed = sorted(REPOSITORY / file for file in module["sources"] + module["depends"])
        assert listed == sorted(SOURCES.glob("*.[ch]"))


# -------------------------------------------------------------------------------- what is refused


def part(array: np.ndarray) -> np.ndarray:
    """The same numbers, every other one in memory."""
    return np.stack([array, array], axis=-1)[..., 0]


def shifted(array: np.ndarray) -> np.ndarray:
    """The same numbers, where memory is not aligned."""
    whole = np.empty(array.nbytes + 1, np.uint8)
    moved = whole[1:].view(array.dtype).reshape(array.shape)
    moved[:] = array
    return moved


WRONG: dict[str, tuple[Callable[[dict[str, Any]], dict[str, Any]], str]] = {
    "theta short": (lambda a: {"theta": a["theta"][:, :-1].copy()}, "theta is .* shape"),
    "theta in pieces": (lambda a: {"theta": part(a["theta"])}, "theta is not contiguous"),
    "theta half": (lambda a: {"theta": a["theta"].astype(np.float16)}, "theta is float16"),
    "theta of torch": (lambda a: {"theta": torch.tensor(a["theta"])}, "theta is .* not an array"),
    "theta not aligned": (lambda a: {"theta": shifted(a["theta"])}, "theta is not contiguous"),
    "theta swapped": (lambda a: {"theta": a["theta"].astype(">f8")}, "theta is >f8 .* not float"),
    "x swapped": (
        lambda a: {"data": replace(a["data"], x=a["data"].x.astype(">f8"))},
        "x is >f8 .* not float64",
    ),
    "x wide": (lambda a: {"data": replace(a["data"], x=np.zeros((50, 3)))}, "x is .* shape"),
    "x flat": (
        lambda a: {"data": replace(a["data"], x=np.zeros(100))},
        r"x is .* \(100,\), not .* of shape",
    ),
    "x of three": (
        lambda a: {"data": replace(a["data"], x=np.zeros((3, 50, 2)))},
        r"or \(2, 50, 2\)",
    ),
    "s too short": (lambda a: {"data": replace(a["data"], s=a["data"].s[:-1])}, "external input"),
    "s wide": (lambda a: {"data": replace(a["data"], s=np.zeros((50, 2)))}, "external"),
    "no s": (lambda a: {"data": Data(a["data"].x)}, "input of 1 channels is missing"),
    "starts single": (lambda a: {"starts": a["starts"].astype(np.int32)}, "starts is int32"),
    "starts of one": (lambda a: {"starts": a["starts"][:1]}, r"starts is .* \(1, 3\)"),
    "starts none": (lambda a: {"starts": a["starts"][:, :0]}, "2 members with 0 sequences"),
    "start late": (lambda a: {"starts": a["starts"] + 1}, "from 1 to 30 .* 50 samples"),
    "start early": (lambda a: {"starts": a["starts"] - 1}, "from -1 to 28 .* 50 samples"),
    "offset early": (lambda a: {"windows": Pass((-1,), (3,))}, "windows from -1 to 2 samples"),
    "window late": (lambda a: {"windows": Pass((15,), (6,))}, "from 15 to 21 samples after"),
    "steps": (lambda a: {"windows": Pass((0, 5), (5,))}, "offset and steps"),
    "no steps": (lambda a: {"windows": Pass((0,), (0,))}, "offset and steps"),
    "mixed": (lambda a: {"windows": cut(20, 7, mixed=True)}, "cannot mix state and data"),
    "no state": (lambda a: {"windows": cut(20, 7, "carried")}, r"the state is \[\]"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_pass_that_would_read_beyond_memory_is_refused(what: str) -> None:
    arguments = case(cells.CELLS["lstm"], channels=1)
    change, message = WRONG[what]
    engine = Fused(Layout(cells.CELLS["lstm"], 6, 2, 1))
    engine.gradient(**arguments)
    with pytest.raises(ValueError, match=message):
        engine.gradient(**{**arguments, **change(arguments)})


@pytest.mark.parametrize(
    ("parts", "shape", "dtype"),
    [(1, (2, 6, 9), ">f8"), (1, (2, 6, 9), "<f8"), (2, (2, 6, 8), "<f8"), (2, (2, 6, 9), "<f4")],
)
def test_a_state_that_is_none_of_the_cell_is_refused(
    parts: int, shape: tuple[int, ...], dtype: str
) -> None:
    arguments = {**case(cells.CELLS["lstm"]), "windows": cut(20, 7, "carried")}
    engine = Fused(Layout(cells.CELLS["lstm"], 6, 2))
    engine.gradient(**arguments, state=tuple(np.zeros((2, 2, 6, 9))))
    state = tuple(np.zeros((parts, *shape), dtype))
    with pytest.raises(ValueError, match="the state is"):
        engine.gradient(**arguments, state=state)


def test_an_orbit_that_would_read_beyond_memory_is_refused() -> None:
    arguments = case(cells.CELLS["rnn"], channels=1)
    theta, s, state = arguments["theta"], arguments["data"].s, (np.zeros((2, 6, 1)),)
    engine = Fused(Layout(cells.CELLS["rnn"], 6, 2, 1))
    engine.orbit(theta, state, 50, s)
    with pytest.raises(ValueError, match="the external input is"):
        engine.orbit(theta, state, 51, s)
    with pytest.raises(ValueError, match="theta is"):
        engine.orbit(theta[:, 1:], state, 50, s)
    with pytest.raises(ValueError, match="the state is"):
        engine.orbit(theta, (state[0][:1],), 50, s)


# --------------------------------------------------------------------------------- long windows


@pytest.mark.parametrize("steps", [143, 144, 200])
@pytest.mark.parametrize("name", ["plrnn", "lstm", "gru"])
def test_long_windows_have_room(name: str, steps: int) -> None:
    """Longer than what short ones share, which holds 144 states."""
    layout, arguments = Layout(cells.CELLS[name], 6, 2), case(cells.CELLS[name])
    x = np.random.default_rng(3).standard_normal((230, 2))
    arguments.update(data=Data(x), windows=cut(steps, steps))
    ours = Fused(layout).gradient(**arguments, keep=True)
    torch.testing.assert_close(ours, by_eager(layout, arguments))


# -------------------------------------------------------------------------------------- a new cell


def test_a_cell_of_your_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row and functions of docs/training-engine.md, compiled, for the cell of the README."""
    page = (
        (REPOSITORY / "docs" / "training-engine.md").read_text().split("## A cell of your own")[1]
    )
    (diff,), (functions,) = (
        re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL) for kind in ("diff", "c")
    )
    before, after = (
        "".join(line[1:] + "\n" for line in diff.splitlines() if line[0] == sign) for sign in "-+"
    )
    table = (SOURCES / "cells.h").read_text()
    assert before in table, "the page is no longer up to date"
    for source in SOURCES.glob("*.[ch]"):
        (tmp_path / source.name).write_bytes(source.read_bytes())
    (tmp_path / "cells.h").write_text(table.replace(before, after))
    with (tmp_path / "elementwise.h").open("a") as file:
        file.write(functions)
    compiled = tmp_path / "own.so"
    compiler = [os.environ.get("CC", "cc"), "-std=gnu11", "-O0", "-shared", "-fPIC", "-pthread"]
    sources = map(str, tmp_path.glob("*.c"))
    subprocess.run([*compiler, *sources, "-o", str(compiled), "-lm"], check=True)
    monkeypatch.setattr(library, "path_of", lambda _: str(compiled))
    monkeypatch.setattr(cells, "CELLS", {})
    readme = (REPOSITORY / "src" / "tausweep" / "README.md").read_text()
    exec(re.search(r"```python\n(.*?)```", readme, re.DOTALL)[1])  # type: ignore[index]
    cell = cells.CELLS["leaky"]
    arguments = case(cell, channels=1)
    layout, theta, s = Layout(cell, 6, 2, 1), arguments["theta"], arguments["data"].s
    ours = Fused(layout).gradient(**arguments, keep=True)
    torch.testing.assert_close(ours, by_eager(layout, arguments))
    orbits = []
    for engine in (Fused(layout), Eager(layout)):
        state = (engine.array(np.zeros((2, 6, 1))),)
        orbits.append(engine.orbit(engine.array(theta), state, 40, engine.array(s))[0])
    torch.testing.assert_close(*map(torch.as_tensor, orbits))
