"""D_stsp: how far an orbit's distribution in state space lies from the data's.

D_stsp = Σ_k p_k ln(p_k / q_k), the Kullback-Leibler divergence of the data (p) from the orbit (q)
over the cells of a partition of state space (Koppe et al. 2019; Mikhaeil, Monfared, Durstewitz
2022, Appx. A.5), with p_k = (n_k + α) / (n + αK) for n_k of n samples in cell k of K (Laplace).

Its value depends on length, cells and α: it means something only beside its floor, the data
against another stretch of the same system, and its ceiling, the data against a constant orbit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from jaxtyping import Float, Int

MOST_VARIABLES = 5
"""Beyond this, boxes are so many that two stretches of one system hardly share any."""


@dataclass(frozen=True)
class Histogram:
    """How often each cell of a partition was visited; cells never visited are not stored."""

    cell: Int[np.ndarray, " visited"]
    """Cells visited, ascending."""
    count: Int[np.ndarray, " visited"]
    """Visits to each of them."""
    cells: int
    """Cells the partition has, visited or not."""

    @classmethod
    def of(cls, cell: Int[np.ndarray, " time"], cells: int) -> Self:
        """Count the visits, given the cell of every sample."""
        return cls(*np.unique(cell, return_counts=True), cells)

    def at(self, cell: Int[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
        """Visits to the given cells, which ascend and include all that were visited."""
        count = np.zeros(len(cell), dtype=np.int64)
        count[np.searchsorted(cell, self.cell)] = self.count
        return count


@dataclass(frozen=True)
class Partition:
    """State space cut into equal boxes, and one cell more for all that falls outside them.

    Without that overflow cell an orbit that leaves the data's region is judged by its few samples
    inside. NaN falls outside: what an orbit lacks after it diverged counts as having left.
    """

    lower: Float[np.ndarray, " variable"]
    upper: Float[np.ndarray, " variable"]
    bins: int
    """Boxes along each variable."""

    @classmethod
    def around(cls, data: Float[np.ndarray, "time variable"], bins: int, margin: float) -> Self:
        """Boxes over the range of the data, widened by margin·σ on each side.

        Raises
        ------
        ValueError
            If there are more than five variables, or the data hold NaN or infinity.
        """
        variables = data.shape[1]
        if variables > MOST_VARIABLES:
            raise ValueError(
                f"metrics.geometry: boxes in state space need at most {MOST_VARIABLES} variables, "
                f"found {variables}; choose fewer variables of the series"
            )
        if not np.isfinite(data).all():
            raise ValueError(
                "metrics.geometry: the held-out data must be finite, found NaN or infinity; "
                "fill or cut these samples of the series"
            )
        reach = margin * data.std(axis=0)
        return cls(data.min(axis=0) - reach, data.max(axis=0) + reach, bins)

    @property
    def shape(self) -> tuple[int, ...]:
        """How many boxes there are along each variable."""
        return (self.bins,) * len(self.lower)

    @property
    def cells(self) -> int:
        """How many cells there are: all boxes and the overflow cell, which is the last."""
        return math.prod(self.shape) + 1

    def histogram(self, x: Float[np.ndarray, "time variable"]) -> Histogram:
        """Visits of a trajectory, in the data's units, to every cell.

        A sample on the upper edge belongs to the last box.
        """
        x = np.asarray(x, dtype=np.float64)
        inside = ((x >= self.lower) & (x <= self.upper)).all(axis=1)
        # A variable of no extent has all its samples inside at the lower edge: any width will do.
        width = np.where(self.upper > self.lower, self.upper - self.lower, 1.0) / self.bins
        box = np.minimum((x[inside] - self.lower) / width, self.bins - 1).astype(np.int64)
        cell = np.full(len(x), self.cells - 1)
        cell[inside] = np.ravel_multi_index(tuple(box.T), self.shape)
        return Histogram.of(cell, self.cells)


def divergence(p: Histogram, q: Histogram, alpha: float) -> float:
    """Kullback-Leibler divergence Σ p ln(p / q) of two smoothed histograms, in nats.

    Cells that neither visited are equal among themselves, so that their exact part of the sum is
    their number times one term, and 30⁵ cells cost no more than those visited.

    Parameters
    ----------
    p, q
        Visits by the data and by the orbit to the cells of the same partition.
    alpha
        Laplace smoothing, added to the count of every cell.
    """
    cell = np.union1d(p.cell, q.cell)
    p_count, q_count = p.at(cell) + alpha, q.at(cell) + alpha
    p_total = p.count.sum() + alpha * p.cells
    q_total = q.count.sum() + alpha * q.cells
    shift = np.log(q_total / p_total)
    visited = np.sum(p_count * (np.log(p_count / q_count) + shift))
    never_visited = (p.cells - len(cell)) * alpha * shift
    return float((visited + never_visited) / p_total)
