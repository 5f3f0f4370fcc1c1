"""What an engine is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from tausweep.engines.windows import Data, Pass
from tausweep.models.rnn.cell import State
from tausweep.models.rnn.layout import Layout


class Engine(ABC):
    """How the models of one layout are run."""

    name: str
    """With what it runs on, as it is written into files."""
    device = torch.device("cpu")
    """Where its tensors are."""

    mixes = False
    """Whether it can run windows in which state and data are mixed."""

    @abstractmethod
    def __init__(self, layout: Layout, threads: int = 1) -> None: ...

    @abstractmethod
    def gradient(
        self,
        theta: Float[Tensor, "member parameter"],
        gradient: Float[Tensor, "member parameter"],
        data: Data,
        starts: Int[Tensor, "member sequence"],
        windows: Pass,
        scale: float,
        state: State | None = None,
        *,
        keep: bool = False,
        alpha: Float[Tensor, " member"] | None = None,
    ) -> tuple[Float[Tensor, " member"], State | None]:
        """Losses of a pass over sequences that begin at `starts`; to `keep`, where windows end.

        The loss of a member is `scale` times the sum of squared errors of x̂_{t+1} against
        x_{t+1}; its gradient is added to `gradient`. Windows that are `carried` begin in `state`;
        in those that are `mixed`, states are drawn towards the data by each member's `alpha`.
        """

    def repeatable(
        self, update: Callable[[Int[Tensor, "member sequence"]], None], starts: Tensor
    ) -> Callable[[Int[Tensor, "member sequence"]], None]:
        """The same function of starts (like those given), made fast to call many times."""
        return update

    @abstractmethod
    def orbit(
        self,
        theta: Float[Tensor, "member parameter"],
        state: State,
        steps: int,
        s: Float[Tensor, "time channel"] | None = None,
    ) -> tuple[Float[Tensor, "member time latent"], State]:
        """The next `steps` states z of every member (n = 1), and the whole state at their end."""
