"""The baseline that anyone can run: Rosenstein's method as usually written, by loops over points.

For each state its nearest neighbour is sought among all others that are not close in time. The mean
of the logarithm of their distance, over lags, rises with slope λ_max until it saturates
(Rosenstein, Collins, De Luca 1993, Physica D 65, 117). The line is fitted to the lags
of one mean period, or to the first five steps of a map.
"""

from __future__ import annotations

import numpy as np

from tausweep.statespace.neighbours import mean_period


def curve(states: np.ndarray, lags: int, theiler: int) -> np.ndarray:
    """Mean log distance over lags 0 … lags − 1, for states (time, coordinate)."""
    known = states[:-lags]
    total, count = np.zeros(lags), np.zeros(lags)
    for i, state in enumerate(known):
        distance = np.linalg.norm(known - state, axis=1)
        distance[max(0, i - theiler) : i + theiler + 1] = np.inf
        j = int(distance.argmin())
        for lag in range(lags):
            apart = np.linalg.norm(states[i + lag] - states[j + lag])
            if apart > 0:
                total[lag] += np.log(apart)
                count[lag] += 1
    return total / count


def exponent(states: np.ndarray) -> float:
    """λ_max per step."""
    period = mean_period(states)
    lags = 6 if period < 6 else round(period)
    return float(np.polyfit(np.arange(lags), curve(states, lags, round(period)), 1)[0])
