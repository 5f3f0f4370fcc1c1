"""The strength α of generalised teacher forcing, from the Jacobians of a model along the data.

Gradients through a sequence are products of (1 − α) J: they neither explode nor vanish where
α = 1 − 1/σ, with σ the largest singular value that the Jacobians J have on average (Hess, Monfared,
Brenner & Durstewitz 2023, arXiv:2306.04406, section 4; their code takes the arithmetic mean of J
along a sequence, and the largest σ of a batch).
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.func import jvp

from tausweep.engines.windows import Data
from tausweep.models.rnn.cell import State
from tausweep.models.rnn.forcing import force
from tausweep.models.rnn.layout import Layout


@torch.no_grad()
def strength(
    layout: Layout,
    theta: Float[Tensor, "member parameter"],
    data: Data,
    starts: Int[Tensor, "member sequence"],
    length: int,
) -> Float[Tensor, " member"]:
    """α = max(0, 1 − 1/σ) of every member, for a batch of sequences; 1 where σ is not finite."""
    J = mean_jacobians(layout, theta, data, starts, length)
    finite = J.isfinite().flatten(1).all(dim=1)
    sigma = torch.linalg.matrix_norm(torch.where(finite[:, None, None, None], J, 0.0), ord=2)
    alpha = (1 - 1 / sigma.amax(dim=1)).clamp(min=0)
    return torch.where(finite, alpha, 1.0)


def mean_jacobians(
    layout: Layout,
    theta: Float[Tensor, "member parameter"],
    data: Data,
    starts: Int[Tensor, "member sequence"],
    length: int,
) -> Float[Tensor, "member sequence to from"]:
    """The Jacobian of F_θ by the whole state, at states forced onto the data, mean over a sequence.

    One column at a time: tangent vectors of all samples of all sequences go side by side.
    """
    index = starts[:, :, None] + torch.arange(length, device=starts.device)
    if data.x.ndim == 2:
        x = data.x[index]
    else:
        x = data.x[torch.arange(len(starts), device=starts.device)[:, None, None], index]
    p = layout.views(theta)
    state = force(layout.cell, p["B"], x.flatten(1, 2).mT)
    s = None if data.s is None else data.s[index].flatten(1, 2).mT
    F = layout.cell.map(p)

    def step(*parts: Tensor) -> State:
        return F(parts, s)

    columns = []
    for place, part in enumerate(state):
        for row in range(part.shape[1]):
            tangent = [torch.zeros_like(other) for other in state]
            tangent[place][:, row] = 1.0
            stretched = jvp(step, state, tuple(tangent))[1]
            whole = torch.cat(stretched, dim=1)
            by_sequence = whole.view(*whole.shape[:2], starts.shape[1], length)
            columns.append(by_sequence.mean(dim=3).mT)
    return torch.stack(columns, dim=3)
