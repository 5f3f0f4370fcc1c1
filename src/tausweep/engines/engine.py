"""What an engine is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int

from tausweep.engines.windows import Data, Pass
from tausweep.models.rnn.cell import Array, State
from tausweep.models.rnn.layout import Layout


class Engine(ABC):
    """How the models of one layout are run, and with which kind of array.

    Whatever an engine is given and gives back is of its own kind: NumPy's arrays, or torch's
    tensors, perhaps on a GPU. Code around it, as the training loop, is written once for both. It is
    given and gives NumPy's arrays at its ends (`array`, `numpy`), and between them uses only what
    both kinds have with the same meaning: operators, also in place, indexing, and the methods
    `sum(axis)` and `clip(min, max)`. What is to be seen by updates that an engine made `repeatable`
    is changed in place.
    """

    name: str
    """With what it runs on, as it is written into files."""

    mixes = False
    """Whether it can run windows in which state and data are mixed."""

    @abstractmethod
    def __init__(self, layout: Layout, threads: int = 1) -> None: ...

    @abstractmethod
    def array(self, values: Float[np.ndarray, "..."] | Int[np.ndarray, "..."]) -> Array:
        """A copy of these values, of its own kind; their precision stays."""

    @abstractmethod
    def numpy(self, array: Array) -> np.ndarray:
        """The values of an array of its own kind, which may share memory with it."""

    def number(self, value: float) -> float | Array:
        """A number that updates change, or that is changed between them."""
        return value

    @abstractmethod
    def gradient(
        self,
        theta: Float[Array, "member parameter"],
        data: Data,
        starts: Int[Array, "member sequence"],
        windows: Pass,
        scale: float,
        state: State | None = None,
        *,
        keep: bool = False,
        alpha: Float[Array, " member"] | None = None,
    ) -> tuple[Float[Array, " member"], Float[Array, "member parameter"], State | None]:
        """Losses and gradients of a pass over sequences that begin at `starts`; to `keep`, where
        windows end.

        The loss of a member is `scale` times the sum of squared errors of x̂_{t+1} against
        x_{t+1}. Windows that are `carried` begin in `state`; in those that are `mixed`, states are
        drawn towards the data by each member's `alpha`.
        """

    def repeatable(
        self, update: Callable[[Int[Array, "member sequence"]], None], starts: Array
    ) -> Callable[[Int[Array, "member sequence"]], None]:
        """The same function of starts (like those given), made fast to call many times."""
        return update

    @abstractmethod
    def orbit(
        self,
        theta: Float[Array, "member parameter"],
        state: State,
        steps: int,
        s: Float[Array, "time channel"] | None = None,
    ) -> tuple[Float[Array, "member time latent"], State]:
        """The next `steps` states z of every member (n = 1), and the whole state at their end."""
