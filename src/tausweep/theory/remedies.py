"""Remedies against unstable learned dynamics, side by side: what each learns, in closed form.

Each function takes data, as the loss `discrete.learning` of them, initial weights and, where it has
one, a strength. It gives the learning, whose `at(τ)` is Â at a pseudo-time, infinity included.
Noise is that in the mean over it. All are for discrete time; what forward Euler learns in
continuous time is the map I + Â Δt in discrete time, with rates times Δt².
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from tausweep.theory import noise
from tausweep.theory.discrete import Square
from tausweep.theory.quadratic import Quadratic
from tausweep.theory.random_matrices import contracted


@dataclass(frozen=True)
class Learning:
    """A model W that is learned, and the dynamics Â = L W R that it stands for."""

    loss: Quadratic
    """Of W. Its rates and `time_to_learn` are those of this remedy."""
    initial: Square
    """W(0)."""
    left: Square
    right: Square

    def at(self, times: Float[np.ndarray, "*time"] | float) -> Float[np.ndarray, "*time n n"]:
        """Â(τ)."""
        return np.asarray(self.left @ self.loss.flow(self.initial, times) @ self.right)

    def descent(
        self, step: float, steps: Int[np.ndarray, "*time"] | int
    ) -> Float[np.ndarray, "*time n n"]:
        """Â after these numbers of steps of gradient descent of W."""
        return np.asarray(self.left @ self.loss.descent(self.initial, step, steps) @ self.right)


def nothing(data: Quadratic, initial: Square) -> Learning:
    """No remedy: eq. 7."""
    one = np.eye(len(initial))
    return Learning(data, initial, one, one)


def projection(data: Quadratic, initial: Square) -> Learning:
    """Only directions with energy are kept, of states and predictions: P Â P.

    Other directions are mapped to zero at once. Where the data's subspace is not invariant, what
    leads out of it (A_21) is lost.
    """
    seen = data.directions[:, data.learned]
    P = seen @ seen.T
    return Learning(data, initial, P, P)


def stable_initial(data: Quadratic, initial: Square, norm: float = 1.0) -> Learning:
    """Initial weights of spectral norm `norm` at most, stable in every basis for norm ≤ 1."""
    return nothing(data, contracted(initial, norm))


def isotropic_noise(data: Quadratic, initial: Square, sigma: float) -> Learning:
    """Noise of standard deviation σ in all directions: eq. 12 in the mean."""
    return nothing(noise.expected(data, sigma), initial)


def unexcited_noise(data: Quadratic, initial: Square, sigma: float) -> Learning:
    """Noise of standard deviation σ where the data have no energy: damps there, biases nothing."""
    return nothing(noise.expected(data, sigma, where="unexcited"), initial)


def weight_decay(data: Quadratic, initial: Square, strength: float) -> Learning:
    """½ strength ‖Â‖² is added to the loss: the same as isotropic noise of σ² = n strength."""
    return nothing(Quadratic(data.directions, data.rates + strength, data.cross), initial)


def whitening(data: Quadratic, initial: Square) -> Learning:
    """The data are scaled to energy 1 in all directions that have some: Â = Γ W Γ⁻¹.

    Γ = U diag(σ_i / √m), with 1 for directions without energy. States are learned as Γ⁻¹ x, so what
    is learned at all is learned at rate 1/n, and what is not stays so. Â(0) is as given.
    """
    n = len(data.rates)
    scale = np.where(data.learned, np.sqrt(data.rates * n), 1.0)
    colour, whiten = data.directions * scale, (data.directions / scale).T
    loss = Quadratic(np.eye(n), data.learned / n, whiten @ data.cross / scale)
    return Learning(loss, whiten @ initial @ colour, colour, whiten)


def spectral_radius(A: Float[np.ndarray, "*time n n"]) -> Float[np.ndarray, "*time"]:
    """Largest |λ|: what is learned is unstable where it exceeds 1."""
    return np.asarray(np.abs(np.linalg.eigvals(A)).max(axis=-1))


def bias(
    learned: Float[np.ndarray, "*time n n"], A: Square, data: Quadratic
) -> Float[np.ndarray, "*time"]:
    """‖(Â − A) U_r‖ / ‖A U_r‖: how far Â is from the truth in directions that the data excite."""
    seen = data.directions[:, data.learned]
    error = np.linalg.norm((learned - A) @ seen, axis=(-2, -1))
    return np.asarray(error / np.linalg.norm(A @ seen))
