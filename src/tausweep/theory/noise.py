"""Noise in the data: what is learned from it, and in the mean over it (eqs. 11-15, 20-24).

With noise, X + N_x and Y + N_y stand for X and Y; all entries are independent, of mean zero and
variance σ². Nothing else changes: eqs. 12 and 13 are eq. 7 and its limit for the noisy data, and
eqs. 21 and 22 are the same for forward Euler. So `discrete.learning(*noisy(X, Y, …))` and
`continuous.learning_by_euler(*noisy(X, Y, …), Δt)` are these equations, for data of any rank.

Here are the losses in the mean over the noise, whose C and D are those of many samples: the noise
adds σ²/n to every rate. Their limits for τ → ∞ are eqs. 14, 15, 23 and 24. What is learned from m
samples converges to these in probability as m → ∞ at fixed energy X Xᵀ / m, with an error of order
1/√m.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Float

from tausweep.theory.discrete import Snapshots
from tausweep.theory.quadratic import Quadratic

Where = Literal["everywhere", "unexcited"]
"""In all directions, or in those alone in which the data have no energy."""


def noisy(
    X: Snapshots,
    Y: Snapshots,
    sigma: float,
    rng: np.random.Generator,
    *,
    trajectory: bool = False,
) -> tuple[Snapshots, Snapshots]:
    """X + N_x and Y + N_y (before eq. 11), Gaussian.

    Along a `trajectory`, y_i is x_{i+1} and has its noise: N_y is N_x, shifted by a column. The
    limits are the same, as noise at different times is independent.
    """
    n, m = X.shape
    if trajectory:
        N = sigma * rng.standard_normal((n, m + 1))
        return X + N[:, :-1], Y + N[:, 1:]
    return X + sigma * rng.standard_normal((n, m)), Y + sigma * rng.standard_normal((n, m))


def expected(data: Quadratic, sigma: float, *, where: Where = "everywhere") -> Quadratic:
    """The loss (3) of noisy data, in the mean over the noise: (11) in the mean is its gradient.

    `data` is `discrete.learning` without noise. C = (X Xᵀ / m + σ² P) / n, with P the identity or
    the projection on directions without energy; D is as without noise. For Y = A X the limit is
    A X Xᵀ (X Xᵀ + m σ² I)⁻¹ (eqs. 14 and 15): columns attenuated by `attenuation`, and zero where
    the data have no energy, from where the memory of Â(0) fades at rate σ²/n. It is the loss with
    weight decay ½ (σ²/n) ‖Â‖² (Bishop 1995, Neural Computation 7, 108). Noise only where there is
    no energy attenuates nothing.
    """
    return Quadratic(data.directions, data.rates + _added(data, sigma, where), data.cross)


def expected_by_euler(
    data: Quadratic, dt: float, sigma: float, *, where: Where = "everywhere"
) -> Quadratic:
    """The loss of forward Euler on noisy data, in the mean over the noise, (20) in the mean.

    `data` is `continuous.learning_by_euler` without noise. C gains Δt² σ²/n P; noise of x is in the
    difference y − x as well, and takes Δt σ²/n P from D. For Y = (I + A Δt) X the limit is eqs. 23
    and 24. These say no more than eq. 14 does: the map I + Â Δt is
    (I + A Δt) X Xᵀ (X Xᵀ + m σ² I)⁻¹, whatever Δt is, and −1/Δt, which smaller Δt is said to make
    more stable, is the map 0 in units of time.
    """
    added = dt**2 * _added(data, sigma, where)
    return Quadratic(data.directions, data.rates + added, data.cross - data.directions * added / dt)


def attenuation(
    singular: Float[np.ndarray, "*mode"], samples: int, sigma: float
) -> Float[np.ndarray, "*mode"]:
    """The factor σ_i² / (σ_i² + m σ²) of eqs. 15 and 24: SNR_i / (1 + SNR_i)."""
    return np.asarray(singular**2 / (singular**2 + samples * sigma**2))


def _added(data: Quadratic, sigma: float, where: Where) -> Float[np.ndarray, " mode"]:
    """σ²/n in the modes that get noise."""
    return np.where((where == "everywhere") | ~data.learned, sigma**2 / len(data.rates), 0.0)
