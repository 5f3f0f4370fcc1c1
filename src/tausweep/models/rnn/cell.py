"""What a recurrent cell is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
from jaxtyping import Float

Array: TypeAlias = Any
"""An array of NumPy's or a tensor of torch's: which of them, an engine says."""

Parameters = Mapping[str, Float[Array, "member ..."]]
"""Parameters by name."""

State = tuple[Float[Array, "member latent n"], ...]
"""The observed latent state z first, then what else the cell remembers (an LSTM's c); n states of
every member side by side."""

Drive = Float[Array, "member channel n"]
"""The external input s_t that acts on each of n states."""

Arrays = dict[str, Float[np.ndarray, "..."]]
"""Parameters of one member, by name."""


class Map(Protocol):
    """F_θ: advances all states of all members by one step, under an external input if there is."""

    def __call__(self, state: State, s: Drive | None = None, /) -> State:
        """The states one step on."""
        ...


class Cell(Protocol):
    """A kind of recurrent network; see the modules beside this one for examples."""

    dimensions: dict[str, tuple[str, ...]]
    """Names of the axes of each parameter of one member."""
    input_dimensions: dict[str, tuple[str, ...]]
    """Of the parameters that it has only under an external input."""
    gates: int
    """How many M×M matrices act on z."""
    memory: int
    """How many arrays the state holds beside z."""

    def own_initial(
        self, shapes: Mapping[str, tuple[int, ...]], rng: np.random.Generator
    ) -> Arrays:
        """Initial parameters as this kind of network is usually given them."""
        ...

    def with_matrices(self, matrices: Sequence[Float[np.ndarray, "latent latent"]]) -> Arrays:
        """Parameters in which these `gates` matrices act on z, and biases are zero."""
        ...

    def map(self, p: Parameters) -> Map:
        """F_θ for these parameters, in torch: which is imported here and not with the module, since
        most jobs need no more of a cell than its parameters.
        """
        ...
