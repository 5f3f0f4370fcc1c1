"""The best τ of a sweep: by plain arithmetic, and by what resampling must do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tausweep.best.median import best, by_tau
from tausweep.claims.words import Ratio, sentence
from tausweep.members.quantile import quantile

TAU = np.array([5.0, 10.0, 20.0, 40.0, 80.0])
HOW = {"good": 2.0, "resamples": 500}


def found(values, **change):
    return best(TAU, np.array(values, float), rng=np.random.default_rng(0), **HOW | change)


def test_the_lowest_median_wins_and_its_range_has_no_gap():
    valley = found([[9, 9, 9], [1.9, 1.8, 9], [1, 1, 5], [2.1, 3, 2], [1.5, 1.5, 1.5]])
    assert (valley.tau, valley.median, valley.edge) == (20, 1, 0)
    assert valley.good == (10, 20)  # 40 is not good, so 80 is no part of it
    assert found([[1, 1], [2, 2], [3, 3], [4, 4], [5, 5]]).edge == -1
    assert found([[5, 5], [4, 4], [3, 3], [2, 2], [1, 1]]).edge == 1


def test_members_that_are_lost_are_infinitely_bad():
    one = found([[9, 9, 9], [np.nan, 1, np.nan], [3, 3, np.nan], [np.inf, 9, 9], [9, 9, 9]])
    assert (one.tau, one.median) == (20, 3)
    none = found(np.full((5, 3), np.nan))
    assert np.isnan(none.tau)
    assert np.isnan(none.draws).all()


def test_where_all_members_agree_the_interval_is_that_of_the_grid():
    """The τ between which the best could lie: as far as half-way to the neighbours."""
    agreed = found([[9, 9], [8, 8], [1, 1], [8, 8], [9, 9]], resamples=20_000)
    assert agreed.draws.min() == pytest.approx(np.sqrt(200), rel=1e-3)
    assert agreed.draws.max() == pytest.approx(np.sqrt(800), rel=1e-3)
    at_edge = found([[1, 1], [8, 8], [9, 9], [8, 8], [9, 9]], resamples=20_000)
    assert at_edge.draws.min() == pytest.approx(5 / np.sqrt(2), rel=1e-3)
    assert np.median(agreed.draws) == pytest.approx(20, rel=0.01)


def test_members_are_resampled_whole():
    """Two kinds of members that disagree: of every resample one of the outer τ is the best. Mixed
    over τ, one in five would have both of these bad.
    """
    first, second = [1.0, 5, 5, 5, 9], [9.0, 5, 5, 5, 1]
    split = found(np.array([first, second, first, second]).T, resamples=4_000)
    assert ((split.draws < 8) | (split.draws > 50)).all()


@given(st.lists(st.floats(0, 1e6) | st.just(np.inf), min_size=1, max_size=9))
def test_the_middle_of_members_is_the_median_where_that_is_finite(values):
    with np.errstate(invalid="ignore"):
        expected = np.median(values)
    got = quantile(np.array(values), 0.5)
    if np.isfinite(expected):
        assert got == pytest.approx(expected)
    else:
        assert got == np.inf


def test_one_bad_member_of_five_moves_nothing():
    values = np.tile(np.array([9.0, 4, 1, 4, 9])[:, None], 5)
    worse = values.copy()
    worse[:, 0] = np.nan
    assert found(values).tau == found(worse).tau == 20


VERDICTS = [
    (1.0, (0.8, 1.3), 0, "near one"),
    (0.5, (0.3, 0.8), 0, "below one"),
    (0.5, (0.3, 0.8), -1, "below one"),
    (0.5, (0.3, 0.8), 1, "at the edge"),
    (2.0, (1.5, 3.0), 1, "above one"),
    (2.0, (1.5, 3.0), -1, "at the edge"),
    (1.0, (0.8, 1.3), 1, "at the edge"),
    (1.0, (0.2, 3.0), 0, "not resolved"),
]


@pytest.mark.parametrize(("value", "ends", "edge", "verdict"), VERDICTS)
def test_verdicts(value, ends, edge, verdict):
    ratio = Ratio.of(value, np.linspace(*ends, 1001), 0.999999, edge)
    assert ratio.verdict == verdict
    assert ratio.interval == pytest.approx(ends, rel=1e-3)


def test_the_best_of_what_failed_says_nothing():
    assert Ratio.of(1.0, np.ones(10), 0.95, 0, nothing="not learned").verdict == "not learned"


def test_without_a_tau_pred_there_is_no_ratio():
    none = Ratio.of(np.nan, np.full(10, np.nan), 0.95, 0)
    assert none.verdict == "unknown"
    told = sentence("A", "D_H", [found(np.ones((5, 2)))], [none, none], np.nan)
    assert told == "A: by D_H the best τ is 5 steps; there is no τ_pred to compare with."


def test_a_sweep_is_a_table_of_members_however_its_rows_come():
    tau = np.array([20.0, 20, 5, 5, 10, 10])
    member = np.array([1, 0, 0, 1, 1, 0])
    steps, table = by_tau(tau, member, 10 * tau + member)
    assert steps.tolist() == [5, 10, 20]
    assert table.tolist() == [[50, 51], [100, 101], [200, 201]]


def test_a_tau_that_was_asked_for_in_two_ways_counts_once():
    """As 10 steps, and as half of a τ_pred of 20: the same members, trained twice."""
    tau, member = np.array([10.0, 10, 10, 10, 20, 20]), np.array([0, 1, 0, 1, 0, 1])
    steps, table = by_tau(tau, member, np.array([1.0, 2, 1, 2, 3, 4]))
    assert (steps.tolist(), table.tolist()) == ([10, 20], [[1, 2], [3, 4]])


def test_one_tau_is_no_sweep_and_has_no_interval():
    only = best(TAU[:1], np.ones((1, 3)), rng=np.random.default_rng(0), **HOW)
    assert (only.tau, only.good, only.edge) == (5, (5, 5), 0)
    assert np.isnan(only.interval(0.95)).all()


def test_an_interval_holds_the_best():
    valley = found([[9, 9], [8, 8], [1, 1], [8, 8], [9, 9]])
    low, high = valley.interval(0.95)
    assert np.sqrt(200) <= low < 20 < high <= np.sqrt(800)
    assert valley.interval(0.5)[0] > low
