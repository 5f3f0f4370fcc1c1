"""Divergence curves and the lines through them, by themselves."""

import numpy as np
import pytest
from by_hand import henon, lorenz_by_hand
from hypothesis import given, settings
from hypothesis import strategies as st

from tausweep.lyapunov import divergence, scaling
from tausweep.lyapunov.divergence import Curve

from .samples import standard


@pytest.mark.parametrize("flow", [False, True])
def test_curves_are_those_of_a_plain_double_loop(flow):
    x = standard(lorenz_by_hand(400) if flow else henon(400))
    max_lag, theiler = 30, 15
    curves = divergence.diverge(
        x,
        dimension=1,
        theiler=theiler,
        max_lag=max_lag,
        references=len(x),
        flow=flow,
        rng=np.random.default_rng(0),
    )
    last = len(x) - max_lag
    velocity = np.gradient(x, axis=0)
    velocity /= np.linalg.norm(velocity, axis=1, keepdims=True)
    most = max(divergence.RADII)

    def apart(i: int, j: int) -> float:
        between = x[j] - x[i]
        if flow:
            between = between - (between @ velocity[i]) * velocity[i]
        return float(np.linalg.norm(between))

    neighbours = []
    for i in range(last):
        far = [j for j in range(last) if abs(i - j) > theiler]
        far.sort(key=lambda j, i=i: np.linalg.norm(x[j] - x[i]))
        neighbours.append(far[:most])
    lags = range(max_lag + 1)
    nearest = [
        np.mean([np.log(apart(i + lag, near[0] + lag)) for i, near in enumerate(neighbours)])
        for lag in lags
    ]
    np.testing.assert_array_equal(curves[0].lag, list(lags))
    np.testing.assert_allclose(curves[0].mean, nearest, rtol=1e-8)
    for curve, rank in zip(curves[1:], divergence.RADII, strict=True):
        radius = np.median([apart(i, near[rank - 1]) for i, near in enumerate(neighbours)])
        inside = [
            (i, [j for j in near if apart(i, j) <= radius]) for i, near in enumerate(neighbours)
        ]
        expected = [
            np.mean(
                [
                    np.log(np.mean([apart(i + lag, j + lag) for j in near]))
                    for i, near in inside
                    if near
                ]
            )
            for lag in lags
        ]
        assert curve.radius == pytest.approx(radius)
        np.testing.assert_allclose(curve.mean, expected, rtol=1e-8)
    assert [curve.estimator for curve in curves] == ["rosenstein", "kantz", "kantz"]


def test_saturation_is_the_distance_of_unrelated_states():
    x = standard(np.random.default_rng(0).standard_normal((3_000, 4)))
    pairs = divergence.Pairs(x, 100, 1, 100, flow=False)
    # E |x − y|² is twice the variance.
    assert pairs.saturation(np.random.default_rng(0)) == pytest.approx(np.log(8) / 2, abs=0.02)


def test_resampling_takes_blocks_whole():
    curve = curve_of(np.arange(5.0))
    twice = np.zeros((1, 10), dtype=int)
    twice[0, 3] = 2
    np.testing.assert_allclose(curve.resample(twice)[0], curve.log_sum[3] / curve.count[3])
    again = curve.bootstrap(500, np.random.default_rng(0))
    np.testing.assert_allclose(again.mean(axis=0), curve.mean, atol=0.01)
    # The spread of a mean of ten blocks.
    expected = curve.log_sum.std(axis=0) / np.sqrt(10)
    np.testing.assert_allclose(again.std(axis=0), expected, rtol=0.2)


def curve_of(values, noise=0.01, lag=None):
    """A divergence of 10 blocks that scatter about a curve."""
    scatter = np.random.default_rng(0).normal(size=(10, len(values)))
    log_sum = np.asarray(values) + noise * scatter
    return Curve(
        estimator="rosenstein",
        dimension=1,
        radius=np.nan,
        lag=np.arange(len(values)) if lag is None else lag,
        log_sum=log_sum,
        count=np.ones_like(log_sum, dtype=int),
        saturation=0.0,
        zero_distances=0,
    )


HOW = {"resamples": 100, "confidence": 0.95}


def find(*curves, shortest=20.0):
    rng = np.random.default_rng(0)
    return scaling.find(curves, shortest=shortest, rng=rng, **HOW)


@settings(deadline=None, max_examples=20)
@given(slope=st.floats(0.01, 1.0), start=st.floats(-20, 0), noise=st.floats(1e-6, 0.03))
def test_the_slope_of_a_straight_line(slope, start, noise):
    line = find(curve_of(start + slope * np.arange(200), noise))
    assert line.slope == pytest.approx(slope, rel=0.02)
    assert line.interval[0] <= slope * (1 - scaling.SYSTEMATIC) * 1.03
    assert line.interval[1] >= slope * (1 + scaling.SYSTEMATIC) * 0.97
    assert line.start < line.stop
    middle = (line.start + line.stop) / 2
    assert line.intercept + line.slope * middle == pytest.approx(start + slope * middle, abs=0.1)


@pytest.mark.parametrize("knee", [100, 200, 350])
def test_the_plateau_does_not_enter(knee):
    lag = np.arange(500)
    line = find(curve_of(0.02 * np.minimum(lag - knee, 0.0)))
    assert line.slope == pytest.approx(0.02, rel=0.02)
    assert line.stop <= 1.05 * knee
    assert line.interval[0] < 0.02 < line.interval[1]


def test_the_jump_before_the_line_does_not_enter():
    # Neighbours first turn into the growing direction.
    lag = np.arange(300)
    line = find(curve_of(0.02 * np.minimum(lag, 250) - 1.5 * np.exp(-lag / 4)))
    assert line.slope == pytest.approx(0.02, rel=0.03)
    assert line.start > 4


def test_lags_may_be_thinned():
    lag = np.arange(0, 900, 3)
    line = find(curve_of(0.02 * np.minimum(lag, 600), lag=lag))
    assert line.slope == pytest.approx(0.02, rel=0.02)
    assert line.stop in lag


def test_curves_of_another_slope_widen_the_interval():
    lag = np.arange(200)
    alone = find(curve_of(0.02 * lag - 5))
    both = find(curve_of(0.02 * lag - 5), curve_of(0.03 * lag - 5))
    assert both.interval[0] < 0.02 < 0.03 < both.interval[1]
    assert np.diff(both.interval) > 2 * np.diff(alone.interval)


NOT_STRAIGHT = {
    "neighbours on a torus": lambda lag: np.log1p(lag) - 6,
    "diffusion": lambda lag: 0.5 * np.log1p(lag) - 4,
    "noise: a sudden jump": lambda lag: -1.5 * np.exp(-lag / 5),
    "oscillation": lambda lag: np.sin(lag / 3) - 2,
    "plateau": lambda lag: np.zeros(len(lag)),
    "contraction": lambda lag: -0.02 * lag,
    "too little growth": lambda lag: 0.001 * lag - 5,
}


@pytest.mark.parametrize("name", list(NOT_STRAIGHT))
def test_no_line_in_a_curve_that_is_not_straight(name):
    assert find(curve_of(NOT_STRAIGHT[name](np.arange(500.0)))) is None


@given(power=st.floats(0.3, 1.0), amplitude=st.floats(-8, 0))
@settings(deadline=None, max_examples=20)
def test_no_line_in_a_power_law(power, amplitude):
    # tᵖ of diffusion to that of a torus.
    lag = 1 + np.arange(400)
    assert find(curve_of(amplitude + power * np.log(lag), lag=lag)) is None


def test_a_range_by_hand_is_taken_as_it_is():
    lag = np.arange(300)
    rng = np.random.default_rng(0)
    line = scaling.take([curve_of(0.01 * np.maximum(lag - 100, 0))], (150, 250), rng=rng, **HOW)
    assert (line.start, line.stop) == (150, 250)
    assert line.slope == pytest.approx(0.01, rel=0.02)
    # Straight or not: across the knee the slope is that of the least-squares line.
    values = curve_of(0.01 * np.maximum(lag - 100, 0))
    across = scaling.take([values], (50, 150), rng=rng, **HOW)
    assert across.slope == pytest.approx(np.polyfit(lag[50:151], values.mean[50:151], 1)[0])
