"""Learning the dynamics of a linear system in discrete time, x_{i+1} = A x_i.

Section 2 of "Dynamics of learning when learning dynamics using neural networks" (anonymous, under
review), which is "the paper" in this package, and whose equations the numbers are. Snapshots are
columns, as there: X = [x_1 … x_m] and Y = [y_1 … y_m], with y_i the state one step after x_i.
Pseudo-time τ is the number of steps of gradient descent times their size, and has the unit of
1 / energy.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Complex, Float

from tausweep.theory.quadratic import Quadratic

Snapshots = Float[np.ndarray, "variable sample"]
Square = Float[np.ndarray, "variable variable"]


def loss(A: Square, X: Snapshots, Y: Snapshots) -> float:
    """Mean squared error of one step, halved: ‖Y − Â X‖² / 2mn (eq. 3)."""
    return float(np.mean((Y - A @ X) ** 2) / 2)


def gradient(A: Square, X: Snapshots, Y: Snapshots) -> Square:
    """∇L = −(Y − Â X) Xᵀ / mn (eq. 4)."""
    return np.asarray(-(Y - A @ X) @ X.T / X.size)


def learning(X: Snapshots, Y: Snapshots, *, rank: int | None = None) -> Quadratic:
    """The loss (3) of any data, by the singular vectors of X: its `flow` is eqs. 5-7.

    C = X Xᵀ / mn and D = Y Xᵀ / mn, so that the rate of mode i is σ_i² / mn. Modes are ordered from
    the one of most energy. The paper's coordinates are Uᵀ Â U with U = `directions`.

    Energy is the second moment, about zero. The paper calls it covariance and its absence a lack
    of variance, which is the same for data of mean zero only: a constant has energy and is learned.

    Parameters
    ----------
    rank
        Number of directions with energy. Without it, those whose singular value is more than
        the rounding error of the decomposition, max(n, m) ε σ_1: others cannot be told from zero.
        Data that were rounded more coarsely, as by files in single precision, have a lower rank
        than this says.

    Raises
    ------
    ValueError
        `rank` exceeds the number of variables or of samples.
    """
    n, m = X.shape
    U, sigma, Vt = np.linalg.svd(X, full_matrices=m < n)  # all of U, no more of V than needed
    if rank is None:
        rank = int((sigma > max(n, m) * np.finfo(float).eps * sigma[0]).sum())
    if rank > len(sigma):
        raise ValueError(f"rank {rank} is more than {n} variables and {m} samples allow")
    sigma = np.where(np.arange(len(sigma)) < rank, sigma, 0.0)
    cross = np.zeros((len(Y), n))
    cross[:, : len(sigma)] = Y @ Vt.T[:, : len(sigma)] * sigma / (m * n)
    rates = np.zeros(n)
    rates[: len(sigma)] = sigma**2 / (m * n)
    return Quadratic(U, rates, cross)


def learning_of_linear(X: Snapshots, A: Square, *, rank: int | None = None) -> Quadratic:
    """The loss (3) where the truth is linear, Y = A X: its `flow` is eq. 8, exactly.

    Â(τ) = A + (Â(0) − A) exp(−X Xᵀ τ / mn).
    """
    data = learning(X, np.zeros_like(X), rank=rank)
    return Quadratic(data.directions, data.rates, A @ data.directions * data.rates)


class Blocks(NamedTuple):
    """A matrix in the data's basis, Uᵀ A U: from and to directions with energy (1), without (2)."""

    within: Float[np.ndarray, "r r"]
    """A_11."""
    into: Float[np.ndarray, "r rest"]
    """A_12: what directions without energy do to those with."""
    out: Float[np.ndarray, "rest r"]
    """A_21: zero if and only if the data's subspace is invariant under A."""
    beyond: Float[np.ndarray, "rest rest"]
    """A_22."""


def blocks(A: Square, data: Quadratic) -> Blocks:
    """The blocks of eqs. 9 and 10. The columns A_12 and A_22 are those that are not learnable."""
    seen, unseen = data.directions[:, data.learned], data.directions[:, ~data.learned]
    return Blocks(*(to.T @ A @ from_ for to in (seen, unseen) for from_ in (seen, unseen)))


def limiting_spectrum(
    A: Square, initial: Square, data: Quadratic
) -> Complex[np.ndarray, " variable"]:
    """Eigenvalues of what is learned for τ → ∞ (eq. 10): those of A_11 and those of Â_22(0).

    They are exact where the data's subspace is invariant, `blocks(A, data).out` = 0 (eq. 9); in all
    cases before τ → ∞, and otherwise, take the eigenvalues of `data.flow(initial, τ)`. That the
    second come from a block in the data's basis matters: a stable initial matrix may have an
    unstable block (`tausweep.theory.random_matrices`).
    """
    learned, kept = blocks(A, data).within, blocks(initial, data).beyond
    return np.concatenate([np.linalg.eigvals(learned), np.linalg.eigvals(kept)]).astype(complex)
