"""How large the white noise on a series is, by its smoothness and by its recurrences."""

from __future__ import annotations

from math import comb
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.spatial import cKDTree
from scipy.special import erf

from tausweep.statespace.embedding import delay_vectors


class Noise(NamedTuple):
    """How large the white noise on one variable is, relative to its standard deviation."""

    level: float
    """The estimate; where `resolved` is false, an upper bound."""
    resolved: bool
    """Whether noise can be told from the dynamics."""
    smooth: bool
    """Whether the clean variable is smooth from sample to sample: a flow, finely sampled."""


def noise_level(x: Float[np.ndarray, "time"]) -> Noise:
    """White noise on a variable: what neither its smoothness nor its recurrences explain.

    Two published estimators, each of which takes for noise whatever it cannot resolve, so the
    smaller one counts:

    - variate differences (Tintner 1940, The Variate Difference Method): differences of order k
      of white noise have variance C(2k, k) σ², those of a smooth signal vanish as k grows. Resolved
      if the estimate has become constant in k.
    - coarse-grained dimensions (Schreiber 1993, Phys. Rev. E 48, R13): see `_recurrence_noise`.
    """
    x = (x - x.mean()) / x.std()
    orders = np.array([np.sqrt(np.mean(np.diff(x, k) ** 2) / comb(2 * k, k)) for k in (16, 24)])
    difference = Noise(float(orders[1]), bool(orders[1] > 0.92 * orders[0]), True)
    recurrence = _recurrence_noise(x)
    smooth = difference.level < 2 * recurrence.level
    # A bound counts against an estimate only if it is clearly lower.
    if smooth and (difference.resolved or difference.level < recurrence.level):
        level = difference
        if recurrence.resolved and recurrence.level < difference.level:
            level = recurrence
    else:
        level = recurrence
    return level._replace(smooth=smooth)


def _recurrence_noise(x: Float[np.ndarray, "time"], dimension: int = 4) -> Noise:
    """Noise of a standardised variable from the numbers of its near pairs (Schreiber 1993, R13).

    C_m(r) counts pairs of delay vectors of m samples nearer than r (maximum norm), and
    d_m = d ln C_m / d ln r. Where m samples determine the next one, d_{m+1} − d_m is zero for exact
    data, and for Gaussian noise g(r / 2σ), g(z) = 2 z e^{−z²} / (√π erf z): one below the noise,
    zero above it. σ is fitted to this; it is resolved if the smallest radii with enough pairs show
    the rise. Where the largest show it too, all is noise.
    """
    vectors = delay_vectors(x[:, None], dimension + 1, 1)
    vectors = vectors[:: -(-len(vectors) // 4_000)]
    radii = np.geomspace(1e-4, 1.0, 41)
    pairs = [
        np.asarray(tree.count_neighbors(tree, radii, p=np.inf)) - len(vectors)
        for tree in (cKDTree(vectors[:, 1:]), cKDTree(vectors))
    ]
    enough = pairs[1] >= 200
    if enough.sum() < 6:
        return Noise(1.0, False, False)
    ln_r = np.log(radii[enough])
    d = [(np.log(c[enough][2:]) - np.log(c[enough][:-2])) / (ln_r[2:] - ln_r[:-2]) for c in pairs]
    r, rise = np.exp(ln_r[1:-1]), d[1] - d[0]
    if rise[:3].mean() < 0.25:  # g(1.3)
        return Noise(float(r[1] / 2.6), False, False)
    if rise[-1] > 0.5:  # nor do larger radii show dynamics
        return Noise(1.0, True, False)
    levels = np.geomspace(1e-5, 1.5, 500)
    z = r[r < 0.5] / (2 * levels[:, None])
    misfit = (rise[r < 0.5] - 2 / np.sqrt(np.pi) * z * np.exp(-(z**2)) / erf(z)) ** 2
    return Noise(float(levels[misfit.sum(axis=1).argmin()]), True, False)
