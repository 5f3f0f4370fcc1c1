"""λ_max from data: mean logarithmic distance of nearest neighbours.

Rosenstein, Collins, De Luca 1993, Physica D 65, 117, with one change: distances are measured
across the flow. A neighbour's displacement has a part a along the flow, which keeps its size,
and a part b that grows as e^{λt}. The mean of ln |displacement| over random a : b then rises by
λ / (1 + e^{-λt}) instead of λ; in a finite series the curve saturates before the difference is
gone, and slopes come out 10 to 20 % low. Without the part along the flow the slope is λ from
the first steps on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial import cKDTree

BLOCKS = 50
"""Blocks of successive reference points that are resampled together."""
NEAR = 2.0
"""Neighbours have separated when their mean ln distance is within this of saturation."""
LAGS = 1_000
"""At most about this many lags of the curve are computed; longer curves are thinned."""


@dataclass(frozen=True)
class Divergence:
    """How the distance of neighbours grows, by blocks of reference points."""

    lag: Int[np.ndarray, "lag"]
    """Time since the neighbours were found, in steps."""
    log_sum: Float[np.ndarray, "block lag"]
    """Sum over the pairs of a block of ln distance."""
    pairs: Int[np.ndarray, "block lag"]
    """How many pairs of a block have a distance that is not zero."""
    saturated: float
    """ln of the root mean square distance of states that have nothing to do with each other."""
    saturates: bool
    """Whether neighbours ever get that far apart, but for `NEAR`: on a cycle they do not."""
    reference_points: int
    zero_distances: int
    """Distances that were zero, over all pairs and lags; they are left out."""

    @property
    def mean(self) -> Float[np.ndarray, "lag"]:
        """The curve: mean ln distance at each lag."""
        curve: np.ndarray = self.resample(np.ones((1, len(self.pairs)), dtype=int))[0]
        return curve

    def bootstrap(
        self, resamples: int, rng: np.random.Generator
    ) -> Float[np.ndarray, "resample lag"]:
        """Curves of as many blocks, drawn with replacement."""
        blocks = len(self.pairs)
        return self.resample(rng.multinomial(blocks, np.full(blocks, 1 / blocks), resamples))

    def resample(
        self, weights: Int[np.ndarray, "resample block"]
    ) -> Float[np.ndarray, "resample lag"]:
        """Curves in which block b is taken `weights[:, b]` times."""
        with np.errstate(invalid="ignore"):  # a lag with no pair at all is NaN
            return np.asarray((weights @ self.log_sum) / (weights @ self.pairs))


def mean_period(x: Float[np.ndarray, "time variable"]) -> float:
    """Reciprocal of the mean frequency, weighted by the power |FFT|², in steps."""
    power = (np.abs(np.fft.rfft(x - x.mean(axis=0), axis=0)) ** 2)[1:].sum(axis=1)
    return float(power.sum() / (power * np.fft.rfftfreq(len(x))[1:]).sum())


def embed(
    x: Float[np.ndarray, "time variable"], dimension: int, delay: int
) -> Float[np.ndarray, "state coordinate"]:
    """Delay vectors (x_t, x_{t+delay}, …) of `dimension` samples each (Takens 1981)."""
    states = len(x) - (dimension - 1) * delay
    return np.concatenate([x[k * delay : k * delay + states] for k in range(dimension)], axis=1)


def diverge(
    states: Float[np.ndarray, "state coordinate"],
    *,
    theiler: int,
    max_lag: int | None,
    reference_points: int,
    rng: np.random.Generator,
) -> Divergence:
    """Follow the distances of nearest neighbours.

    1. Take reference points evenly from the states.
    2. Find the nearest neighbour of each that is more than `theiler` steps away in time.
    3. Follow both; of their difference keep what is at right angles to the flow at the reference
       point (central difference of the states), and take the logarithm of its length.

    Parameters
    ----------
    max_lag
        How long to follow, in steps. None: three times the time until the neighbours of a
        tenth of the reference points have separated, at most 1/5 of the states.
    rng
        Draws the unrelated states.
    """
    flow = np.gradient(states, axis=0)
    speed = np.linalg.norm(flow, axis=1, keepdims=True)
    flow /= np.where(speed > 0, speed, 1.0)

    def distance(i: Int[np.ndarray, "pair"], j: Int[np.ndarray, "pair"]) -> np.ndarray:
        apart = states[j] - states[i]
        along = np.einsum("pc,pc->p", apart, flow[i])
        return np.asarray(np.linalg.norm(apart - along[:, None] * flow[i], axis=1))

    unrelated = distance(*rng.integers(len(states), size=(2, 10_000)))
    saturated = float(np.log(np.mean(unrelated**2)) / 2)

    def follow(
        count: int, lags: Int[np.ndarray, "lag"]
    ) -> tuple[Float[np.ndarray, "block lag"], Int[np.ndarray, "block lag"], int]:
        here, there = neighbours(states[: len(states) - lags[-1]], theiler, count)
        starts = np.linspace(0, len(here), min(BLOCKS, len(here)), endpoint=False).astype(int)
        log_sum = np.zeros((len(starts), len(lags)))
        pairs = np.zeros_like(log_sum, dtype=int)
        for k, lag in enumerate(lags):
            apart = distance(here + lag, there + lag)
            log = np.log(apart, out=np.zeros_like(apart), where=apart > 0)
            log_sum[:, k] = np.add.reduceat(log, starts)
            pairs[:, k] = np.add.reduceat(apart > 0, starts, dtype=int)
        return log_sum, pairs, len(here)

    longest = len(states) // 5
    coarse = np.unique(np.geomspace(1, longest, 60).astype(int))
    log_sum, pairs, _ = follow(max(reference_points // 10, 100), coarse)
    separated = log_sum.sum(axis=0) > (saturated - NEAR) * pairs.sum(axis=0)
    if max_lag is None:
        max_lag = longest
        if separated.any():
            max_lag = min(longest, max(3 * int(coarse[separated.argmax()]), 2 * theiler))
    lags = np.arange(0, max_lag + 1, -(-max_lag // LAGS))
    log_sum, pairs, count = follow(reference_points, lags)
    return Divergence(
        lag=lags,
        log_sum=log_sum,
        pairs=pairs,
        saturated=saturated,
        saturates=bool(separated.any()),
        reference_points=count,
        zero_distances=int(count * len(lags) - pairs.sum()),
    )


def neighbours(
    states: Float[np.ndarray, "state coordinate"], theiler: int, count: int
) -> tuple[Int[np.ndarray, "pair"], Int[np.ndarray, "pair"]]:
    """Reference points, evenly from the states, and the nearest neighbour of each.

    A k-d tree gives neighbours in order of distance; more and more of them are asked for until
    one is more than `theiler` steps away in time. Points without one are left out.
    """
    tree = cKDTree(states)
    here = np.unique(np.linspace(0, len(states) - 1, count).astype(int))
    there = np.full(len(here), -1)
    missing = np.arange(len(here))
    asked = 8
    while len(missing):
        # At most 2·theiler + 1 states are too close in time, so this many always suffice.
        asked = min(4 * asked, 2 * theiler + 2, len(states))
        found = np.asarray(tree.query(states[here[missing]], k=asked)[1])
        apart = np.abs(found - here[missing, None]) > theiler
        has = apart.any(axis=1)
        there[missing[has]] = found[has, apart[has].argmax(axis=1)]
        if asked == min(2 * theiler + 2, len(states)):
            break
        missing = missing[~has]
    return here[there >= 0], there[there >= 0]
