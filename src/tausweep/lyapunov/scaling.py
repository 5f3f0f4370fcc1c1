"""The straight part of a divergence curve, and the slope of a line through it.

The rule. A line is fitted by least squares over many ranges of lags. Each range is also cut into
quarters, whose own slopes scatter about the line's where the curve is bent, oscillates or is
noisy. The error of a range, relative to its slope, is

    error² = (standard error by bootstrap)² + (standard deviation of the quarters' slopes)².

A range must be at least one mean period long, so that oscillations average out, twice as long as a
delay vector, since states that share coordinates part as these are replaced, and its line must
rise by `GROWTH`. If no range has an error below `STRAIGHT`, there is no scaling range and no
number. Of the ranges whose error is up to `ADMISSIBLE` times the least one, the first is taken:
the earliest start, then the earliest stop, because a curve is spoilt by pairs that saturate, few
at first, more and more later. All the admissible ranges together make the interval.

A power law tᵖ, by which neighbours on a torus part, is no straight line: over one doubling its
quarters scatter by 22 % for p = 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float, Int

from tausweep.lyapunov.rosenstein import Divergence

GROWTH = np.log(2)
"""Least rise of the line: one doubling, the time that τ_pred is."""
STRAIGHT = 0.2
"""Largest relative error of the slope that still counts as a straight line."""
ADMISSIBLE = 2.0
"""Ranges with up to this many times the best range's error take part in the interval."""
STEPS = 8
"""Least number of steps between computed lags in a range, so that quarters have slopes."""
SYSTEMATIC = 0.1
"""Widens the interval by this fraction at both ends. At 20 000 samples slopes are off λ_max by
that much on average, with no trace in the curve: high on Lorenz, where the saddle tears finite
distances apart (8 %), low on Duffing, where pairs that grow fast saturate early (10 %)."""
CANDIDATES = 40
"""Ends of ranges that are tried."""


@dataclass(frozen=True)
class Line:
    """The line through the scaling range."""

    start: int
    stop: int
    """First and last lag, in steps."""
    slope: float
    """λ_max, in nats per step."""
    intercept: float
    interval: tuple[float, float]


def find(
    divergence: Divergence,
    resampled: Float[np.ndarray, "resample lag"],
    *,
    shortest: float,
    confidence: float,
) -> Line | None:
    """Fit a line over the best range, by the rule of this module.

    Parameters
    ----------
    divergence, resampled
        The curve and its bootstrap resamples.
    shortest
        Least length of a range, in steps.
    confidence
        Of the interval.

    Returns
    -------
    Line or None
        None if no range is straight.
    """
    lag, curve, resampled = _finite(divergence, resampled)
    ranges = candidates(lag, shortest)
    if not len(ranges):
        return None
    weights = slopes(lag, ranges)
    slope = weights @ curve
    quarters = np.stack([slopes(lag, part) @ curve for part in cut(ranges, 4)])
    sampling = (weights @ resampled.T).std(axis=1)
    error = np.hypot(sampling, quarters.std(axis=0, ddof=1))
    rise = slope * (lag[ranges[:, 1]] - lag[ranges[:, 0]])
    relative = np.divide(error, slope, out=np.full_like(error, np.inf), where=rise >= GROWTH)
    best = relative.min()
    if not best <= STRAIGHT:
        return None
    # In order of start, then stop, as candidates come.
    admissible = ranges[relative <= min(ADMISSIBLE * best, STRAIGHT)]
    return _line(lag, curve, resampled, admissible, confidence)


def take(
    divergence: Divergence,
    resampled: Float[np.ndarray, "resample lag"],
    fit_range: tuple[int, int],
    *,
    confidence: float,
) -> Line | None:
    """Fit a line over a range chosen by a person, straight or not.

    Raises
    ------
    ValueError
        If the curve does not cover the range.
    """
    lag, curve, resampled = _finite(divergence, resampled)
    if fit_range[1] > divergence.lag[-1]:
        raise ValueError(
            f"lyapunov.fit_range must end within the {divergence.lag[-1]} steps that divergence "
            f"is followed, found {list(fit_range)}: shorten it or set lyapunov.max_lag"
        )
    inside = np.flatnonzero((lag >= fit_range[0]) & (lag <= fit_range[1]))
    if len(inside) <= STEPS:
        raise ValueError(
            f"lyapunov.fit_range must hold more than {STEPS} lags with distances, found "
            f"{len(inside)} in {list(fit_range)}: widen it"
        )
    start, stop = inside[[0, -1]]
    return _line(lag, curve, resampled, np.array([[start, stop]]), confidence)


def _finite(
    divergence: Divergence, resampled: Float[np.ndarray, "resample lag"]
) -> tuple[
    Int[np.ndarray, "finite"], Float[np.ndarray, "finite"], Float[np.ndarray, "resample finite"]
]:
    """Leave out lags at which all distances of some resample are zero: NaN would spread."""
    finite = np.isfinite(resampled).all(axis=0)
    return divergence.lag[finite], divergence.mean[finite], resampled[:, finite]


def _line(
    lag: Int[np.ndarray, "lag"],
    curve: Float[np.ndarray, "lag"],
    resampled: Float[np.ndarray, "resample lag"],
    ranges: Int[np.ndarray, "range 2"],
    confidence: float,
) -> Line | None:
    """Line over the first range; interval from all of them. None if the interval holds zero.

    The interval holds the percentiles of slopes, each from one bootstrap resample over a part of
    one range: in turn every range, and of it the whole, the first and the second half. So it
    covers the sampling, the choice of the range, and the bend that is left inside it.
    """
    parts = np.concatenate([ranges, *cut(ranges, 2)])
    samples = (slopes(lag, parts) @ resampled.T).ravel()
    slope = float(slopes(lag, ranges[:1])[0] @ curve)
    tail = 50 * (1 - confidence)
    lower, upper = (1 - SYSTEMATIC, 1 + SYSTEMATIC) * np.percentile(samples, (tail, 100 - tail))
    if not 0 < lower <= slope:
        return None
    start, stop = ranges[0]
    centre = slice(start, stop + 1)
    intercept = float(curve[centre].mean() - slope * lag[centre].mean())
    return Line(int(lag[start]), int(lag[stop]), slope, intercept, (float(lower), float(upper)))


def candidates(lag: Int[np.ndarray, "lag"], shortest: float) -> Int[np.ndarray, "range 2"]:
    """Ranges between at most `CANDIDATES` evenly spaced ends, at least `shortest` steps long."""
    ends = np.unique(np.linspace(0, len(lag) - 1, min(CANDIDATES, len(lag))).astype(int))
    start, stop = (grid.ravel() for grid in np.meshgrid(ends, ends, indexing="ij"))
    long = (stop - start >= STEPS) & (lag[stop] - lag[start] >= shortest)
    return np.stack([start[long], stop[long]], axis=1)


def slopes(
    lag: Int[np.ndarray, "lag"], ranges: Int[np.ndarray, "range 2"]
) -> Float[np.ndarray, "range lag"]:
    """Weights whose product with a curve is the least-squares slope over each range."""
    index = np.arange(len(lag))
    inside = (index >= ranges[:, :1]) & (index <= ranges[:, 1:])
    centre = (inside * lag).sum(axis=1, keepdims=True) / inside.sum(axis=1, keepdims=True)
    offset = inside * (lag - centre)
    return np.asarray(offset / (offset**2).sum(axis=1, keepdims=True))


def cut(ranges: Int[np.ndarray, "range 2"], parts: int) -> list[Int[np.ndarray, "range 2"]]:
    """Cut ranges into so many parts that share their ends."""
    ends = np.linspace(ranges[:, 0], ranges[:, 1], parts + 1).round().astype(int)
    return [np.stack(pair, axis=1) for pair in pairwise(ends)]
