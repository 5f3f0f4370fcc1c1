"""The best learning interval of a sweep, by the median of its members, and its bootstrap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from tausweep.members.quantile import quantile

Draws = Float[np.ndarray, " resample"]


@dataclass(frozen=True)
class Best:
    """What a sweep says of its best τ by one quantity, lower being better."""

    tau: float
    """With the lowest median over members, in steps; NaN where no median is finite."""
    median: float
    """Of the members there."""
    good: tuple[float, float]
    """The τ around it, of those tried, whose medians are at most so many times the lowest."""
    edge: int
    """−1 where it is the smallest τ tried, 1 where the largest, else 0: what is best may lie
    beyond."""
    draws: Draws
    """Best τ of resampled members, each anywhere in the stretch between it and its neighbours."""

    def interval(self, confidence: float) -> tuple[float, float]:
        """Of the draws, widened to hold τ itself; NaN where there are none."""
        if not np.isfinite(self.draws).any():
            return np.nan, np.nan
        low, high = np.nanquantile(self.draws, [(1 - confidence) / 2, (1 + confidence) / 2])
        return min(float(low), self.tau), max(float(high), self.tau)


def by_tau(
    tau: Float[np.ndarray, " run"],
    member: Int[np.ndarray, " run"],
    values: Float[np.ndarray, " run"],
) -> tuple[Float[np.ndarray, " tau"], Float[np.ndarray, "tau member"]]:
    """A sweep as a table: the τ in steps, ascending, and the value of every member at each.

    Where two τ come to the same steps, as 10 and half of τ_pred may, they trained the same members
    twice, who count once. A member that is not there at some τ has no value there.
    """
    steps, row = np.unique(tau, return_inverse=True)
    numbers, column = np.unique(member, return_inverse=True)
    table = np.full((len(steps), len(numbers)), np.nan)
    table[row, column] = values
    return steps, table


def best(
    tau: Float[np.ndarray, " tau"],
    values: Float[np.ndarray, "tau member"],
    *,
    good: float,
    resamples: int,
    rng: np.random.Generator,
) -> Best:
    """The τ with the lowest median over members, and how far resampling moves it.

    Members are resampled whole, over all τ together: those of one number share initial weights and
    batches. As only some τ were tried, the best one is known to within its neighbours, so each
    resample's best is drawn log-uniformly from between the geometric means with these; at an edge
    of what was tried, from as far to the other side.

    Parameters
    ----------
    tau
        Learning intervals, ascending.
    values
        Of every member there; what is not a number counts as infinitely bad.
    good
        Factor by which the median of a good τ may exceed the lowest.
    """
    median = quantile(values, 0.5)
    if not np.isfinite(median).any():
        nowhere = (np.nan, np.nan)
        return Best(np.nan, np.nan, nowhere, 0, np.full(resamples, np.nan))
    at = int(median.argmin())
    if len(tau) == 1:  # no neighbours between which a better one could lie
        only = float(tau[0])
        return Best(only, float(median[0]), (only, only), 0, np.full(resamples, np.nan))
    chosen = rng.integers(values.shape[1], size=(resamples, values.shape[1]))
    resampled = quantile(values[:, chosen], 0.5)
    found = resampled.argmin(axis=0)
    between = np.sqrt(tau[1:] * tau[:-1])
    lower = np.r_[tau[0] ** 2 / between[0], between]
    upper = np.r_[between, tau[-1] ** 2 / between[-1]]
    draws = lower[found] * (upper[found] / lower[found]) ** rng.uniform(size=resamples)
    draws[~np.isfinite(resampled.min(axis=0))] = np.nan
    return Best(
        float(tau[at]),
        float(median[at]),
        stretch(tau, median <= good * median[at], at),
        int(at == len(tau) - 1) - int(at == 0),
        draws,
    )


def stretch(
    tau: Float[np.ndarray, " tau"], good: Bool[np.ndarray, " tau"], at: int
) -> tuple[float, float]:
    """The first and the last τ of those around `at` that are good without a gap."""
    bad = np.flatnonzero(~good)
    first = bad[bad < at].max(initial=-1) + 1
    last = bad[bad > at].min(initial=len(tau)) - 1
    return float(tau[first]), float(tau[last])
