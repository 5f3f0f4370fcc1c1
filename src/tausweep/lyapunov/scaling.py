"""The straight part of divergence curves, and the slope of lines through it.

The rule is that of Deshmukh, Bradley, Garland, Meiss 2021, Chaos 31, 123102: lines are fitted over
all ranges of lags, each with a weight, its length over the square of its fit's error, and the mode
of the distribution of weighted slopes is the slope of the scaling range. Here the ensemble holds
the ranges of several curves, of two estimators, embeddings and radii, and its width, over
bootstrap resamples as well, is the interval.

What may take part, since a divergence curve also has parts that are straight and say nothing (the
plateau), or that oscillate: a range must be at least one mean period long, so that oscillations
average out, twice as long as a delay vector, since states that share coordinates part as these
are replaced, and its line must rise by `GROWTH`. Cut into quarters, it must have the same slope in
all of them to within `STRAIGHT`: the power law tᵖ, by which neighbours on a torus or of diffusing
noise part, fails this (over one doubling its quarters scatter by 22 % for p = 1). If no range is
left, there is no scaling range and no number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float, Int
from scipy.stats import gaussian_kde

from tausweep.lyapunov.divergence import Curve

GROWTH = np.log(2)
"""Least rise of the line: one doubling, the time that τ_pred is."""
STRAIGHT = 0.2
"""Largest scatter of the quarters' slopes, relative to the line's, of a straight range."""
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
    """The line through the scaling range of one curve."""

    curve: int
    """Which of the curves it is drawn on."""
    start: int
    stop: int
    """First and last lag, in steps."""
    slope: float
    """λ_max, in nats per step."""
    intercept: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class _Ranges:
    """Straight ranges of one curve."""

    curve: int
    ends: Float[np.ndarray, "range 2"]
    slope: Float[np.ndarray, "range"]
    resampled: Float[np.ndarray, "range resample"]
    weight: Float[np.ndarray, "range"]
    intercept: Float[np.ndarray, "range"]


def find(
    curves: Sequence[Curve],
    *,
    shortest: float,
    resamples: int,
    confidence: float,
    rng: np.random.Generator,
) -> Line | None:
    """Fit a line by the rule of this module.

    Parameters
    ----------
    shortest
        Least length of a range, in steps.
    resamples, confidence
        Bootstrap resamples of the curves, and the confidence of the interval.

    Returns
    -------
    Line or None
        None if no range is straight, or the interval holds zero.
    """
    ensemble = [_straight(i, c, shortest, resamples, rng) for i, c in enumerate(curves)]
    return _mode([ranges for ranges in ensemble if len(ranges.slope)], confidence)


def take(
    curves: Sequence[Curve],
    fit_range: tuple[int, int],
    *,
    resamples: int,
    confidence: float,
    rng: np.random.Generator,
) -> Line | None:
    """Fit lines over a range chosen by a person, straight or not; the slope is their median.

    Raises
    ------
    ValueError
        If the curves do not cover the range.
    """
    ensemble = []
    for i, curve in enumerate(curves):
        if fit_range[1] > curve.lag[-1]:
            raise ValueError(
                f"lyapunov.fit_range must end within the {curve.lag[-1]} steps that divergence "
                f"is followed, found {list(fit_range)}: shorten it or set lyapunov.max_lag"
            )
        lag, mean, resampled = _finite(curve, resamples, rng)
        inside = np.flatnonzero((lag >= fit_range[0]) & (lag <= fit_range[1]))
        if len(inside) <= STEPS:
            raise ValueError(
                f"lyapunov.fit_range must hold more than {STEPS} lags with distances, found "
                f"{len(inside)} in {list(fit_range)}: widen it"
            )
        ends = np.array([[inside[0], inside[-1]]])
        ensemble.append(_ranges(i, lag, mean, resampled, ends))
    return _mode(ensemble, confidence)


def _straight(
    index: int, curve: Curve, shortest: float, resamples: int, rng: np.random.Generator
) -> _Ranges:
    lag, mean, resampled = _finite(curve, resamples, rng)
    ends = candidates(lag, shortest)
    slope = slopes(lag, ends) @ mean
    rise = slope * (lag[ends[:, 1]] - lag[ends[:, 0]])
    quarters = np.stack([slopes(lag, part) @ mean for part in cut(ends, 4)])
    straight = (rise >= GROWTH) & (quarters.std(axis=0, ddof=1) <= STRAIGHT * slope)
    return _ranges(index, lag, mean, resampled, ends[straight])


def _ranges(
    index: int,
    lag: Int[np.ndarray, "lag"],
    mean: Float[np.ndarray, "lag"],
    resampled: Float[np.ndarray, "resample lag"],
    ends: Int[np.ndarray, "range 2"],
) -> _Ranges:
    fit = slopes(lag, ends)
    slope = fit @ mean
    at = np.arange(len(lag))
    inside = (at >= ends[:, :1]) & (at <= ends[:, 1:])
    points = inside.sum(axis=1)
    centre_lag, centre = (inside @ lag) / points, (inside @ mean) / points
    line = centre[:, None] + slope[:, None] * (lag - centre_lag[:, None])
    error = np.sqrt((inside * (mean - line) ** 2).sum(axis=1) / points)
    length = lag[ends[:, 1]] - lag[ends[:, 0]]
    return _Ranges(
        curve=index,
        ends=lag[ends],
        slope=slope,
        resampled=fit @ resampled.T,
        weight=length / np.maximum(error, 1e-3) ** 2,
        intercept=centre - slope * centre_lag,
    )


def _mode(ensemble: Sequence[_Ranges], confidence: float) -> Line | None:
    """Mode of all slopes; interval from the slopes of all resamples. None if it holds zero.

    Every curve has the same weight, however many of its ranges are straight.
    """
    if not ensemble:
        return None
    slope = np.concatenate([r.slope for r in ensemble])
    weight = np.concatenate([r.weight / r.weight.sum() for r in ensemble])
    if len(slope) > 2 and np.ptp(slope) > 0:
        density = gaussian_kde(slope, weights=weight)
        grid = np.linspace(slope.min(), slope.max(), 400)
        mode = float(grid[density(grid).argmax()])
    else:
        mode = float(np.median(slope))
    resampled = np.concatenate([r.resampled for r in ensemble])
    lower, upper = _quantiles(resampled.ravel(), np.repeat(weight, resampled.shape[1]), confidence)
    lower, upper = min(lower, mode) * (1 - SYSTEMATIC), max(upper, mode) * (1 + SYSTEMATIC)
    if not lower > 0:
        return None
    # Drawn is, of the ranges whose slope is about the mode, the one of the largest weight.
    near = np.abs(slope - mode) <= max(np.abs(slope - mode).min(), 0.02 * mode)
    drawn = int(np.where(near, weight, -1.0).argmax())
    curve = np.concatenate([np.full(len(r.slope), r.curve) for r in ensemble])[drawn]
    start, stop = np.concatenate([r.ends for r in ensemble])[drawn]
    intercept = np.concatenate([r.intercept for r in ensemble])[drawn]
    middle = (start + stop) / 2
    through = float(intercept + slope[drawn] * middle - mode * middle)
    return Line(int(curve), int(start), int(stop), mode, through, (lower, upper))


def _quantiles(x: np.ndarray, weight: np.ndarray, confidence: float) -> tuple[float, float]:
    order = np.argsort(x)
    share = np.cumsum(weight[order])
    tail = (1 - confidence) / 2
    at = np.searchsorted(share / share[-1], [tail, 1 - tail])
    lower, upper = x[order][np.minimum(at, len(x) - 1)]
    return float(lower), float(upper)


def _finite(
    curve: Curve, resamples: int, rng: np.random.Generator
) -> tuple[
    Int[np.ndarray, "finite"], Float[np.ndarray, "finite"], Float[np.ndarray, "resample finite"]
]:
    """Leave out lags at which all distances of some resample are zero: NaN would spread."""
    resampled = curve.bootstrap(resamples, rng)
    finite = np.isfinite(resampled).all(axis=0)
    return curve.lag[finite], curve.mean[finite], resampled[:, finite]


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
