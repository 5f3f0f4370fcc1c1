"""States put on the data, in torch and differentiable: how training begins a window."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from tausweep.models.rnn.cell import Cell, State


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
