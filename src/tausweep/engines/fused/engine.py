"""The engine `fused`: what it is asked for is checked here, then done in C."""

from __future__ import annotations

import ctypes
import functools
import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from tausweep.engines.engine import Engine
from tausweep.engines.fused import library
from tausweep.engines.fused.library import ALIGNMENT, INITIAL, OrbitCall, PassCall
from tausweep.engines.windows import Data, Pass
from tausweep.models.rnn.cell import State
from tausweep.models.rnn.layout import Layout


class Fused(Engine):
    """Windows side by side in the lanes of vector registers, members and windows over threads.

    The order of all sums follows from the shapes alone, so the number of threads changes no bit.
    Its arrays are NumPy's. C believes what it is told, so all that it is told is checked: every
    method raises a ValueError where a shape, a precision or the place of an array in memory is not
    what it must be, or where a window does not lie within the samples.
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
        self._workspace = np.empty(0, np.uint8)

    @staticmethod
    def lacks(layout: Layout) -> str | None:
        """Why models of this layout cannot be run here, if so."""
        if not library.available():
            return "it was not compiled for this processor when tausweep was installed"
        return library.of(library.available()[0]).lacks(layout)

    def array(  # noqa: D102
        self, values: Float[np.ndarray, "..."] | Int[np.ndarray, "..."]
    ) -> np.ndarray:
        return np.array(values, order="C")

    def numpy(self, array: np.ndarray) -> np.ndarray:  # noqa: D102
        return array

    def gradient(  # noqa: D102
        self,
        theta: Float[np.ndarray, "member parameter"],
        data: Data,
        starts: Int[np.ndarray, "member sequence"],
        windows: Pass,
        scale: float,
        state: State | None = None,
        *,
        keep: bool = False,
        alpha: Float[np.ndarray, " member"] | None = None,
    ) -> tuple[Float[np.ndarray, " member"], Float[np.ndarray, "member parameter"], State | None]:
        dtype, members, sequences = theta.dtype, len(theta), math.prod(starts.shape[1:])
        samples, N = math.prod(data.x.shape[-2:-1]), self.layout.variables
        self._check(theta, data.s, samples)
        _expect("x", data.x, dtype, (samples, N), (members, samples, N))
        _expect("starts", starts, np.dtype(np.int64), (members, sequences))
        at = self._prepared(windows, members, sequences, dtype)
        least, most = int(starts.min()), int(starts.max())
        if least + at.first < 0 or most + at.end > samples:
            raise ValueError(
                f"engine 'fused': starts are from {least} to {most} and windows from {at.first} to "
                f"{at.end - 1} samples after them, but there are {samples} samples"
            )
        begin = None
        if windows.initial == "carried":
            begin = self._begin(state, (members, self.layout.latent, at.last.shape[-1]), dtype)
        if self._workspace.size < at.workspace:
            self._workspace = np.empty(at.workspace, np.uint8)
        loss, gradient = np.zeros(members), np.zeros_like(theta)
        call = at.call
        call.workspace = -(-self._workspace.ctypes.data // ALIGNMENT) * ALIGNMENT
        call.theta, call.gradient = theta.ctypes.data, gradient.ctypes.data
        call.x, call.s = data.x.ctypes.data, _place(data.s)
        call.member_stride = 0 if data.x.ndim == 2 else samples * N
        call.starts, call.state = starts.ctypes.data, _place(begin)
        call.scale, call.loss = scale, loss.ctypes.data
        call.last = at.last.ctypes.data if keep else None
        self.library.calls.tausweep_pass(ctypes.byref(call), dtype == np.float64)
        return loss.astype(dtype), gradient, _parts(at.last.copy()) if keep else None

    def _prepare(self, windows: Pass, members: int, sequences: int, dtype: np.dtype) -> _Prepared:
        """What stays the same from one pass to the next."""
        if windows.mixed:
            raise ValueError("engine 'fused' cannot mix state and data: choose 'auto' or 'eager'")
        if len(windows.offsets) != len(windows.steps) or min(windows.steps, default=0) < 1:
            raise ValueError(
                f"engine 'fused': windows need an offset and steps each, not {windows}"
            )
        if members * sequences == 0:
            raise ValueError(f"engine 'fused': {members} members with {sequences} sequences each")
        offsets, steps = np.array(windows.offsets, np.int32), np.array(windows.steps, np.int32)
        parts, n = 1 + self.layout.cell.memory, len(offsets) * sequences
        last = np.empty((members, parts, self.layout.latent, n), dtype)
        call = PassCall(
            self._model, members, sequences, len(offsets), INITIAL[windows.initial], self.threads
        )
        call.offsets, call.steps = offsets.ctypes.data, steps.ctypes.data
        size = self.library.calls.tausweep_workspace(ctypes.byref(call), dtype == np.float64)
        first = min(windows.offsets)
        end = 1 + max(map(sum, zip(windows.offsets, windows.steps, strict=True)))
        return _Prepared(call, (offsets, steps), first, end, size + ALIGNMENT, last)

    def orbit(  # noqa: D102
        self,
        theta: Float[np.ndarray, "member parameter"],
        state: State,
        steps: int,
        s: Float[np.ndarray, "time channel"] | None = None,
    ) -> tuple[Float[np.ndarray, "member time latent"], State]:
        M, members = self.layout.latent, len(theta)
        self._check(theta, s, steps)
        z = np.empty((members, steps, M), theta.dtype)
        now = self._begin(state, (members, M, 1), theta.dtype)
        failed = np.zeros(members, np.int32)
        call = OrbitCall(self._model, members, steps, self.threads, theta.ctypes.data,
                         now.ctypes.data, _place(s), z.ctypes.data, failed.ctypes.data)  # fmt: skip
        self.library.calls.tausweep_orbit(ctypes.byref(call), theta.dtype == np.float64)
        if failed.any():
            raise MemoryError("no memory left for an orbit")
        return z, _parts(now)

    def _check(self, theta: np.ndarray, s: np.ndarray | None, steps: int) -> None:
        """Parameters in one of two precisions, and an external input at all steps if there is."""
        dtype = np.dtype(np.float64 if theta.dtype == np.float64 else np.float32)
        _expect("theta", theta, dtype, (len(theta), self.layout.size))
        K = self.layout.channels
        if s is not None:
            _expect("the external input", s, dtype, (max(steps, len(s)), K))
        elif K:
            raise ValueError(f"engine 'fused': an external input of {K} channels is missing")

    def _begin(
        self, state: State | None, shape: tuple[int, ...], dtype: np.dtype
    ) -> Float[np.ndarray, "member part latent n"]:
        """A state as one array, copied."""
        wanted = [(shape, str(dtype))] * (1 + self.layout.cell.memory)
        found = [(tuple(part.shape), str(part.dtype)) for part in state or ()]
        if state is None or found != wanted:
            raise ValueError(f"engine 'fused': the state is {found}, not {wanted}")
        return np.ascontiguousarray(np.stack(state, axis=1))


@dataclass(frozen=True)
class _Prepared:
    call: PassCall
    held: tuple[np.ndarray, ...]
    """What `call` points to."""
    first: int
    """Windows read samples from this one, counted from a start,"""
    end: int
    """to before this one."""
    workspace: int
    """Bytes that are needed."""
    last: Float[np.ndarray, "member part latent window"]
    """Where windows end."""


def _expect(what: str, array: np.ndarray, dtype: np.dtype, *shapes: tuple[int, ...]) -> None:
    """An array that C can read as one of these shapes."""
    if not isinstance(array, np.ndarray):
        raise ValueError(f"engine 'fused': {what} is a {type(array)}, not an array of NumPy's")
    in_order = array.flags.c_contiguous and array.flags.aligned
    if not (in_order and array.dtype == dtype and array.shape in shapes):
        found = "" if in_order else "not contiguous and aligned, "
        raise ValueError(
            f"engine 'fused': {what} is {found}{array.dtype} of shape {array.shape}, not {dtype} "
            f"of shape {' or '.join(map(str, shapes))}"
        )


def _place(array: np.ndarray | None) -> int | None:
    """Where an array is in memory, if there is one."""
    return None if array is None else array.ctypes.data


def _parts(state: Float[np.ndarray, "member part latent n"]) -> State:
    """The inverse of `_begin`, as views."""
    return tuple(np.moveaxis(state, 1, 0))
