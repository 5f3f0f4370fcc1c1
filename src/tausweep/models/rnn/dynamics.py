"""Trained recurrent networks as dynamics."""

from __future__ import annotations

import contextlib
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from jaxtyping import Float

from tausweep.engines.choose import choose
from tausweep.execution import Execution
from tausweep.models.dynamics import Dynamics, Input, Tangents
from tausweep.models.rnn.cell import State
from tausweep.models.rnn.cells import CELLS
from tausweep.models.rnn.layout import Layout

if TYPE_CHECKING:
    from tausweep.models.rnn.steps import Steps


class RecurrentDynamics(Dynamics):
    """z_{t+1} = F_θ(z_t, s_t), x̂_t = B z_t, started by forcing: z = B⁺x.

    The state is all that a cell carries on, an LSTM's memory c included, so D = M (1 + memory); its
    parts are NumPy's arrays. Steps and tangent vectors are in double precision, by torch, which is
    loaded when the first is asked for; long orbits are in the single precision of training, by the
    engine. A state that is forced is computed in double precision and rounded to single.

    Parameters
    ----------
    train
        A file of stage `train`: parameters, and the cell's name as attribute `recurrent_cell`.
    execution
        The engine of orbits and its threads. A GPU, which is too slow for long chains of tiny
        steps, is not used.
    """

    history = 1

    def __init__(self, train: xr.Dataset, execution: Execution) -> None:
        channels = train.sizes.get("channel", 0)
        cell = CELLS[train.attrs["recurrent_cell"]]
        self.layout = Layout(cell, train.sizes["latent"], train.sizes["variable"], channels)
        self.members, self.variables = train.sizes["member"], self.layout.variables
        self.dimension = self.layout.latent * (1 + cell.memory)
        self._engine = choose(execution.engine, self.layout, threads=execution.threads, gpu=False)
        self.engine = self._engine.name
        self._theta = self.layout.pack({name: train[name].values for name in self.layout.shapes})
        self._B = self.layout.views(self._theta)["B"].astype(np.float64)

    @cached_property
    def _steps(self) -> Steps:
        from tausweep.models.rnn.steps import Steps  # loads torch, of which orbits need nothing

        return Steps(self.layout, self._theta)

    @np.errstate(all="ignore")
    def start(self, x: Float[np.ndarray, "n 1 variable"]) -> State:  # noqa: D102
        z = pseudo_inverse(self._B) @ x[:, -1].T
        rounded = z.astype(self._theta.dtype).astype(np.float64)
        return (rounded, *(np.zeros_like(z) for _ in range(self.layout.cell.memory)))

    def step(self, state: State, s: Input = None) -> State:  # noqa: D102
        return self._steps.step(state, s)

    @np.errstate(all="ignore")
    def observe(self, state: State) -> Float[np.ndarray, "member n variable"]:  # noqa: D102
        x: np.ndarray = (self._B @ state[0]).mT
        return x

    def propagate(  # noqa: D102
        self, state: State, V: Tangents, s: Input = None
    ) -> tuple[State, Tangents]:
        return self._steps.propagate(state, V, s)

    @np.errstate(all="ignore")
    def run(  # noqa: D102
        self, state: State, steps: int, s: Float[np.ndarray, "step channel"] | None = None
    ) -> tuple[Float[np.ndarray, "member n step variable"], State]:
        if state[0].shape[2] != 1:
            return super().run(state, steps, s)
        engine, single = self._engine, self._theta.dtype
        begin = tuple(engine.array(part.astype(single)) for part in state)
        inputs = None if s is None else engine.array(s.astype(single))
        z, end = engine.orbit(engine.array(self._theta), begin, steps, inputs)
        x = engine.numpy(z) @ self._B.mT.astype(single)
        last = tuple(engine.numpy(part).astype(np.float64) for part in end)
        return x.astype(np.float64)[:, None], last


def pseudo_inverse(
    B: Float[np.ndarray, "member variable latent"],
) -> Float[np.ndarray, "member latent variable"]:
    """B⁺ of matrices of full rank, of every member by itself, in the precision of B.

    A member that is singular or not finite yields NaN in its own rows and raises nothing.
    """
    wide = B.shape[2] >= B.shape[1]
    inverse = np.full(B.mT.shape, np.nan, B.dtype)
    for member in np.flatnonzero(np.isfinite(B).all(axis=(1, 2))):
        b = B[member]
        gram = b @ b.T if wide else b.T @ b
        with contextlib.suppress(np.linalg.LinAlgError):
            half = np.linalg.solve(gram, b if wide else b.T)
            inverse[member] = half.T if wide else half
    return inverse
