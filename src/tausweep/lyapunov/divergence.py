"""How neighbours part: the divergence curves of Rosenstein and of Kantz.

Rosenstein, Collins, De Luca 1993, Physica D 65, 117: the mean of the logarithms of nearest
neighbours' distances. Kantz 1994, Phys. Lett. A 185, 77: of all neighbours within a radius ε, the
logarithm of the mean distance, averaged over reference points. Both with one change, for flows:
distances are measured across the flow. A neighbour's displacement has a part a along the flow,
which keeps its size, and a part b that grows as e^{λt}. The mean of ln |displacement| over random
a : b then rises by λ / (1 + e^{-λt}) instead of λ; in a finite series the curve saturates before
the difference is gone, and slopes come out 10 to 20 % low. Without the part along the flow the
slope is λ from the first steps on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from tausweep.statespace.neighbours import nearest

BLOCKS = 50
"""Blocks of successive reference points that are resampled together."""
NEAR = 2.0
"""Neighbours have separated when their mean ln distance is within this of saturation."""
LAGS = 120
"""At most about this many lags of the curve are computed; longer curves are thinned."""
RADII = (5, 20)
"""Kantz's radii ε are the median distances to the neighbours of these ranks. Of the states within
ε, as many as the largest rank are followed, the nearest."""
FLOW_PERIOD = 6.0
"""Series with a shorter mean period, in steps, count as maps, which have no flow direction."""


@dataclass(frozen=True)
class Curve:
    """Mean ln distance of neighbours against time, by blocks of reference points."""

    estimator: str
    """rosenstein or kantz."""
    dimension: int
    """Of the delay embedding."""
    radius: float
    """Kantz's ε, in standard deviations; NaN for Rosenstein."""
    lag: Int[np.ndarray, "lag"]
    """Time since the neighbours were found, in steps."""
    log_sum: Float[np.ndarray, "block lag"]
    """Sum over the reference points of a block of ln distance."""
    count: Int[np.ndarray, "block lag"]
    """How many of them have a distance that is not zero."""
    saturation: float
    """ln of the root mean square distance of states that have nothing to do with each other."""
    zero_distances: int
    """Distances that were zero, over all pairs and lags; they are left out."""

    @property
    def mean(self) -> Float[np.ndarray, "lag"]:
        """The curve: mean ln distance at each lag."""
        curve: np.ndarray = self.resample(np.ones((1, len(self.count)), dtype=int))[0]
        return curve

    @property
    def separates(self) -> bool:
        """Whether neighbours ever get as far apart as unrelated states are, but for `NEAR`."""
        mean = self.mean
        return bool((mean[np.isfinite(mean)] > self.saturation - NEAR).any())

    def bootstrap(
        self, resamples: int, rng: np.random.Generator
    ) -> Float[np.ndarray, "resample lag"]:
        """Curves of as many blocks, drawn with replacement."""
        blocks = len(self.count)
        return self.resample(rng.multinomial(blocks, np.full(blocks, 1 / blocks), resamples))

    def resample(
        self, weights: Int[np.ndarray, "resample block"]
    ) -> Float[np.ndarray, "resample lag"]:
        """Curves in which block b is taken `weights[:, b]` times."""
        with np.errstate(invalid="ignore"):  # a lag with no pair at all is NaN
            return np.asarray((weights @ self.log_sum) / (weights @ self.count))


class Pairs:
    """Reference states and their neighbours, and how far apart they are later."""

    def __init__(
        self,
        states: Float[np.ndarray, "state coordinate"],
        references: int,
        theiler: int,
        longest: int,
        flow: bool,
    ) -> None:
        known = states[: len(states) - longest]
        evenly = np.unique(np.linspace(0, len(known) - 1, references).astype(int))
        self.there, self.here = nearest(known, evenly, max(RADII), theiler)
        self.states = states
        self.flow = np.zeros((0, 0))
        if flow and states.shape[1] > 1:  # across a line there is nothing
            velocity = np.gradient(states, axis=0)
            speed = np.linalg.norm(velocity, axis=1, keepdims=True)
            self.flow = velocity / np.where(speed > 0, speed, 1.0)

    def apart(
        self, i: Int[np.ndarray, "*pair"], j: Int[np.ndarray, "*pair"]
    ) -> Float[np.ndarray, "*pair"]:
        """Distances of states, across the flow."""
        between = self.states[j] - self.states[i]
        square = np.einsum("...c,...c->...", between, between)
        if len(self.flow):
            square -= np.einsum("...c,...c->...", between, self.flow[i]) ** 2
        return np.asarray(np.sqrt(np.maximum(square, 0.0)))

    def later(self, lag: int, rows: slice | np.ndarray = slice(None)) -> np.ndarray:
        """Distances (reference, neighbour) of the references in `rows`, some steps later."""
        there = self.there[rows] + lag
        return self.apart(np.broadcast_to((self.here[rows] + lag)[:, None], there.shape), there)

    def saturation(self, rng: np.random.Generator) -> float:
        """Ln rms distance of random pairs."""
        unrelated = self.apart(*rng.integers(len(self.states), size=(2, 10_000)))
        return float(np.log(np.mean(unrelated**2)) / 2)


def diverge(
    states: Float[np.ndarray, "state coordinate"],
    *,
    dimension: int,
    theiler: int,
    max_lag: int | None,
    references: int,
    flow: bool,
    rng: np.random.Generator,
) -> list[Curve]:
    """Follow the distances of neighbours.

    1. Take reference points evenly from the states.
    2. Find the nearest neighbours of each that are more than `theiler` steps away in time.
    3. Follow them; of a difference keep what is at right angles to the flow at the reference
       point (central difference of the states).

    Parameters
    ----------
    states
        Delay vectors of `dimension`.
    max_lag
        How long to follow, in steps. None: three times the time until the neighbours of a
        tenth of the reference points have separated, at most 1/5 of the states.
    flow
        Whether the series is of a flow; a map has no direction along which distances stay.
    rng
        Draws the unrelated states.

    Returns
    -------
    list of Curve
        Rosenstein's, and Kantz's for each of `RADII`. Empty where no state has enough neighbours.
    """
    longest = len(states) // 5
    pairs = Pairs(states, max(references // 10, 100), theiler, longest, flow)
    if not len(pairs.here):
        return []
    saturation = pairs.saturation(rng)
    if max_lag is None:
        max_lag = longest
        coarse = np.unique(np.geomspace(1, longest, 60).astype(int))
        mean = np.array([_mean_log(pairs.later(int(lag))[:, 0]) for lag in coarse])
        separated = mean > saturation - NEAR
        if separated.any():
            max_lag = min(longest, max(3 * int(coarse[separated.argmax()]), 2 * theiler, 10))
    pairs = Pairs(states, references, theiler, max_lag, flow)
    lags = np.arange(0, max_lag + 1, -(-max_lag // LAGS))
    return _follow(pairs, lags, dimension, saturation)


def _follow(
    pairs: Pairs, lags: Int[np.ndarray, "lag"], dimension: int, saturation: float
) -> list[Curve]:
    starts = pairs.later(0)
    radii = [float(np.median(starts[:, rank - 1])) for rank in RADII]
    inside = [starts <= radius for radius in radii]
    blocks = np.linspace(0, len(starts), min(BLOCKS, len(starts)), endpoint=False).astype(int)
    log_sum = np.zeros((1 + len(RADII), len(blocks), len(lags)))
    count = np.zeros_like(log_sum, dtype=int)
    zeros = 0
    for k, lag in enumerate(lags):
        distance = pairs.later(int(lag))
        zeros += int((distance[:, 0] == 0).sum())
        means = [
            np.where(near.any(axis=1), (distance * near).sum(axis=1) / near.sum(axis=1).clip(1), 0)
            for near in inside
        ]
        for c, typical in enumerate([distance[:, 0], *means]):
            there = typical > 0
            logarithm = np.log(typical, out=np.zeros_like(typical), where=there)
            log_sum[c, :, k] = np.add.reduceat(logarithm, blocks)
            count[c, :, k] = np.add.reduceat(there, blocks, dtype=int)
    names = ["rosenstein", *("kantz" for _ in RADII)]
    return [
        Curve(name, dimension, radius, lags, log_sum[c], count[c], saturation, zeros)
        for c, (name, radius) in enumerate(zip(names, [np.nan, *radii], strict=True))
    ]


def _mean_log(distance: Float[np.ndarray, "pair"]) -> float:
    there = distance > 0
    return float(np.log(distance[there]).mean()) if there.any() else -np.inf
