"""Engines: how windows and orbits are computed. They differ in speed, not in results.

`eager` is the readable reference, in torch with autograd; `fused` does the same in compiled C with
gradients written by hand; `cuda` captures the eager one into a CUDA graph. Which one made a file is
in the file's attributes and never in its key: they agree to the tolerance of single precision.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import torch
from jaxtyping import Float, Int
from torch import Tensor

from tausweep.engines.cuda import Cuda
from tausweep.engines.eager import Eager
from tausweep.engines.fused import Fused
from tausweep.engines.windows import Data, Pass, cut
from tausweep.models import Layout, State

__all__ = ["ENGINES", "Cuda", "Data", "Eager", "Engine", "Fused", "Pass", "choose", "cut"]


class Engine(Protocol):
    """How the models of one layout are run."""

    name: str
    """With what it runs on, as it is written into files."""
    device: torch.device
    """Where its tensors are."""

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
    ) -> tuple[Float[Tensor, " member"], State | None]:
        """Losses of a pass over sequences that begin at `starts`; to `keep`, where windows end.

        The loss of a member is `scale` times the sum of squared errors of x̂_{t+1} against
        x_{t+1}; its gradient is added to `gradient`. Windows that are `carried` begin in `state`.
        """
        ...

    def repeatable(
        self, update: Callable[[Int[Tensor, "member sequence"]], None], starts: Tensor
    ) -> Callable[[Int[Tensor, "member sequence"]], None]:
        """The same function of starts (like those given), made fast to call many times."""
        ...

    def orbit(
        self,
        theta: Float[Tensor, "member parameter"],
        state: State,
        steps: int,
        s: Float[Tensor, "time channel"] | None = None,
    ) -> tuple[Float[Tensor, "member time latent"], State]:
        """The next `steps` states z of every member (n = 1), and the whole state at their end."""
        ...


ENGINES: dict[str, Callable[[Layout, int], Engine]] = {
    "eager": Eager,
    "fused": Fused,
    "cuda": Cuda,
}


def choose(name: str, layout: Layout, *, threads: int = 1, gpu: bool = True) -> Engine:
    """The engine of this name, or for "auto" the fastest that can run here.

    That is `cuda` where there is a GPU that may be used, else `fused` where it was built for this
    processor and knows the cell, else `eager`.

    Raises
    ------
    ValueError
        The engine asked for cannot run here; the message says why.
    """
    if name != "auto":
        return ENGINES[name](layout, threads)
    if gpu and torch.cuda.is_available():
        return Cuda(layout, threads)
    return (Eager if Fused.lacks(layout) else Fused)(layout, threads)
