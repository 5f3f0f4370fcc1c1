"""Whether an orbit comes to rest, or repeats itself and after how many steps.

Both are rules for orbits without noise, as those of a trained model are, whose beginning has been
left out: an orbit still far from its fixed point or cycle does neither.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from tausweep.statespace.neighbours import mean_period

PIECES = 8
"""Pieces of an orbit whose extents are compared."""
TIMES = 4
"""An orbit that repeats itself does so after its period, and after so many."""
TURNS = 50
"""Longest period that is looked for, in mean periods: after long enough, an orbit on a torus comes
back as near as one asks."""
STARTS = 1_000
"""Samples, spread evenly, from which an orbit is followed for a period."""


def comes_to_rest(x: Float[np.ndarray, "time variable"], still: float) -> bool:
    """Whether an orbit has come to rest, or is about to.

    It has where its last half extends no further than `still`: the root of the mean squared
    deviation from its mean, summed over variables. It is about to where its extent falls from each
    eighth to the next, and to less than half in all: an orbit that neither grows nor shrinks does
    so once in 40 000 times at most.
    """
    if extent(x[len(x) // 2 :]) <= still:
        return True
    pieces = np.array([extent(piece) for piece in np.array_split(x, PIECES)])
    return bool((np.diff(pieces) < 0).all() and pieces[-1] < pieces[0] / 2)


def extent(x: Float[np.ndarray, "time variable"]) -> float:
    """Root of the mean squared distance from the mean; 0 of nothing."""
    return float(np.sqrt(x.var(axis=0).sum())) if len(x) else 0.0


def period(x: Float[np.ndarray, "time variable"], tolerance: float) -> float:
    """After how many steps an orbit repeats itself, NaN if it does not.

    It does after p steps, no whole number in general, if states p and 4p steps apart differ by less
    than `tolerance`: the root of their mean squared distance, as a fraction of that of unrelated
    states. Between samples the orbit is a cubic spline. The least such p is sought, up to an eighth
    of the orbit and 50 mean periods. An orbit on a torus whose periods are in some ratio of small
    whole numbers, within the tolerance, counts as the cycle that it nearly is.
    """
    from scipy.interpolate import CubicSpline

    if not np.ptp(x, axis=0).any():
        return float("nan")
    most = int(min(len(x) // (2 * TIMES), TURNS * mean_period(x)))
    unrelated = np.sqrt(2) * extent(x)
    apart = _distances(x, most + 1) / unrelated
    lags = np.arange(1, most + 1)
    # Nearest to the period, or to a multiple of it, are lags at which the distance has a minimum,
    # no larger than what half a step makes of it.
    nearest = (apart[lags] <= apart[lags - 1]) & (apart[lags] <= apart[lags + 1])
    near = nearest & (apart[lags] <= tolerance + apart[1])
    orbit = CubicSpline(np.arange(len(x)), x)
    start = np.linspace(0, len(x) // 2, STARTS).astype(int)

    def distance(lag: float) -> float:
        far = orbit(start + lag) - x[start]
        return float(np.sqrt(np.mean(np.sum(far**2, axis=1))) / unrelated)

    for lag in lags[near]:
        found = _least(distance, float(lag))
        if distance(found) <= tolerance and distance(_least(distance, TIMES * found)) <= tolerance:
            return found
    return float("nan")


def _least(distance: Callable[[float], float], lag: float) -> float:
    """The lag of least distance, within half a step."""
    from scipy.optimize import minimize_scalar

    between = minimize_scalar(
        distance, bounds=(lag - 0.5, lag + 0.5), method="bounded", options={"xatol": 1e-5}
    )
    return lag if distance(lag) <= between.fun else float(between.x)


def _distances(x: Float[np.ndarray, "time variable"], most: int) -> Float[np.ndarray, " lag"]:
    """Root of the mean squared distance of states 0 … `most` steps apart."""
    x = x - x.mean(axis=0)
    number = len(x) - np.arange(most + 1)
    spectrum = np.fft.rfft(x, 2 * len(x), axis=0)
    product = np.fft.irfft((np.abs(spectrum) ** 2).sum(axis=1))[: most + 1]
    square = np.cumsum(np.concatenate([[0.0], (x**2).sum(axis=1)]))
    first, last = square[number], square[-1] - square[: most + 1]
    return np.asarray(np.sqrt(np.maximum(first + last - 2 * product, 0.0) / number))
