"""Losses that are quadratic in the learned matrix Â: how gradient flow and descent minimise them.

All of them have a gradient ∇L = Â C − D, with C symmetric and not negative. In the eigenbasis of C
every column of Â learns by itself, at a rate that is its eigenvalue. So

    Â(τ) = Â(0) − ∇L(Â(0)) ∫₀^τ exp(−C s) ds,

which divides by nothing: where C is singular the integral is τ, the gradient is zero, and Â stays
what it was. Losses of data, with or without noise, discrete or continuous in time, and most
remedies differ in C and D alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

Matrix = Float[np.ndarray, "output variable"]
"""A learned matrix, from n variables to as many outputs."""


@dataclass(frozen=True)
class Quadratic:
    """L(Â) = ½ tr(Â C Âᵀ) − tr(Â Dᵀ) + const, by the eigenbasis of C.

    Raises
    ------
    ValueError
        A rate is negative, or the loss has no minimum: D acts where C has no energy.
    """

    directions: Float[np.ndarray, "variable mode"]
    """U, orthogonal: the eigenvectors of C as columns."""
    rates: Float[np.ndarray, " mode"]
    """c, its eigenvalues, per unit of pseudo-time: how fast each mode is learned. Zero, exactly,
    for those that are not."""
    cross: Float[np.ndarray, "output mode"]
    """D U."""

    def __post_init__(self) -> None:
        if (self.rates < 0).any():
            raise ValueError(f"a rate of learning is negative: {self.rates.min():g}")
        if self.cross[:, self.rates == 0].any():
            raise ValueError("the loss has no minimum: D acts in directions without energy")

    @property
    def learned(self) -> Float[np.ndarray, " mode"]:
        """Which modes are learned at all."""
        return self.rates > 0

    @property
    def largest_step(self) -> float:
        """Gradient descent converges for step sizes below this, 2 / max c."""
        return float(2 / self.rates.max()) if self.learned.any() else np.inf

    def gradient(self, A: Matrix) -> Matrix:
        """∇L = Â C − D."""
        return np.asarray(self._gradient(A) @ self.directions.T)

    def flow(self, initial: Matrix, times: Float[np.ndarray, "*time"] | float) -> Matrix:
        """Â(τ) under gradient flow, dÂ/dτ = −∇L (eq. 5), at every one of these pseudo-times.

        `times` may be infinite. Returns (*time, output, variable).
        """
        return self._moved(initial, relaxation(self.rates, np.asarray(times)[..., None]))

    def descent(
        self, initial: Matrix, step: float, steps: Int[np.ndarray, "*time"] | int
    ) -> Matrix:
        """Â after these numbers of steps of gradient descent, Â_{k+1} = Â_k − η ∇L(Â_k).

        Exact: a mode's distance from its limit shrinks by 1 − η c with each step, so that
        ∫ exp(−c s) ds becomes η Σ (1 − η c)^i. It diverges for step sizes η above `largest_step`.
        Returns (*time, output, variable).
        """
        with np.errstate(over="ignore", invalid="ignore"):
            return self._moved(initial, _sum(self.rates, step, np.asarray(steps)[..., None]))

    def time_to_learn(self, fraction: float = 1 - np.exp(-1)) -> Float[np.ndarray, " mode"]:
        """Pseudo-time in which each mode covers this fraction of its way; 1/c by default.

        Infinite for modes that are not learned.
        """
        with np.errstate(divide="ignore"):
            return np.asarray(-np.log1p(-fraction) / self.rates)

    def _gradient(self, A: Matrix) -> Float[np.ndarray, "output mode"]:
        """∇L U."""
        return np.asarray(A @ self.directions * self.rates - self.cross)

    def _moved(self, initial: Matrix, weights: Float[np.ndarray, "*time mode"]) -> Matrix:
        """Â(0) minus the gradient there, with these weights of modes."""
        weights = np.where(self.learned, weights, 0.0)
        change = self._gradient(initial) * weights[..., None, :] @ self.directions.T
        return np.asarray(initial - change)


def relaxation(
    rates: Float[np.ndarray, "*rate"], times: Float[np.ndarray, "*rate"]
) -> Float[np.ndarray, "*rate"]:
    """∫₀^τ exp(−c s) ds = (1 − exp(−c τ)) / c, and τ for c = 0. Arguments broadcast."""
    rates, times = np.broadcast_arrays(rates, times)
    positive = rates > 0
    product = np.multiply(rates, times, where=positive, out=np.zeros(rates.shape))
    out = times.astype(float)
    return np.asarray(np.divide(-np.expm1(-product), rates, where=positive, out=out))


def _sum(
    rates: Float[np.ndarray, " mode"], step: float, steps: Int[np.ndarray, "*time 1"]
) -> Float[np.ndarray, "*time mode"]:
    """η Σ_{i<k} (1 − η c)^i = (1 − (1 − η c)^k) / c, without loss of digits where η c is small."""
    x = step * rates
    below = np.where(x < 1, x, 0.0)
    left = np.where(x < 1, -np.expm1(steps * np.log1p(-below)), 1 - (1 - x) ** steps)
    return np.asarray(np.divide(left, rates, where=rates > 0, out=np.zeros(left.shape)))
