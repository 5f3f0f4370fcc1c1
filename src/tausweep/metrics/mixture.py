"""Distributions in state space by Gaussian mixtures, for any number of variables.

p(x) = 1/K Σ_k N(x; c_k, σ² I), centred on the points c_k of a trajectory, and likewise q; the
divergence ∫ p ln(p / q) by Monte Carlo (Mikhaeil, Monfared, Durstewitz 2022, Appx. A.5). Of several
definitions in use this one is KL(data ‖ orbit) in coordinates standardised by the data.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

BLOCK = 4_000_000
"""Distances held at once: 32 MB."""
SEED = 0
"""Of the samples: the same for every orbit, so that orbits differ by themselves alone."""

Points = Float[np.ndarray, "centre variable"]


@dataclass(frozen=True)
class Mixture:
    """Equal isotropic Gaussians; of a trajectory that diverged, some are infinitely far away."""

    centres: Points
    """Those that are somewhere."""
    number: int
    """All, those infinitely far away included."""
    variance: float

    def log_density(self, x: Float[np.ndarray, "n variable"]) -> Float[np.ndarray, " n"]:
        """Ln p(x); −∞ of a mixture that is nowhere. Memory is bounded, whatever the lengths."""
        density = np.full(len(x), -math.inf)
        if not len(self.centres):
            return density
        rows = max(1, BLOCK // len(self.centres))
        norm = 0.5 * x.shape[1] * math.log(2 * math.pi * self.variance) + math.log(self.number)
        for begin in range(0, len(x), rows):
            part = slice(begin, begin + rows)
            density[part] = _log_sum_exp(self._exponents(x[part])) - norm
        return density

    def _exponents(self, x: Float[np.ndarray, "n variable"]) -> Float[np.ndarray, "n centre"]:
        """−|x − c|² / 2σ², by one matrix product."""
        square = (x**2).sum(axis=1)[:, None] + (self.centres**2).sum(axis=1)
        return np.asarray((x @ self.centres.T - 0.5 * square) / self.variance)

    def sample(self, n: int) -> Float[np.ndarray, "n variable"]:
        """Points drawn from it, always the same."""
        rng = np.random.default_rng(SEED)
        centre = self.centres[rng.integers(len(self.centres), size=n)]
        return centre + math.sqrt(self.variance) * rng.standard_normal(centre.shape)


def around(x: Points, data: Points, variance: float, most: int) -> Mixture:
    """Mixture centred on at most so many points of x, evenly spread over time.

    Parameters
    ----------
    x
        Trajectory; points that are not finite, after it diverged, are infinitely far away.
    data
        Standardises the coordinates; a variable of theirs that does not move is not scaled.
    variance
        Of every Gaussian, in variances of the data.
    most
        Gaussians.
    """
    x = np.asarray(x, dtype=np.float64)
    points = x[np.linspace(0, len(x) - 1, min(most, len(x))).round().astype(int)]
    spread = data.std(axis=0)
    centres = (points - data.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    finite = np.isfinite(centres).all(axis=1)
    return Mixture(centres[finite], len(centres), variance)


def divergence(p: Mixture, q: Mixture, samples: int) -> float:
    """Kullback-Leibler divergence ∫ p ln(p / q) in nats, the mean over samples drawn from p.

    It is exactly 0 of equal mixtures; of different ones it may come out below 0 by chance, by
    about √(2 D / samples) for a divergence D. Infinite where q is nowhere.
    """
    x = p.sample(samples)
    return float(np.mean(p.log_density(x) - q.log_density(x)))


def _log_sum_exp(exponents: Float[np.ndarray, "n centre"]) -> Float[np.ndarray, " n"]:
    largest = exponents.max(axis=1, keepdims=True)
    return np.asarray(largest[:, 0] + np.log(np.exp(exponents - largest).sum(axis=1)))
