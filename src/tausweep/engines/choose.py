"""Engines: how windows and orbits are computed. They differ in speed, not in results.

`eager` is the readable reference, in torch with autograd; `fused` does the same in compiled C with
gradients written by hand; `cuda` captures the eager one into a CUDA graph. Which one made a file is
in the file's attributes and never in its key: they agree to the tolerance of single precision.

Torch takes longer to load than most jobs take, so only what needs it loads it: `fused` does not.
"""

from __future__ import annotations

import ctypes
import logging
import os
import sys

from tausweep.engines.engine import Engine
from tausweep.engines.fused.engine import Fused
from tausweep.models.rnn.layout import Layout

log = logging.getLogger(__name__)


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
    if name == "auto":
        name = _fastest(layout, gpu=gpu, mixed=mixed)
    kind = _kind(name)
    if mixed and not kind.mixes:
        raise ValueError(f"engine {name!r} cannot mix state and data: choose 'auto' or 'eager'")
    return kind(layout, threads)


def _kind(name: str) -> type[Engine]:
    """The engine of this name."""
    if name == "fused":
        return Fused
    from tausweep.engines.cuda import Cuda  # these load torch
    from tausweep.engines.eager import Eager

    return {"eager": Eager, "cuda": Cuda}[name]


def _fastest(layout: Layout, *, gpu: bool, mixed: bool) -> str:
    if gpu and may_have_gpu():
        import torch

        if torch.cuda.is_available():
            return "cuda"
    if mixed:
        return "eager"
    if why := Fused.lacks(layout):
        log.warning("on the engine 'eager', which is slower, as 'fused' cannot be used: %s", why)
        return "eager"
    return "fused"


def may_have_gpu() -> bool:
    """Whether torch must be asked for a GPU: where this is not so, there is none.

    Torch reaches NVIDIA's GPUs by the driver's library, under this name, and so does this: what is
    then asked is what torch asks, on bare machines, in containers (where the library is mounted
    with the devices), under Slurm (which may grant a job none of the devices that it sees) and in
    WSL (which has no /dev/nvidia*). AMD's GPUs, which some builds of torch use, are behind a device
    file.
    """
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return os.path.exists("/dev/kfd")
    return bool(driver.cuInit(0) == 0)
