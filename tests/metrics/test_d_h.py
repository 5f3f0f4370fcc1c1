"""D_H: known answers and identities."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from motions import noise, red_noise

from tausweep.metrics.d_h import DH, power_spectrum


def d_h(x, y, bandwidth=0.01):
    metric = DH(bandwidth=bandwidth)
    return metric.distance(metric.describe(x, x), metric.describe(y, x))["D_H_variable"]


@settings(deadline=None)
@given(st.integers(2, 60), st.integers(0, 9), st.sampled_from([0.0, 1e-3, 0.02, 0.4]))
def test_d_h_is_a_bounded_symmetric_distance(steps, seed, bandwidth):
    x, y = noise(steps, 2, seed=seed), red_noise(steps, 2, seed=seed)
    assert np.all(d_h(x, x, bandwidth) == 0)
    assert np.all(d_h(x, y, bandwidth) == d_h(y, x, bandwidth))
    assert np.all((d_h(x, y, bandwidth) >= 0) & (d_h(x, y, bandwidth) <= 1))
    assert power_spectrum(x, bandwidth).sum(axis=0) == pytest.approx([1, 1], rel=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.floats(1e-3, 1e3), st.floats(-100, 100))
def test_d_h_ignores_amplitude_and_offset(amplitude, offset):
    x, y = noise(300, 2), red_noise(300, 2)
    assert d_h(x, amplitude * y + offset) == pytest.approx(d_h(x, y), abs=1e-6)
    assert d_h(x, -amplitude * x + offset) == pytest.approx([0, 0], abs=1e-6)


def test_d_h_of_sines_is_one_apart_and_zero_together():
    t = 2 * np.pi * np.arange(4_000)[:, None]
    slow, late, fast = np.sin(0.02 * t), np.sin(0.02 * t + 1), np.sin(0.2 * t)
    assert d_h(slow, fast, 1e-3) == pytest.approx(1, abs=1e-9)
    assert d_h(slow, late, 1e-3) < 1e-6


def test_d_h_of_two_lines_by_hand():
    """Power ½:½ against 9:1 on two lines: H² = 1 − (√(½·.9) + √(½·.1))."""
    t = np.arange(1_000)
    one, two = np.sin(2 * np.pi * 0.1 * t), np.sin(2 * np.pi * 0.3 * t)
    expected = math.sqrt(1 - math.sqrt(0.45) - math.sqrt(0.05))
    for bandwidth in (0.0, 5e-3):  # lines far apart stay apart when smoothed
        found = d_h((one + two)[:, None], (3 * one + two)[:, None], bandwidth)
        assert found == pytest.approx(expected, rel=1e-6)


def test_smoothing_has_a_width_in_frequency_and_loses_no_power():
    """A line at .25 becomes a Gaussian of standard deviation .02, at any length."""
    for steps in (1_000, 4_000):
        line = np.cos(0.5 * np.pi * np.arange(steps))[:, None]
        p = power_spectrum(line, 0.02)[:, 0]
        frequency = np.arange(1, steps // 2 + 1) / steps
        assert p @ frequency == pytest.approx(0.25, abs=1e-9)
        assert math.sqrt(p @ (frequency - 0.25) ** 2) == pytest.approx(0.02, rel=0.01)


def test_smoothing_folds_back_what_would_leave_the_spectrum():
    """The lowest line smoothed over σ = 20 bins: g(i) + g(i + 1), the second its reflection."""
    slow = np.cos(2 * np.pi * np.arange(1_000) / 1_000)[:, None]
    p = power_spectrum(slow, 0.02)[:, 0]
    i = np.arange(60)
    g = np.exp(-0.5 * (i / 20) ** 2) + np.exp(-0.5 * ((i + 1) / 20) ** 2)
    assert p[:60] / p[0] == pytest.approx(g / g[0], rel=1e-9)


@pytest.mark.parametrize("constant", [0.0, 0.3, 1e4])
def test_d_h_of_a_constant_is_one(constant):
    x = noise(500, 2)
    still = x.copy()
    still[:, 1] = constant
    assert d_h(x, still).tolist() == [0, 1]
    assert d_h(still, still).tolist() == [0, 1]


def test_a_fixed_point_that_flickers_in_its_last_digit_is_constant():
    point = np.float32(0.3)
    flicker = np.where(noise(500, 1) > 0, point, np.nextafter(point, np.float32(1)))
    assert flicker.dtype == np.float32
    assert np.ptp(flicker) > 0
    assert d_h(noise(500, 1), flicker).tolist() == [1]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_d_h_of_an_orbit_that_diverged_is_one(value):
    x = noise(500, 2)
    lost = x.copy()
    lost[400:, 0] = value
    assert d_h(x, lost).tolist() == [1, 0]
