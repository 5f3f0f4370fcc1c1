"""Ordinal patterns: their distribution, entropy and complexity."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tausweep.statespace.ordinal import (
    distribution,
    entropy_and_complexity,
    greatest_complexity,
    least_complexity,
    patterns,
)


def plane(x, order, delay=1, **more):
    """H and C of a single variable."""
    p = distribution(patterns(np.asarray(x, float)[:, None], order, delay, **more), order)
    h, c = entropy_and_complexity(p)
    return h.item(), c.item()


def by_loops(x, order, delay):
    """H and C in plain words: patterns sorted with equal values in the order of time."""
    seen = dict.fromkeys(itertools.permutations(range(order)), 0)
    windows = len(x) - (order - 1) * delay
    for t in range(windows):
        values = [x[t + i * delay] for i in range(order)]
        seen[tuple(sorted(range(order), key=lambda i: values[i]))] += 1
    p = [count / windows for count in seen.values()]
    n = len(p)

    def entropy(q):
        return -sum(v * math.log(v) for v in q if v > 0)

    def divergence(q):
        middle = [(v + 1 / n) / 2 for v in q]
        return entropy(middle) - entropy(q) / 2 - math.log(n) / 2

    h = entropy(p) / math.log(n)
    return h, divergence(p) / divergence([1.0] + [0.0] * (n - 1)) * h


def logistic(steps, r=4.0):
    x = np.empty(steps)
    x[0] = 0.3
    for t in range(steps - 1):
        x[t + 1] = r * x[t] * (1 - x[t])
    return x


@given(
    x=st.lists(st.integers(0, 6), min_size=16, max_size=60),
    order=st.integers(3, 4),
    delay=st.integers(1, 4),
)
@settings(deadline=None)
def test_it_is_what_plain_loops_find_ties_included(x, order, delay):
    assert plane(x, order, delay) == pytest.approx(by_loops(x, order, delay), abs=1e-12)


def test_every_order_of_values_is_a_pattern_of_its_own():
    for order in (3, 4, 5):
        every = np.array(list(itertools.permutations(range(order))), float)
        codes = [patterns(x[:, None], order, 1).item() for x in every]
        assert sorted(codes) == list(range(math.factorial(order)))
    assert patterns(np.arange(4.0)[:, None], 4, 1).item() == 0
    assert patterns(-np.arange(4.0)[:, None], 4, 1).item() == 23


def test_the_logistic_map_has_the_patterns_of_the_tent_map():
    """Order is kept by the change of variable between them. Of the tent map on [0, 1], whose
    measure is uniform, x < Tx < TTx on (0, 1/3), then x < TTx < Tx up to 2/5, and so on.
    """
    share = {
        (0, 1, 2): 1 / 3,
        (0, 2, 1): 1 / 15,
        (2, 0, 1): 4 / 15,
        (1, 0, 2): 2 / 15,
        (1, 2, 0): 1 / 5,
    }
    p = distribution(patterns(logistic(100_000)[:, None], 3, 1), 3)[:, 0]
    for pattern, expected in share.items():
        values = np.empty(3)
        values[list(pattern)] = np.arange(3.0)
        assert p[patterns(values[:, None], 3, 1).item()] == pytest.approx(expected, abs=5e-3)
    assert p[5] == 0  # three in descending order never occur


def test_the_logistic_map_is_where_it_was_published():
    """Rosso et al. 2007, Fig. 1: at order 6, near the largest C there is."""
    h, c = plane(logistic(2**15), 6)
    assert h == pytest.approx(0.63, abs=0.005)
    assert c == pytest.approx(0.484, abs=0.005)
    assert c > 0.95 * np.interp(h, *greatest_complexity(6))


def test_a_short_series_by_hand():
    """Of the example of Bandt & Pompe (2002), 4 7 9 10 6 11 3, three windows of five."""
    h = -(2 * 0.4 * math.log(0.4) + 0.2 * math.log(0.2)) / math.log(6)
    assert plane([4, 7, 9, 10, 6, 11, 3], 3)[0] == pytest.approx(h)


def test_noise_is_all_entropy_and_order_none():
    h, c = plane(np.random.default_rng(0).normal(size=100_000), 5)
    assert h > 0.999
    assert c < 0.002
    for x in (np.arange(50), -np.arange(50), np.full(50, 0.3)):
        h, c = plane(x, 5)
        assert (h, c) == (0, 0)
        assert not np.signbit([h, c]).any()


@pytest.mark.parametrize("period", [2, 3, 4])
def test_a_cycle_has_as_many_patterns_as_steps(period):
    values = np.random.default_rng(1).permutation(period)
    h, c = plane(np.resize(values, 4 + 60 * period), 5)
    assert h == pytest.approx(math.log(period) / math.log(120))
    assert 0 < c < h


def test_what_flickers_below_the_resolution_is_constant():
    x = 0.3 + 1e-7 * np.random.default_rng(0).normal(size=500)
    assert plane(x, 4, resolution=1e-6) == (0, 0)
    assert plane(x, 4)[0] > 0.9


@given(st.lists(st.floats(0, 1), min_size=6, max_size=6).filter(lambda p: sum(p) > 1e-3))
@settings(deadline=None)
def test_complexity_lies_between_its_bounds(p):
    h, c = entropy_and_complexity(np.array(p) / sum(p))
    assert np.interp(h, *least_complexity(3)) - 1e-3 <= c
    assert c <= np.interp(h, *greatest_complexity(3)) + 1e-3


@pytest.mark.parametrize("order", [3, 4, 5, 6])
def test_bounds_run_from_order_to_noise(order):
    for h, c in (least_complexity(order), greatest_complexity(order)):
        assert (np.diff(h) > -1e-12).all()
        assert (h[0], c[0]) == pytest.approx((0, 0), abs=1e-12)
        assert (h[-1], c[-1]) == pytest.approx((1, 0), abs=1e-9)
    h, c = greatest_complexity(order)
    assert (c >= np.interp(h, *least_complexity(order)) - 1e-9).all()


def test_a_trajectory_shorter_than_a_window_is_refused():
    with pytest.raises(ValueError, match="5 samples, 9 steps apart, needs 37 steps, found 36"):
        patterns(np.zeros((36, 1)), 5, 9)
