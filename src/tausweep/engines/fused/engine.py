"""The engine `fused`: what it is asked for is checked here, then done in C."""

from __future__ import annotations

import ctypes
import functools
import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from tausweep.engines.engine import Engine
from tausweep.engines.fused import library
from tausweep.engines.fused.library import ALIGNMENT, INITIAL, OrbitCall, PassCall
from tausweep.engines.windows import Data, Pass
from tausweep.models.rnn.cell import State
from tausweep.models.rnn.layout import Layout


class Fused(Engine):
    """Windows side by side in the lanes of vector registers, members and windows over threads.

    The order of all sums follows from the shapes alone, so the number of threads changes no bit.
    C believes what it is told, so all that it is told is checked: every method raises a ValueError
    where a shape, a precision or the place of a tensor in memory is not what it must be, or where a
    window does not lie within the samples.
    """

    def __init__(self, layout: Layout, threads: int = 1, instructions: str | None = None) -> None:
        if problem := self.lacks(layout):
            raise ValueError(f"engine 'fused' cannot be used: {problem}; choose 'auto' or 'eager'")
        self.layout = layout
        self.threads = threads
        self.instructions = instructions or library.available()[0]
        self.name = f"fused ({self.instructions})"
        self.library = library.of(self.instructions)
        self._model = self.library.model(layout)
        self._prepared = functools.lru_cache(maxsize=4096)(self._prepare)
        self._workspace = torch.empty(0, dtype=torch.uint8)
        torch.set_num_threads(1)  # torch's threads, idle between small operations, take the cores

    @staticmethod
    def lacks(layout: Layout) -> str | None:
        """Why models of this layout cannot be run here, if so."""
        if not library.available():
            return "it was not compiled for this processor when tausweep was installed"
        return library.of(library.available()[0]).lacks(layout)

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
        dtype, members, sequences = theta.dtype, len(theta), math.prod(starts.shape[1:])
        samples, N = math.prod(data.x.shape[-2:-1]), self.layout.variables
        self._check(theta, data.s, samples)
        _expect("the gradient", gradient, dtype, theta.shape)
        _expect("x", data.x, dtype, (samples, N), (members, samples, N))
        _expect("starts", starts, torch.int64, (members, sequences))
        at = self._prepared(windows, members, sequences, dtype)
        least, most = (int(start) for start in starts.aminmax())
        if least + at.first < 0 or most + at.end > samples:
            raise ValueError(
                f"engine 'fused': starts are from {least} to {most} and windows from {at.first} to "
                f"{at.end - 1} samples after them, but there are {samples} samples"
            )
        begin = None
        if windows.initial == "carried":
            begin = self._begin(state, (members, self.layout.latent, at.last.shape[-1]), dtype)
        if self._workspace.numel() < at.workspace:
            self._workspace = torch.empty(at.workspace, dtype=torch.uint8)
        loss = torch.zeros(members, dtype=torch.float64)
        call = at.call
        call.workspace = -(-self._workspace.data_ptr() // ALIGNMENT) * ALIGNMENT
        call.theta, call.gradient = theta.data_ptr(), gradient.data_ptr()
        call.x, call.s = data.x.data_ptr(), None if data.s is None else data.s.data_ptr()
        call.member_stride = 0 if data.x.ndim == 2 else samples * N
        call.starts, call.state = starts.data_ptr(), None if begin is None else begin.data_ptr()
        call.scale, call.loss = scale, loss.data_ptr()
        call.last = at.last.data_ptr() if keep else None
        self.library.calls.tausweep_pass(ctypes.byref(call), dtype == torch.float64)
        return loss.to(dtype), at.last.clone().unbind(1) if keep else None

    def _prepare(
        self, windows: Pass, members: int, sequences: int, dtype: torch.dtype
    ) -> _Prepared:
        """What stays the same from one pass to the next."""
        if windows.mixed:
            raise ValueError("engine 'fused' cannot mix state and data: choose 'auto' or 'eager'")
        if len(windows.offsets) != len(windows.steps) or min(windows.steps, default=0) < 1:
            raise ValueError(
                f"engine 'fused': windows need an offset and steps each, not {windows}"
            )
        if members * sequences == 0:
            raise ValueError(f"engine 'fused': {members} members with {sequences} sequences each")
        offsets = torch.tensor(windows.offsets, dtype=torch.int32)
        steps = torch.tensor(windows.steps, dtype=torch.int32)
        parts, n = 1 + self.layout.cell.memory, len(offsets) * sequences
        last = torch.empty(members, parts, self.layout.latent, n, dtype=dtype)
        call = PassCall(
            self._model, members, sequences, len(offsets), INITIAL[windows.initial], self.threads
        )
        call.offsets, call.steps = offsets.data_ptr(), steps.data_ptr()
        size = self.library.calls.tausweep_workspace(ctypes.byref(call), dtype == torch.float64)
        first = min(windows.offsets)
        end = 1 + max(map(sum, zip(windows.offsets, windows.steps, strict=True)))
        return _Prepared(call, (offsets, steps), first, end, size + ALIGNMENT, last)

    def orbit(  # noqa: D102
        self,
        theta: Float[Tensor, "member parameter"],
        state: State,
        steps: int,
        s: Float[Tensor, "time channel"] | None = None,
    ) -> tuple[Float[Tensor, "member time latent"], State]:
        M, members = self.layout.latent, len(theta)
        self._check(theta, s, steps)
        z = torch.empty(members, steps, M, dtype=theta.dtype)
        now = self._begin(state, (members, M, 1), theta.dtype)
        failed = torch.zeros(members, dtype=torch.int32)
        inputs = None if s is None else s.data_ptr()
        call = OrbitCall(self._model, members, steps, self.threads, theta.data_ptr(),
                         now.data_ptr(), inputs, z.data_ptr(), failed.data_ptr())  # fmt: skip
        self.library.calls.tausweep_orbit(ctypes.byref(call), theta.dtype == torch.float64)
        if failed.any():
            raise MemoryError("no memory left for an orbit")
        return z, now.unbind(1)

    def _check(self, theta: Tensor, s: Tensor | None, steps: int) -> None:
        """Parameters in one of two precisions, and an external input at all steps if there is."""
        dtype = torch.float64 if theta.dtype == torch.float64 else torch.float32
        _expect("theta", theta, dtype, (len(theta), self.layout.size))
        K = self.layout.channels
        if s is not None:
            _expect("the external input", s, dtype, (max(steps, len(s)), K))
        elif K:
            raise ValueError(f"engine 'fused': an external input of {K} channels is missing")

    def _begin(
        self, state: State | None, shape: tuple[int, ...], dtype: torch.dtype
    ) -> Float[Tensor, "member part latent n"]:
        """A state as one tensor."""
        wanted = [(shape, dtype, self.device)] * (1 + self.layout.cell.memory)
        found = [(tuple(part.shape), part.dtype, part.device) for part in state or ()]
        if state is None or found != wanted:
            raise ValueError(f"engine 'fused': the state is {found}, not {wanted}")
        return torch.stack(state, dim=1)


@dataclass(frozen=True)
class _Prepared:
    call: PassCall
    held: tuple[Tensor, ...]
    """What `call` points to."""
    first: int
    """Windows read samples from this one, counted from a start,"""
    end: int
    """to before this one."""
    workspace: int
    """Bytes that are needed."""
    last: Float[Tensor, "member part latent window"]
    """Where windows end."""


def _expect(what: str, tensor: Tensor, dtype: torch.dtype, *shapes: tuple[int, ...]) -> None:
    """A tensor that C can read as an array of one of these shapes."""
    right = tensor.dtype == dtype and tensor.shape in shapes
    if not (right and tensor.is_contiguous() and tensor.is_cpu):
        found = "" if tensor.is_contiguous() else "not contiguous, "
        raise ValueError(
            f"engine 'fused': {what} is {found}{tensor.dtype} of shape {tuple(tensor.shape)} on "
            f"{tensor.device}, not {dtype} of shape {' or '.join(map(str, shapes))} on the CPU"
        )
