"""Distributions in state space by histogram: boxes, visits to them, and their divergence.

p_k = (n_k + α) / (n + αK) for n_k of n samples in box k of K (Laplace).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from jaxtyping import Float, Int

MOST_BOXED = 5
"""Variables. Beyond these, boxes are so many that two stretches of one system hardly share any."""


@dataclass(frozen=True)
class Histogram:
    """How often each box of a partition was visited; boxes never visited are not stored."""

    box: Int[np.ndarray, " visited"]
    """Boxes visited, ascending."""
    count: Int[np.ndarray, " visited"]
    """Visits to each of them."""
    boxes: int
    """Boxes the partition has, visited or not."""

    @classmethod
    def of(cls, box: Int[np.ndarray, " time"], boxes: int) -> Self:
        """Count the visits, given the box of every sample."""
        return cls(*np.unique(box, return_counts=True), boxes)

    def at(self, box: Int[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
        """Visits to the given boxes, which ascend and include all that were visited."""
        count = np.zeros(len(box), dtype=np.int64)
        count[np.searchsorted(box, self.box)] = self.count
        return count


@dataclass(frozen=True)
class Partition:
    """State space cut into equal boxes, and one more for all that falls outside them.

    Without that overflow box an orbit that leaves the data's region is judged by its few samples
    inside. NaN falls outside: what an orbit lacks after it diverged counts as having left.
    """

    lower: Float[np.ndarray, " variable"]
    upper: Float[np.ndarray, " variable"]
    bins: int
    """Boxes along each variable."""

    @classmethod
    def around(cls, data: Float[np.ndarray, "time variable"], bins: int, margin: float) -> Self:
        """Boxes over the range of the data, which are finite, widened by margin·σ on each side."""
        reach = margin * data.std(axis=0)
        return cls(data.min(axis=0) - reach, data.max(axis=0) + reach, bins)

    @property
    def shape(self) -> tuple[int, ...]:
        """How many boxes there are along each variable."""
        return (self.bins,) * len(self.lower)

    @property
    def boxes(self) -> int:
        """How many boxes there are in all; the overflow box is the last."""
        return math.prod(self.shape) + 1

    def histogram(self, x: Float[np.ndarray, "time variable"]) -> Histogram:
        """Visits of a trajectory, in the data's units, to every box.

        A sample on the upper edge belongs to the last box along that variable.
        """
        x = np.asarray(x, dtype=np.float64)
        inside = ((x >= self.lower) & (x <= self.upper)).all(axis=1)
        # A variable of no extent has all its samples inside at the lower edge: any width will do.
        width = np.where(self.upper > self.lower, self.upper - self.lower, 1.0) / self.bins
        place = np.minimum((x[inside] - self.lower) / width, self.bins - 1).astype(np.int64)
        box = np.full(len(x), self.boxes - 1)
        box[inside] = np.ravel_multi_index(tuple(place.T), self.shape)
        return Histogram.of(box, self.boxes)


def divergence(p: Histogram, q: Histogram, alpha: float) -> float:
    """Kullback-Leibler divergence Σ p ln(p / q) of two smoothed histograms, in nats.

    Boxes that neither visited are equal among themselves, so that their exact part of the sum is
    their number times one term, and 30⁵ boxes cost no more than those visited.

    Parameters
    ----------
    p, q
        Visits by the data and by the orbit to the boxes of the same partition.
    alpha
        Laplace smoothing, added to the count of every box.
    """
    box = np.union1d(p.box, q.box)
    p_count, q_count = p.at(box) + alpha, q.at(box) + alpha
    p_total = p.count.sum() + alpha * p.boxes
    q_total = q.count.sum() + alpha * q.boxes
    shift = np.log(q_total / p_total)
    visited = np.sum(p_count * (np.log(p_count / q_count) + shift))
    never_visited = (p.boxes - len(box)) * alpha * shift
    return float((visited + never_visited) / p_total)
