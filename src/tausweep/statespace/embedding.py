"""Delay embedding: its delay and its dimension, chosen from the data.

Delay vectors s_t = (x_t, x_{t−d}, …, x_{t−(m−1)d}) unfold an attractor from what is observed
(Takens 1981; several variables: Deyle & Sugihara 2011, PLoS ONE 6, e18295). The delay d is where
the mutual information of x_t and x_{t+d} has its first minimum (Fraser & Swinney 1986, Phys. Rev.
A 33, 1134), or where the autocorrelation has fallen below 1/e, whichever comes first. The
dimension m is the least at which neighbours are no longer false (Kennel, Brown, Abarbanel 1992,
Phys. Rev. A 45, 3403). Cao's E1 and E2 (1997, Physica D 110, 43) are kept beside it as a check:
E1 stops changing at that dimension, and E2 is 1 at every dimension for random numbers only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from tausweep.statespace.neighbours import mean_period, nearest

MARGINALS = 16
"""Boxes of equal probability per axis, in which mutual information is counted."""
FALSE_GROWTH = 15.0
"""A neighbour is false if the next coordinates take it so many times further away (Kennel's R)."""
FALSE_DISTANCE = 2.0
"""… or further than so many standard deviations (Kennel's A)."""
FALSE_SHARE = 0.01
"""Largest share of false neighbours at which a dimension will do."""
REFERENCES = 1_000
"""States whose nearest neighbour is tested."""
COORDINATES = 10
"""Dimensions are tried up to so many coordinates, of all variables together."""


@dataclass(frozen=True)
class Choice:
    """A delay and a dimension, and the curves they were read from."""

    delay: int
    dimension: int
    mutual_information: Float[np.ndarray, "lag variable"]
    """In nats, at lags 1, 2, …."""
    autocorrelation: Float[np.ndarray, "lag variable"]
    """At lags 1, 2, …."""
    false_neighbours: Float[np.ndarray, "dimension"]
    """Share of nearest neighbours that are false, at dimensions 1, 2, …."""
    cao_e1: Float[np.ndarray, "dimension"]
    cao_e2: Float[np.ndarray, "dimension"]
    """E1 and E2 at the same dimensions; the last is NaN, since both compare with the next."""


def described(
    chosen: Choice, *, lag: str, variable: str, dimension: str
) -> dict[str, tuple[tuple[str, ...], Any, str, str]]:
    """The curves as variables: dimensions of these names, values, long name and unit."""
    per_lag, per_dimension = (lag, variable), (dimension,)
    return {
        "mutual_information": (
            per_lag,
            chosen.mutual_information,
            "mutual information of a variable with itself later",
            "nat",
        ),
        "autocorrelation": (per_lag, chosen.autocorrelation, "autocorrelation", "1"),
        "false_neighbours": (
            per_dimension,
            chosen.false_neighbours,
            "share of nearest neighbours that are false (Kennel)",
            "1",
        ),
        "cao_e1": (per_dimension, chosen.cao_e1, "Cao's E1", "1"),
        "cao_e2": (per_dimension, chosen.cao_e2, "Cao's E2", "1"),
    }


def delay_vectors(
    x: Float[np.ndarray, "time variable"], dimension: int, delay: int
) -> Float[np.ndarray, "state coordinate"]:
    """Delay vectors, the present first: row i is (x_t, x_{t−delay}, …) at t = i + (m−1)·delay."""
    states = len(x) - (dimension - 1) * delay
    parts = [x[k * delay : k * delay + states] for k in range(dimension - 1, -1, -1)]
    return np.concatenate(parts, axis=1)


def choose(
    x: Float[np.ndarray, "time variable"],
    *,
    theiler: int,
    delay: int | None = None,
    dimension: int | None = None,
) -> Choice:
    """Choose what is not given, and keep the curves either way.

    Raises
    ------
    ValueError
        If the series is too short for the delay.
    """
    information, correlation = dependence(x)
    if delay is None:
        delay = common_delay(information, correlation)
    most = max(2, COORDINATES // x.shape[1], dimension or 1)
    most = min(most, (len(x) // 2) // delay)
    if most < 1:
        raise ValueError(
            f"a delay of {delay} steps is too long for {len(x)} samples: lower it, or give a "
            "longer series"
        )
    false, e1, e2 = false_neighbours(x, delay, most, theiler)
    if dimension is None:
        enough = np.flatnonzero(false <= FALSE_SHARE)
        dimension = 1 + int(enough[0] if len(enough) else false.argmin())
    return Choice(delay, dimension, information, correlation, false, e1, e2)


def dependence(
    x: Float[np.ndarray, "time variable"],
) -> tuple[Float[np.ndarray, "lag variable"], Float[np.ndarray, "lag variable"]]:
    """Mutual information in nats and autocorrelation, at lags 1, 2, … up to two mean periods."""
    longest = int(min(max(4, 2 * mean_period(x)), len(x) // 10))
    information = np.stack([mutual_information(v, longest) for v in x.T], axis=1)
    return information, autocorrelation(x, longest)


def common_delay(
    information: Float[np.ndarray, "lag variable"], correlation: Float[np.ndarray, "lag variable"]
) -> int:
    """The median over variables of their first delays, at least 1."""
    by_variable = map(first_delay, information.T, correlation.T)
    return max(1, round(float(np.median(list(by_variable)))))


def mutual_information(x: Float[np.ndarray, "time"], longest: int) -> Float[np.ndarray, "lag"]:
    """Mutual information of x_t and x_{t+lag} in nats, at lags 1 … `longest`."""
    rank = np.empty(len(x), dtype=int)
    rank[np.argsort(x, kind="stable")] = np.arange(len(x))
    box = rank * MARGINALS // len(x)
    information = np.empty(longest)
    for lag in range(1, longest + 1):
        count = np.bincount(box[:-lag] * MARGINALS + box[lag:], minlength=MARGINALS**2)
        joint = count.reshape(MARGINALS, MARGINALS) / count.sum()
        apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
        there = joint > 0
        information[lag - 1] = (joint[there] * np.log(joint[there] / apart[there])).sum()
    return information


def autocorrelation(
    x: Float[np.ndarray, "time variable"], longest: int
) -> Float[np.ndarray, "lag variable"]:
    """Autocorrelation at lags 1 … `longest`, of each variable."""
    spectrum = np.fft.rfft(x - x.mean(axis=0), 2 * len(x), axis=0)
    covariance = np.fft.irfft(np.abs(spectrum) ** 2, axis=0)
    return np.asarray(covariance[1 : longest + 1] / covariance[0])


def first_delay(
    information: Float[np.ndarray, "lag"], correlation: Float[np.ndarray, "lag"]
) -> int:
    """First minimum of the information, or first correlation below 1/e if that is earlier."""
    minima = 1 + np.flatnonzero(
        (information[1:-1] < information[:-2]) & (information[1:-1] <= information[2:])
    )
    decayed = np.flatnonzero(correlation < 1 / np.e)
    return 1 + int(min([*minima[:1], *decayed[:1], len(information) - 1]))


def false_neighbours(
    x: Float[np.ndarray, "time variable"], delay: int, most: int, theiler: int
) -> tuple[
    Float[np.ndarray, "dimension"], Float[np.ndarray, "dimension"], Float[np.ndarray, "dimension"]
]:
    """Count, at dimensions 1 … `most`, the neighbours that the next delayed sample tears apart.

    Returns
    -------
    three arrays (dimension,)
        Share of false neighbours; Cao's E1 and E2, NaN at the last dimension, E2 also where
        neighbours stay where they are. Cao's distances are in the maximum norm, as in his paper;
        neighbours are nearest in the Euclidean one.
    """
    false, distance_ratio, step = np.full((3, most), np.nan)
    limit = FALSE_DISTANCE * np.sqrt((x.std(axis=0) ** 2).sum())
    for m in range(1, most + 1):
        # All dimensions are given the same states, so that E1 and E2 compare like with like.
        states = delay_vectors(x, m, delay)[(most - m) * delay :][: len(x) - most * delay]
        ahead = x[(m - 1) * delay + (most - m) * delay + delay :][: len(states)]
        reference = np.unique(np.linspace(0, len(states) - 1, REFERENCES).astype(int))
        found, here = nearest(states, reference, 1, theiler)
        there = found[:, 0]
        near = states[there] - states[here]
        next_apart = ahead[there] - ahead[here]
        apart = np.linalg.norm(near, axis=1)
        torn = np.linalg.norm(next_apart, axis=1)
        differ = apart > 0
        false[m - 1] = np.mean(
            (torn > FALSE_GROWTH * apart) & (torn > 1e-6 * limit) | (np.hypot(apart, torn) > limit)
        )
        largest = np.abs(near).max(axis=1)[differ]
        next_largest = np.maximum(largest, np.abs(next_apart).max(axis=1)[differ])
        # On a cycle of whole steps all distances are zero, and stay so.
        distance_ratio[m - 1] = np.mean(next_largest / largest) if differ.any() else 1.0
        step[m - 1] = np.abs(next_apart).mean()
    e1, e2 = np.full((2, most), np.nan)
    e1[:-1] = distance_ratio[1:] / distance_ratio[:-1]
    moves = step[:-1] > 0
    e2[:-1][moves] = step[1:][moves] / step[:-1][moves]
    return false, e1, e2
