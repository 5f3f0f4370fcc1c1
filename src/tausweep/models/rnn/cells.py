"""Recurrent networks z_{t+1} = F_θ(z_t, s_t), x̂_t = B z_t, batched over members.

A cell is a stateless object that knows the names, dimensions and initial values of its parameters
and turns a set of parameters into the map F_θ. Every parameter carries a leading `member` axis, so
that many replicates advance in one batched matrix product; no operation mixes members.

To add a cell, write one module beside `rnn.py` and register it in `kinds.py`. It then runs on the
`eager` engine; see docs/extending.md.
"""

from __future__ import annotations

from importlib import import_module

import torch
from jaxtyping import Float
from torch import Tensor

from tausweep.models.rnn.cell import Arrays, Cell, Drive, Map, Parameters, State
from tausweep.models.rnn.initial import dimensions, initial_parameters, shapes
from tausweep.models.rnn.kinds import KINDS
from tausweep.models.rnn.layout import Layout

__all__ = [
    "CELLS",
    "Arrays",
    "Cell",
    "Drive",
    "Layout",
    "Map",
    "Parameters",
    "State",
    "dimensions",
    "force",
    "initial_parameters",
    "pseudo_inverse",
    "shapes",
]

CELLS: dict[str, Cell] = {
    name: getattr(import_module(f"tausweep.models.rnn.{name}"), kind)()
    for name, kind in KINDS.items()
}


def pseudo_inverse(
    B: Float[Tensor, "member variable latent"],
) -> Float[Tensor, "member latent variable"]:
    """Moore-Penrose pseudo-inverse B⁺ of matrices of full rank, differentiable (eq. 15).

    B⁺ = Bᵀ(BBᵀ)⁻¹ for M ≥ N and (BᵀB)⁻¹Bᵀ for M < N. The paper writes the second form, which
    does not exist for its own M > N. A singular or non-finite member yields non-finite values
    in its own rows and raises nothing: it must not end the training of its neighbours.
    """
    Bt = B.mT
    wide = B.shape[-1] >= B.shape[-2]
    gram = B @ Bt if wide else Bt @ B
    half: Tensor = torch.linalg.solve_ex(gram, B if wide else Bt, check_errors=False).result
    return half.mT if wide else half


def force(
    cell: Cell, B: Float[Tensor, "member variable latent"], x: Float[Tensor, "member variable n"]
) -> State:
    """The state put on the data: z̃ = B⁺x; whatever else a cell remembers is set to zero."""
    z = pseudo_inverse(B) @ x
    return (z, *(torch.zeros_like(z) for _ in range(cell.memory)))
