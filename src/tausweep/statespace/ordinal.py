"""Ordinal patterns of a series: their entropy and their complexity.

Of each window of `order` samples, `delay` steps apart, only the order of its values is kept (Bandt
& Pompe 2002, Phys. Rev. Lett. 88, 174102). Of the distribution P of the n = order! patterns follow
the entropy H = S(P) / ln n and the complexity C = Q₀ · JSD(P, U) · H, with the Jensen-Shannon
divergence from the uniform distribution U and Q₀ one over its largest value (Rosso, Larrondo,
Martín, Plastino, Fuentes 2007, Phys. Rev. Lett. 99, 154102). Both are 0 where there is one pattern
only; H is 1 and C is 0 of white noise; chaos has a C near the largest that its H allows.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float, Int

POINTS = 40
"""Points on each arc of the upper bound of C."""


def patterns(
    x: Float[np.ndarray, "time variable"],
    order: int,
    delay: int,
    resolution: Float[np.ndarray, " variable"] | float = 0.0,
) -> Int[np.ndarray, "window variable"]:
    """The pattern of every window of a trajectory, from 0 (ascending) to order! − 1 (descending).

    It is the Lehmer code: Σ_i (order − 1 − i)! times the number of later samples below the i-th.
    Equal values so keep their order in time, and those are equal that differ by no more than
    `resolution`.

    Raises
    ------
    ValueError
        The trajectory is shorter than a window.
    """
    windows = len(x) - (order - 1) * delay
    if windows < 1:
        raise ValueError(
            f"a window of {order} samples, {delay} steps apart, needs {(order - 1) * delay + 1} "
            f"steps, found {len(x)}"
        )
    samples = [x[i * delay : i * delay + windows] for i in range(order)]
    code = np.zeros((windows, x.shape[1]), dtype=np.int64)
    for i, earlier in enumerate(samples):
        limit = earlier - resolution
        for later in samples[i + 1 :]:
            code += math.factorial(order - 1 - i) * (later < limit)
    return code


def distribution(
    code: Int[np.ndarray, "window variable"], order: int
) -> Float[np.ndarray, "pattern variable"]:
    """Shares of all order! patterns, of each variable."""
    count = [np.bincount(each, minlength=math.factorial(order)) for each in code.T]
    return np.stack(count, axis=1) / len(code)


def entropy_and_complexity(
    p: Float[np.ndarray, "pattern ..."], number: Float[np.ndarray, "pattern ..."] | float = 1.0
) -> tuple[Float[np.ndarray, "..."], Float[np.ndarray, "..."]]:
    """H and C of distributions of patterns, each from 0 to 1.

    Parameters
    ----------
    p
        Probabilities.
    number
        How many patterns have each of these: of a distribution with few different probabilities
        each need stand there once only.
    """
    number = np.broadcast_to(number, p.shape)
    n = number.sum(axis=0)
    h = _entropy(p, number) / np.log(n)
    divergence = _entropy((p + 1 / n) / 2, number) - (_entropy(p, number) + np.log(n)) / 2
    largest = np.log(2 * n) - np.log(n) / 2 - (n + 1) / (2 * n) * np.log(n + 1)
    # The last digits of a sum of logarithms shall not make entropies that cannot be.
    h = np.clip(h, 0.0, 1.0)
    return h, np.clip(divergence / largest, 0.0, 1.0) * h


def _entropy(
    p: Float[np.ndarray, "pattern ..."], number: Float[np.ndarray, "pattern ..."]
) -> Float[np.ndarray, "..."]:
    return np.asarray(0.0 - np.sum(number * p * np.log(np.where(p > 0, p, 1.0)), axis=0))


def least_complexity(order: int) -> tuple[Float[np.ndarray, " h"], Float[np.ndarray, " h"]]:
    """H and C along the lower bound of C, H ascending: one pattern more likely than all others.

    Both bounds: Martín, Plastino, Rosso 2006, Physica A 369, 439.
    """
    n = math.factorial(order)
    p = 1 - (1 - 1 / n) * np.linspace(0, 1, POINTS * order) ** 2
    return _one_and_others(p, np.full_like(p, n - 1.0), n)


def greatest_complexity(order: int) -> tuple[Float[np.ndarray, " h"], Float[np.ndarray, " h"]]:
    """H and C along the upper bound of C, H ascending.

    It consists of n − 1 arcs. On that with k patterns, one grows from 0, at which the k − 1 others
    are equally likely, until all k are.
    """
    n = math.factorial(order)
    others = np.repeat(np.arange(1.0, n), POINTS)
    p = np.tile(np.linspace(0, 1, POINTS) ** 2, n - 1) / (others + 1)
    return _one_and_others(p, others, n)


def _one_and_others(
    p: Float[np.ndarray, " h"], others: Float[np.ndarray, " h"], n: int
) -> tuple[Float[np.ndarray, " h"], Float[np.ndarray, " h"]]:
    """H and C where one pattern has probability p, so many others share the rest equally."""
    levels = np.stack([p, (1 - p) / others, np.zeros_like(p)])
    number = np.stack([np.ones_like(p), others, n - 1 - others])
    return entropy_and_complexity(levels, number)
