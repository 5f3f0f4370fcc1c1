"""The eager engine on a GPU, its training steps captured as CUDA graphs."""

from __future__ import annotations

import logging
from collections.abc import Callable

import torch
from jaxtyping import Int
from torch import Tensor

from tausweep.engines.eager import Eager
from tausweep.models.rnn.layout import Layout

log = logging.getLogger(__name__)


class Cuda(Eager):
    """A whole optimiser step is recorded once and then launched as one.

    Its operations are those of the eager engine, which read nothing back to the host and
    therefore can be captured; without capture, launching them takes longer than they do.
    """

    def __init__(self, layout: Layout, threads: int = 1) -> None:
        if not torch.cuda.is_available():
            raise ValueError("engine 'cuda' needs a GPU that torch can use: choose 'auto'")
        super().__init__(layout, threads)
        self.device = torch.device("cuda", torch.cuda.current_device())
        self.name = f"cuda ({torch.cuda.get_device_name()})"

    def number(self, value: float) -> Tensor:
        """A tensor: a number of the host would be captured with the value that it has then."""
        return torch.tensor(value, dtype=torch.float64, device=self.device)

    def repeatable(  # noqa: D102
        self, update: Callable[[Int[Tensor, "member sequence"]], None], starts: Tensor
    ) -> Callable[[Int[Tensor, "member sequence"]], None]:
        held = starts.clone()
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph):
                update(held)
        except RuntimeError as error:  # of capture: nothing was computed yet
            log.warning("training steps cannot be captured, and are launched one by one: %s", error)
            return update

        def replay(starts: Int[Tensor, "member sequence"]) -> None:
            held.copy_(starts)
            graph.replay()

        return replay
