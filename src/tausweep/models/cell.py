"""What a recurrent cell is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from jaxtyping import Float
from torch import Tensor

Parameters = dict[str, Tensor]
"""Parameters by name, each with a leading `member` axis."""

State = tuple[Float[Tensor, "member latent n"], ...]
"""The observed latent state z first, then what else the cell remembers (an LSTM's c); n states of
every member side by side."""

Map = Callable[[State], State]
"""F_θ: advances all states of all members by one step."""


class Cell(Protocol):
    """A kind of recurrent network; see the modules beside this one for examples."""

    dimensions: dict[str, tuple[str, ...]]
    """Names of the axes of each parameter of one member."""
    memory: int
    """How many tensors the state holds beside z."""

    def initial(self, latent: int, rng: np.random.Generator) -> dict[str, Float[np.ndarray, "..."]]:
        """Initial parameters of one member with `latent` units."""
        ...

    def map(self, p: Parameters) -> Map:
        """F_θ for these parameters."""
        ...


def uniform(
    dimensions: dict[str, tuple[str, ...]], latent: int, rng: np.random.Generator
) -> dict[str, Float[np.ndarray, "..."]]:
    """All parameters uniform in ±1/√M, as torch.nn's recurrent modules draw them."""
    bound = latent**-0.5
    size = {"gate": 4 * latent}
    return {
        name: rng.uniform(-bound, bound, size=[size.get(axis, latent) for axis in axes])
        for name, axes in dimensions.items()
    }
