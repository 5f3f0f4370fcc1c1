"""The compiled engine: forward and hand-written backward pass of every cell, in C.

The C sources beside this file are compiled once per instruction set when the package is installed;
which one is used is decided here, when it runs, so that what was installed on one machine of a
cluster runs on all of them. docs/training-engine.md derives the equations.
"""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import platform
from collections.abc import Iterator
from ctypes import Structure, c_double, c_int32, c_int64, c_void_p

import torch
from jaxtyping import Float, Int
from torch import Tensor

from tausweep.engines.engine import Engine
from tausweep.engines.windows import Data, Pass
from tausweep.models.rnn.cell import State
from tausweep.models.rnn.layout import Layout

ALIGNMENT = 64
"""Of vectors in memory, in bytes."""

_CELLS = {"PLRNN": 0, "RNN": 1, "LSTM": 2, "GRU": 3}
_INITIAL = {"forced": 0, "zero": 1, "carried": 2}
_NAMES = {
    "A": ("A",), "W": ("W", "W_hh"), "C": ("C", "W_ih"), "b": ("h", "b_ih"), "b2": ("b_hh",),
    "B": ("B",),
}  # fmt: skip
"""What the C side calls parameters, and what the cells do."""


class _Model(Structure):
    """`struct model` of fused.h."""

    _fields_ = [
        *((name, c_int32) for name in ("cell", "latent", "variables", "channels")),
        *((name, c_int64) for name in ("size", *_NAMES)),
    ]


class _Pass(Structure):
    """`struct pass` of fused.h."""

    _fields_ = [
        ("model", _Model),
        *((name, c_int32) for name in ("members", "sequences", "groups", "initial", "threads")),
        ("member_stride", c_int64),
        *((name, c_void_p) for name in ("theta", "gradient", "x", "s", "starts")),
        *((name, c_void_p) for name in ("offsets", "steps", "state", "last")),
        ("scale", c_double),
        *((name, c_void_p) for name in ("loss", "workspace")),
    ]


class _Orbit(Structure):
    """`struct orbit` of fused.h."""

    _fields_ = [
        ("model", _Model),
        *((name, c_int32) for name in ("members", "steps", "threads")),
        *((name, c_void_p) for name in ("theta", "state", "s", "z", "failed")),
    ]


class Fused(Engine):
    """Windows side by side in the lanes of vector registers, members and windows over threads.

    The order of all sums follows from the shapes alone, so the number of threads changes no bit.
    """

    def __init__(self, layout: Layout, threads: int = 1, instructions: str | None = None) -> None:
        if problem := self.lacks(layout):
            raise ValueError(f"engine 'fused' cannot be used: {problem}; choose 'auto' or 'eager'")
        self.layout = layout
        self.threads = threads
        self.instructions = instructions or available()[0]
        self.name = f"fused ({self.instructions})"
        self._library = _library(self.instructions)
        at = layout.offsets
        places = {
            theirs: next((at[name] for name in ours if name in at), -1)
            for theirs, ours in _NAMES.items()
        }
        self._model = _Model(
            _CELLS[type(layout.cell).__name__], layout.latent, layout.variables, layout.channels,
            layout.size, *places.values(),
        )  # fmt: skip
        self._prepared = functools.lru_cache(maxsize=4096)(self._prepare)
        self._workspace = torch.empty(0, dtype=torch.uint8)
        torch.set_num_threads(1)  # torch's threads, idle between small operations, take the cores

    @staticmethod
    def lacks(layout: Layout) -> str | None:
        """Why models of this layout cannot be run here, if so."""
        if type(layout.cell).__name__ not in _CELLS:
            return f"it has no {type(layout.cell).__name__}"
        if not available():
            return "it was not compiled for this processor when tausweep was installed"
        return None

    def gradient(  # noqa: D102
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
        members, sequences = starts.shape
        doubles = _doubles(theta, gradient, data.x, data.s)
        call, size, last, _ = self._prepared(windows, members, sequences, doubles)
        if self._workspace.numel() < size:
            self._workspace = torch.empty(size, dtype=torch.uint8)
        call.workspace = -(-self._workspace.data_ptr() // ALIGNMENT) * ALIGNMENT
        loss = torch.zeros(members, dtype=torch.float64)
        call.theta, call.gradient = theta.data_ptr(), gradient.data_ptr()
        call.x, call.s = data.x.data_ptr(), None if data.s is None else data.s.data_ptr()
        call.member_stride = 0 if data.x.ndim == 2 else data.x[0].numel()
        call.starts = (starts := starts.contiguous()).data_ptr()
        begin = None if state is None else torch.stack(state, dim=1).contiguous()
        call.state = None if begin is None else begin.data_ptr()
        call.scale, call.loss = scale, loss.data_ptr()
        call.last = last.data_ptr() if keep else None
        self._library.tausweep_pass(ctypes.byref(call), doubles)
        return loss.to(theta.dtype), last.clone().unbind(1) if keep else None

    def _prepare(
        self, windows: Pass, members: int, sequences: int, doubles: bool
    ) -> tuple[_Pass, int, Tensor, list[Tensor]]:
        """The description of a pass with all that stays the same from call to call; the bytes that
        it needs to work in; room for where windows end; and what must stay in memory meanwhile.
        """
        dtype = torch.float64 if doubles else torch.float32
        offsets = torch.tensor(windows.offsets, dtype=torch.int32)
        steps = torch.tensor(windows.steps, dtype=torch.int32)
        parts, n = 1 + self.layout.cell.memory, len(offsets) * sequences
        last = torch.empty(members, parts, self.layout.latent, n, dtype=dtype)
        call = _Pass(
            self._model, members, sequences, len(offsets), _INITIAL[windows.initial], self.threads
        )
        call.offsets, call.steps = offsets.data_ptr(), steps.data_ptr()
        size = self._library.tausweep_workspace(ctypes.byref(call), doubles)
        return call, size + ALIGNMENT, last, [offsets, steps]

    def orbit(  # noqa: D102
        self,
        theta: Float[Tensor, "member parameter"],
        state: State,
        steps: int,
        s: Float[Tensor, "time channel"] | None = None,
    ) -> tuple[Float[Tensor, "member time latent"], State]:
        now = torch.stack(state, dim=1)[..., 0].contiguous()
        doubles = _doubles(theta, now, s)
        z = torch.empty(len(theta), steps, self.layout.latent, dtype=theta.dtype)
        failed = torch.zeros(len(theta), dtype=torch.int32)
        inputs = None if s is None else s.data_ptr()
        call = _Orbit(self._model, len(theta), steps, self.threads, theta.data_ptr(),
                      now.data_ptr(), inputs, z.data_ptr(), failed.data_ptr())  # fmt: skip
        self._library.tausweep_orbit(ctypes.byref(call), doubles)
        if failed.any():
            raise MemoryError("no memory left for an orbit")
        return z, now[..., None].unbind(1)


def _doubles(*tensors: Tensor | None) -> bool:
    """Whether all are double, or all single; and in one piece, as C is about to believe."""
    there = [tensor for tensor in tensors if tensor is not None]
    dtypes = {tensor.dtype for tensor in there}
    if dtypes not in ({torch.float32}, {torch.float64}):
        raise TypeError(f"the fused engine wants one precision, float32 or float64, found {dtypes}")
    if not all(tensor.is_contiguous() for tensor in there):
        raise TypeError("the fused engine wants contiguous tensors")
    return torch.float64 in dtypes


@functools.cache
def available() -> list[str]:
    """Instruction sets that this processor has and a library was compiled for, the best first."""
    return [name for name in _understood() if _path(name) is not None]


def _understood() -> Iterator[str]:
    """What this processor can run, by torch's word, which the user can lower by torch's variable
    ATEN_CPU_CAPABILITY.
    """
    if platform.machine().lower() in ("x86_64", "amd64"):
        capability = torch.backends.cpu.get_cpu_capability()
        if capability == "AVX512":
            yield "avx512"
        if capability in ("AVX512", "AVX2"):
            yield "avx2"
    yield "generic"


def _path(instructions: str) -> str | None:
    spec = importlib.util.find_spec(f"{__name__}._{instructions}")
    return spec.origin if spec else None


@functools.cache
def _library(instructions: str) -> ctypes.CDLL:
    path = _path(instructions)
    assert path is not None
    library = ctypes.CDLL(path)
    library.tausweep_workspace.restype = c_int64
    return library
