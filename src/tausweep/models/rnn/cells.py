"""Recurrent networks z_{t+1} = F_θ(z_t, s_t), x̂_t = B z_t, batched over members.

A cell is a stateless object that knows the names, dimensions and initial values of its parameters
and turns a set of parameters into the map F_θ. Every parameter carries a leading `member` axis, so
that many replicates advance in one batched matrix product; no operation mixes members.

To add a cell, write one module beside `rnn.py` and register it in `kinds.py`. It then runs on the
`eager` engine; see docs/extending.md.
"""

from __future__ import annotations

from importlib import import_module

from tausweep.models.rnn.cell import Arrays, Cell, Drive, Map, Parameters, State
from tausweep.models.rnn.initial import dimensions, initial_parameters, shapes
from tausweep.models.rnn.kinds import KINDS
from tausweep.models.rnn.layout import Layout

__all__ = [
    "CELLS",
    "Arrays",
    "Cell",
    "Drive",
    "Layout",
    "Map",
    "Parameters",
    "State",
    "dimensions",
    "initial_parameters",
    "shapes",
]

CELLS: dict[str, Cell] = {
    name: getattr(import_module(f"tausweep.models.rnn.{name}"), kind)()
    for name, kind in KINDS.items()
}
