"""Steps of trained networks and of tangent vectors, in torch and in double precision."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.func import jvp

from tausweep.models.dynamics import Input, Tangents
from tausweep.models.rnn.cell import Drive, State
from tausweep.models.rnn.layout import Layout


class Steps:
    """F_θ and its derivative; states are NumPy's arrays, before and after."""

    def __init__(self, layout: Layout, theta: Float[np.ndarray, "member parameter"]) -> None:
        torch.set_num_threads(1)  # torch's threads, idle between small operations, take the cores
        self._latent = layout.latent
        self._F = layout.cell.map(layout.views(torch.tensor(theta, dtype=torch.float64)))

    def step(self, state: State, s: Input) -> State:
        """The states one step on; `s` as of `Dynamics.step`."""
        return _arrays(self._F(_tensors(state), _drive(s, state)))

    def propagate(self, state: State, V: Tangents, s: Input) -> tuple[State, Tangents]:
        """States and tangent vectors one step on; as `Dynamics.propagate`."""
        members, n, dimension, vectors = V.shape
        now, drive = _tensors(state), _drive(s, state)
        # Every state stands beside itself once for each of its tangent vectors.
        where = tuple(part.repeat_interleave(vectors, dim=2) for part in now)
        driven = None if drive is None else drive.repeat_interleave(vectors, dim=2)
        side_by_side = V.transpose(0, 2, 1, 3).reshape(members, dimension, n * vectors)
        directions = torch.split(torch.as_tensor(side_by_side), self._latent, dim=1)

        def F(*parts: Tensor) -> State:
            return self._F(parts, driven)

        stretched = torch.cat(jvp(F, where, directions)[1], dim=1).numpy()
        after = stretched.reshape(members, dimension, n, vectors).transpose(0, 2, 1, 3)
        return _arrays(self._F(now, drive)), after


def _tensors(state: State) -> State:
    return tuple(torch.as_tensor(part) for part in state)


def _arrays(state: State) -> State:
    return tuple(part.numpy() for part in state)


def _drive(s: Input, state: State) -> Drive | None:
    if s is None:
        return None
    members, _, n = state[0].shape
    return torch.as_tensor(s.T, dtype=torch.float64).expand(members, -1, n)
