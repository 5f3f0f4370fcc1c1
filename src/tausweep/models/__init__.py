"""Recurrent networks z_{t+1} = F_θ(z_t), x̂_t = B z_t, batched over members.

A cell is a stateless object that knows the names, dimensions and initial values of its parameters
and turns a set of parameters into the map F_θ. Every parameter carries a leading `member` axis, so
that many replicates advance in one batched matrix product; no operation mixes members.

To add a cell, write one module beside `plrnn.py` and register it in `CELLS` (and its name in
`config.Model.cell`).
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from tausweep.models.cell import Cell, Map, Parameters, State
from tausweep.models.lstm import LSTM
from tausweep.models.plrnn import PLRNN
from tausweep.models.rnn import RNN

__all__ = [
    "CELLS",
    "Cell",
    "Map",
    "Parameters",
    "State",
    "dimensions",
    "force",
    "initial_parameters",
    "pseudo_inverse",
]

CELLS: dict[str, Cell] = {"plrnn": PLRNN(), "rnn": RNN(), "lstm": LSTM()}


def dimensions(cell: Cell) -> dict[str, tuple[str, ...]]:
    """Names of the axes of every parameter of one member, the observation matrix B included."""
    return {**cell.dimensions, "B": ("variable", "latent")}


def initial_parameters(
    cell: Cell, latent: int, variables: int, rng: np.random.Generator
) -> dict[str, Float[np.ndarray, "..."]]:
    """Initial parameters of one member, drawn from its own random stream.

    B is drawn as torch.nn.Linear draws its weights, uniform in ±1/√M.
    """
    bound = latent**-0.5
    return {
        **cell.initial(latent, rng),
        "B": rng.uniform(-bound, bound, size=(variables, latent)),
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
