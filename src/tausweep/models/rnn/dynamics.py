"""Trained recurrent networks as dynamics."""

from __future__ import annotations

import numpy as np
import torch
import xarray as xr
from jaxtyping import Float
from torch import Tensor
from torch.func import jvp

from tausweep.engines.choose import choose
from tausweep.execution import Execution
from tausweep.models.dynamics import Dynamics, Input, Tangents
from tausweep.models.rnn.cell import Drive, State
from tausweep.models.rnn.cells import CELLS, force
from tausweep.models.rnn.layout import Layout


class RecurrentDynamics(Dynamics):
    """z_{t+1} = F_θ(z_t, s_t), x̂_t = B z_t, started by forcing: z = B⁺x.

    The state is all that a cell carries on, an LSTM's memory c included, so D = M (1 + memory).
    Steps and tangent vectors are in double precision; long orbits are in the single precision of
    training, by the engine. Also a state that is forced is rounded to it, as in training.

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
        parameters = {name: torch.as_tensor(train[name].values) for name in self.layout.shapes}
        self._theta = self.layout.pack(parameters)
        p = self.layout.views(self._theta.double())
        self._B, self._F = p["B"], cell.map(p)

    def start(self, x: Float[np.ndarray, "n 1 variable"]) -> State:  # noqa: D102
        now = torch.as_tensor(x[:, -1].T, dtype=self._theta.dtype).expand(self.members, -1, -1)
        state = force(self.layout.cell, self.layout.views(self._theta)["B"], now)
        return tuple(part.double() for part in state)

    @torch.no_grad()
    def step(self, state: State, s: Input = None) -> State:  # noqa: D102
        return self._F(state, self._drive(s, state))

    def observe(self, state: State) -> Float[np.ndarray, "member n variable"]:  # noqa: D102
        return (self._B @ state[0]).mT.numpy()

    @torch.no_grad()
    def propagate(  # noqa: D102
        self, state: State, V: Tangents, s: Input = None
    ) -> tuple[State, Tangents]:
        members, n, dimension, vectors = V.shape
        drive = self._drive(s, state)
        # Every state stands beside itself once for each of its tangent vectors.
        where = tuple(part.repeat_interleave(vectors, dim=2) for part in state)
        driven = None if drive is None else drive.repeat_interleave(vectors, dim=2)
        side_by_side = V.transpose(0, 2, 1, 3).reshape(members, dimension, n * vectors)
        directions = torch.split(torch.as_tensor(side_by_side), self.layout.latent, dim=1)

        def F(*parts: Tensor) -> State:
            return self._F(parts, driven)

        stretched = torch.cat(jvp(F, where, directions)[1], dim=1).numpy()
        after = stretched.reshape(members, dimension, n, vectors).transpose(0, 2, 1, 3)
        return self._F(state, drive), after

    def run(  # noqa: D102
        self, state: State, steps: int, s: Float[np.ndarray, "step channel"] | None = None
    ) -> tuple[Float[np.ndarray, "member n step variable"], State]:
        if state[0].shape[2] != 1:
            return super().run(state, steps, s)
        single = tuple(part.to(self._theta.dtype) for part in state)
        inputs = None if s is None else torch.as_tensor(s, dtype=self._theta.dtype)
        z, last = self._engine.orbit(self._theta, single, steps, inputs)
        x = (z @ self.layout.views(self._theta)["B"].mT).double().numpy()
        return x[:, None], tuple(part.double() for part in last)

    def _drive(self, s: Input, state: State) -> Drive | None:
        if s is None:
            return None
        return torch.as_tensor(s.T, dtype=torch.float64).expand(self.members, -1, state[0].shape[2])
