"""Sparse teacher forcing of a linear recurrent network: what a learning interval τ does to modes.

The network z_{t+1} = Â z_t is put on the data every τ steps and followed in between. Its loss over
windows that begin at states X, with Y_k the states k steps later,

    L = Σ_{k=1}^τ ‖Y_k − Â^k X‖² / 2mnτ,

is a polynomial in Â of degree 2τ. For τ = 1 it is eq. 3. Here τ counts steps of the dynamics, and
is no pseudo-time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Complex, Float

from tausweep.theory.discrete import Snapshots, Square

Targets = Float[np.ndarray, "tau variable sample"]
"""Y_1 … Y_τ."""


def loss(A: Square, X: Snapshots, targets: Targets) -> float:
    """L(Â)."""
    z, total = X, 0.0
    for Y in targets:
        z = A @ z
        total += float(np.mean((Y - z) ** 2) / 2)
    return total / len(targets)


def gradient(
    A: Float[np.ndarray, "*batch n n"], X: Snapshots, targets: Targets
) -> Float[np.ndarray, "*batch n n"]:
    """∇L = Σ_k Σ_{j<k} (Âʲ)ᵀ (Â^k X − Y_k) (Â^{k−1−j} X)ᵀ / mnτ, by back-propagation in time.

    With z_k = Â^k X and p_k = (z_k − Y_k) + Âᵀ p_{k+1} from p_{τ+1} = 0, it is
    Σ_k p_k z_{k−1}ᵀ / mnτ.
    """
    z = [np.broadcast_to(X, (*A.shape[:-2], *X.shape))]
    for _ in targets:
        z.append(A @ z[-1])
    transposed = np.swapaxes(A, -1, -2)
    p, total = np.zeros_like(z[0]), np.zeros_like(A)
    for k in range(len(targets), 0, -1):
        p = z[k] - targets[k - 1] + transposed @ p
        total = total + p @ np.swapaxes(z[k - 1], -1, -2)
    return np.asarray(total / (X.size * len(targets)))


class Scalar(NamedTuple):
    """The loss of one real mode, and its derivatives."""

    loss: Float[np.ndarray, "*value"]
    slope: Float[np.ndarray, "*value"]
    curvature: Float[np.ndarray, "*value"]


def scalar(
    learned: Float[np.ndarray, "*value"] | float, truth: float, tau: int, energy: float = 1.0
) -> Scalar:
    """L(â) = c Σ_k (â^k − a^k)² / 2τ, L' and L'', with c the mean square of the data.

    L'(â) = c Σ k â^{k−1} (â^k − a^k) / τ. Beyond |â| = 1, L rises as â^{2τ}: a cliff.
    """
    k = np.arange(1, tau + 1)
    x = np.asarray(learned, dtype=float)[..., None]
    error = x**k - float(truth) ** k
    first = k * x ** (k - 1)
    second = k * (k - 1) * x ** np.maximum(k - 2, 0)
    parts = error**2 / 2, first * error, first**2 + second * error
    return Scalar(*(energy * part.mean(axis=-1) for part in parts))


def fixed_points(truth: float, tau: int) -> Float[np.ndarray, " point"]:
    """Where L'(â) = 0 for a real mode: the truth and where else descent may be caught, sorted.

    L' = (â − a) Q(â), with Q = Σ_k Σ_{j<k} k a^{k−1−j} â^{k−1+j}, whose real roots are wanted. For
    τ = 2, Q = 1 + 2aâ + 2â² has some for |a| ≥ √2 alone: â = (−a ± √(a² − 2)) / 2, of which the one
    further from the truth is a minimum of the loss.
    """
    Q = np.zeros(2 * tau - 1)
    for k in range(1, tau + 1):
        Q[k - 1 : 2 * k - 1] += k * float(truth) ** np.arange(k - 1, -1, -1)
    roots = np.roots(Q[::-1])  # of a real matrix: real ones have no imaginary part at all
    return np.sort([truth, *roots.real[roots.imag == 0]])


def curvatures(
    eigenvalues: Complex[np.ndarray, " mode"], energies: Float[np.ndarray, " mode"], tau: int
) -> Float[np.ndarray, "mode mode"]:
    """The loss's curvature at the truth, by entries (p, q) of Â in the truth's eigenbasis.

    A is normal, with the data's directions as eigenvectors (a pair of complex ones of equal energy)
    and c_q = `energies` the rates at τ = 1. An error in entry (p, q), a coupling from mode q to
    mode p, then has a curvature of its own, and decays at this rate under gradient flow:

        h_pq = c_q Σ_k |Σ_{j<k} λ_p^j λ_q^{k−1−j}|² / τ,     h_pp = c_p Σ_k k² |λ_p|^{2(k−1)} / τ.

    The second is c_p / τ times, with q = |λ_p|²,
    (1 + q − (τ+1)² q^τ + (2τ²+2τ−1) q^{τ+1} − τ² q^{τ+2}) / (1−q)³: for long windows it falls as
    1/τ where |λ| < 1, after a maximum near τ = 1.69 / |ln |λ||, grows as τ²/3 where |λ| = 1, and
    exponentially where |λ| > 1, as τ |λ|^{2τ} / (|λ|² − 1).
    """
    lam = np.asarray(eigenvalues, dtype=complex)
    difference, power = np.zeros((len(lam), len(lam)), complex), np.ones(len(lam), complex)
    total = np.zeros((len(lam), len(lam)))
    with np.errstate(over="ignore", invalid="ignore"):  # beyond all numbers, and so infinite
        for _ in range(tau):
            difference = lam[:, None] * difference + power
            power = power * lam
            total += np.abs(difference) ** 2
    return np.asarray(np.where(np.isnan(total), np.inf, total) * energies / tau)


def largest_step(
    eigenvalues: Complex[np.ndarray, " mode"], energies: Float[np.ndarray, " mode"], tau: int
) -> float:
    """Step sizes of gradient descent below this converge, near the truth: 2 / max h_pq.

    Where a mode grows, |λ| > 1, it falls as |λ|^{−2τ}: a factor of 4 at τ = ln 2 / ln |λ|. Modes of
    curvature h are learned in 1/(η h) steps, so the step size that a growing mode allows decides
    which decaying ones are learned at all.
    """
    return float(2 / curvatures(eigenvalues, energies, tau).max())
