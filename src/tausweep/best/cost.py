"""What it costs to train at another τ than the best: the median there over the lowest."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float


def cost(median: Float[np.ndarray, " tau"]) -> Float[np.ndarray, " tau"]:
    """Median over members at every τ, over the lowest of all.

    1 at the best τ and infinite where half of the members are lost. NaN where no median is finite,
    or the lowest is negative, as nothing is so many times as bad then.
    """
    lowest = median.min()
    if not 0 <= lowest < np.inf:
        return np.full_like(median, np.nan)
    if lowest == 0:
        return np.where(median == 0, 1.0, np.inf)
    return np.asarray(median / lowest)


def between(where: float, tau: Float[np.ndarray, " tau"], cost: Float[np.ndarray, " tau"]) -> float:
    """Cost at a τ that may lie between those tried, on a line through log cost over log τ.

    NaN outside, as nothing is known of what was not tried; infinite beside a τ where it is.

    Parameters
    ----------
    where
        A learning interval, in steps.
    tau
        Those tried, ascending.
    cost
        At each of them.
    """
    if not tau[0] <= where <= tau[-1]:
        return math.nan
    right = int(np.searchsorted(tau, where))
    if tau[right] == where:
        return float(cost[right])
    share = math.log(where / tau[right - 1]) / math.log(tau[right] / tau[right - 1])
    return float(cost[right - 1] ** (1 - share) * cost[right] ** share)
