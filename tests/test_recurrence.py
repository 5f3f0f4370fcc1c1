"""Orbits that come to rest, repeat themselves, or neither."""

import numpy as np
import pytest
from by_hand import henon, lorenz_by_hand

from tausweep.statespace.recurrence import comes_to_rest, extent, period

STILL, TOLERANCE = 1e-3, 5e-3


def circle(steps, around, phase=0.0):
    angle = 2 * np.pi * np.arange(steps) / around + phase
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def spiral(steps, falls_to):
    """Into a fixed point away from zero, by a factor over the whole."""
    return 0.4 + falls_to ** (np.arange(steps) / steps)[:, None] * circle(steps, 31.7)


def stored(x):
    """As orbits are: in single precision."""
    return np.asarray(x, np.float32).astype(float)


@pytest.mark.parametrize("falls_to", [1e-12, 1e-3, 0.1, 0.4])
def test_a_spiral_comes_to_rest_however_slowly(falls_to):
    assert comes_to_rest(stored(spiral(5_000, falls_to)), STILL)


def test_what_stands_or_creeps_to_a_point_rests():
    assert comes_to_rest(np.full((500, 2), 0.3), STILL)
    creeping = 0.3 + np.exp(-np.arange(500) / 200)[:, None]
    assert comes_to_rest(creeping, STILL)
    assert np.isnan(period(np.full((500, 2), 0.3), TOLERANCE))


def test_neither_grows_nor_goes_on():
    for x in (circle(3_000, 40.3), spiral(3_000, 5.0), lorenz_by_hand(3_000), henon(3_000)):
        assert not comes_to_rest(x / extent(x), STILL)


@pytest.mark.parametrize("around", [200.6, 30.37, 7.3])
def test_a_cycle_need_not_be_of_whole_steps(around):
    assert period(stored(circle(4_000, around)), TOLERANCE) == pytest.approx(around, rel=1e-3)


def test_a_cycle_of_few_samples_closes_after_some_turns():
    assert period(circle(4_000, 3.7), TOLERANCE) == pytest.approx(37)


def test_a_small_cycle_is_one():
    assert period(stored(0.7 + 2e-3 * circle(4_000, 30.37)), TOLERANCE) == pytest.approx(30.37)


@pytest.mark.parametrize(("r", "steps"), [(3.2, 2), (3.83, 3), (3.55, 8), (3.566, 16)])
def test_cycles_of_the_logistic_map_have_their_period(r, steps):
    x = np.empty((6_000, 1))
    x[0] = 0.3
    for t in range(len(x) - 1):
        x[t + 1] = r * x[t] * (1 - x[t])
    assert period(stored(x[2_000:]), TOLERANCE) == steps


@pytest.mark.parametrize("ratio", [(1 + 5**0.5) / 2, 2**0.5, np.pi, np.e])
@pytest.mark.parametrize("steps", [5_000, 50_000])
def test_a_torus_does_not_repeat_itself(ratio, steps):
    x = np.hstack([circle(steps, 31.3), circle(steps, 31.3 / ratio)])
    assert np.isnan(period(x, TOLERANCE))


@pytest.mark.parametrize("x", [lorenz_by_hand(5_000), henon(5_000)], ids=["Lorenz", "Hénon"])
def test_chaos_does_not_repeat_itself(x):
    assert np.isnan(period(x / x.std(axis=0), TOLERANCE))


def test_noise_and_what_is_too_short_do_not_repeat_themselves():
    x = np.random.default_rng(0).normal(size=(3_000, 2))
    assert np.isnan(period(x, TOLERANCE))
    for steps in range(1, 12):
        assert np.isnan(period(x[:steps], TOLERANCE))
