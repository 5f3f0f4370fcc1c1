"""Engines: how windows and orbits are computed. They differ in speed, not in results.

`eager` is the readable reference, in torch with autograd; `fused` does the same in compiled C with
gradients written by hand; `cuda` captures the eager one into a CUDA graph. Which one made a file is
in the file's attributes and never in its key: they agree to the tolerance of single precision.
"""

from __future__ import annotations

import torch

from tausweep.engines.cuda import Cuda
from tausweep.engines.eager import Eager
from tausweep.engines.engine import Engine
from tausweep.engines.fused.engine import Fused
from tausweep.engines.windows import Data, Pass, cut
from tausweep.models.rnn.layout import Layout

__all__ = ["ENGINES", "Cuda", "Data", "Eager", "Engine", "Fused", "Pass", "choose", "cut"]


ENGINES: dict[str, type[Engine]] = {"eager": Eager, "fused": Fused, "cuda": Cuda}


def choose(
    name: str, layout: Layout, *, threads: int = 1, gpu: bool = True, mixed: bool = False
) -> Engine:
    """The engine of this name, or for "auto" the fastest that can run here.

    That is `cuda` where there is a GPU that may be used, else `fused` where it was built for this
    processor and knows the cell, else `eager`; where state and data are `mixed`, one that can.

    Raises
    ------
    ValueError
        The engine asked for cannot run here; the message says why.
    """
    if name != "auto":
        if mixed and not ENGINES[name].mixes:
            raise ValueError(f"engine {name!r} cannot mix state and data: choose 'auto' or 'eager'")
        return ENGINES[name](layout, threads)
    if gpu and torch.cuda.is_available():
        return Cuda(layout, threads)
    return (Eager if mixed or Fused.lacks(layout) else Fused)(layout, threads)
