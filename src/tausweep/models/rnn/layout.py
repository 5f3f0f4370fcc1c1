"""Parameters of all members as one block of memory, and by name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float

from tausweep.models.rnn.cell import Array, Cell
from tausweep.models.rnn.initial import shapes


@dataclass(frozen=True)
class Layout:
    """A model's shape, and where its parameters stand in a row of numbers, one row per member."""

    cell: Cell
    latent: int
    variables: int
    channels: int = 0

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter of one member, in the order in which they stand."""
        return shapes(self.cell, self.latent, self.variables, self.channels)

    @cached_property
    def offsets(self) -> dict[str, int]:
        """Where each parameter begins."""
        offsets, at = {}, 0
        for name, shape in self.shapes.items():
            offsets[name] = at
            at += math.prod(shape)
        return offsets

    @property
    def size(self) -> int:
        """How many numbers a member has."""
        return sum(math.prod(shape) for shape in self.shapes.values())

    def views(
        self, theta: Float[Array, "member parameter"]
    ) -> dict[str, Float[Array, "member ..."]]:
        """The parameters by name, as views of `theta`, which is NumPy's or torch's."""
        return {
            name: theta[:, at : at + math.prod(shape)].reshape(len(theta), *shape)
            for (name, shape), at in zip(self.shapes.items(), self.offsets.values(), strict=True)
        }

    def pack(
        self, p: Mapping[str, Float[np.ndarray, "member ..."]]
    ) -> Float[np.ndarray, "member parameter"]:
        """The inverse of `views`, copied; in NumPy, whatever is learned or run with it."""
        rows = [np.reshape(p[name], (len(p[name]), -1)) for name in self.shapes]
        return np.concatenate(rows, axis=1)
