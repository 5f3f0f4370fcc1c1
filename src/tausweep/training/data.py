"""The data as it is learned from: with noise, whitened, or as it is."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from tausweep.training.settings import Noise

NO_ENERGY = 1e-8
"""A direction with less than this fraction of the largest variance has no energy."""

Directions = tuple[Float[np.ndarray, " direction"], Float[np.ndarray, "variable direction"]]


def directions(x: Float[np.ndarray, "time variable"]) -> Directions:
    """Variances of the data along its principal directions, and these as columns."""
    centred = x - x.mean(axis=0)
    variance, U = np.linalg.eigh(centred.T @ centred / len(x))
    return np.maximum(variance, 0), U


def with_noise(
    x: Float[np.ndarray, "time variable"], noise: Noise, rng: np.random.Generator
) -> Float[np.ndarray, "time variable"]:
    """The data with Gaussian noise, everywhere or in directions without energy only.

    Where training sees no energy it learns nothing, and what a model does there follows from its
    initial weights; noise there damps it without a bias elsewhere (linear theory, section 2.1).

    Raises
    ------
    ValueError
        There is no direction without energy.
    """
    drawn = noise.strength * rng.standard_normal(x.shape)
    if noise.where == "everywhere":
        return x + drawn
    variance, U = directions(x)
    empty = U[:, variance < NO_ENERGY * variance.max()]
    if not empty.shape[1]:
        raise ValueError(
            "training.noise.where is 'unexcited', but the data have energy in all directions (the "
            f"least is {variance.min() / variance.max():.2g} of the largest): use 'everywhere'"
        )
    return x + drawn @ empty @ empty.T


def colouring(x: Float[np.ndarray, "time variable"]) -> Float[np.ndarray, "variable direction"]:
    """The matrix Γ with x = Γ w for which w has unit variance in all directions that have energy.

    In the others, where w has none either, Γ scales by the variables' root mean square: there is
    nothing that could be made equal (as in `theory.remedies.whitening`).
    """
    variance, U = directions(x)
    energetic = variance >= NO_ENERGY * variance.max()
    return U * np.sqrt(np.where(energetic, variance, variance.mean()))
