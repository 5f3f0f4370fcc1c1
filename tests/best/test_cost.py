"""What another τ costs: exact where it follows a power of τ, and what no change of units changes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tausweep.best.cost import between, cost

TAU = np.array([5.0, 10.0, 20.0, 40.0, 80.0])


def test_the_best_costs_nothing_and_what_is_lost_everything():
    assert cost(np.array([9.0, 3, 1.5, np.inf])).tolist() == [6, 2, 1, np.inf]
    assert np.isnan(cost(np.full(3, np.inf))).all()
    assert np.isnan(cost(np.array([-1.0, 2.0]))).all()
    assert cost(np.array([0.0, 2.0, 0.0])).tolist() == [1, np.inf, 1]


def test_between_the_tau_that_were_tried_it_follows_a_power_of_tau():
    of = (TAU / 20) ** 3
    for where in (5.0, 7.0, 20.0, 33.3, 80.0):
        assert between(where, TAU, of) == pytest.approx((where / 20) ** 3)


def test_nothing_is_known_of_what_was_not_tried():
    of = np.ones(5)
    assert all(math.isnan(between(where, TAU, of)) for where in (4.9, 80.1, np.nan))
    assert math.isnan(between(7, TAU, np.full(5, np.nan)))


def test_beside_a_tau_at_which_all_is_lost_it_is_infinite():
    of = np.array([2.0, 1.0, np.inf, np.inf, 3.0])
    found = [between(where, TAU, of) for where in (10.0, 15.0, 20.0, 30.0, 50.0, 80.0)]
    assert found == [1, np.inf, np.inf, np.inf, np.inf, 3]


@given(
    st.lists(st.floats(1e-3, 1e3) | st.just(np.inf), min_size=5, max_size=5),
    st.floats(1e-3, 1e3),
    st.floats(5, 80),
)
def test_units_of_the_metric_do_not_count(median, unit, where):
    median = np.array(median)
    one, other = cost(median), cost(unit * median)
    np.testing.assert_allclose(one, other, rtol=1e-12)
    expected = pytest.approx(between(where, TAU, one), rel=1e-9, nan_ok=True)
    assert between(where, TAU, other) == expected


@given(st.lists(st.floats(1, 1e3), min_size=5, max_size=5), st.floats(5, 80))
def test_it_lies_between_those_beside_it(of, where):
    at = int(np.searchsorted(TAU, where))
    ends = of[max(at - 1, 0)], of[at]
    assert min(ends) * (1 - 1e-12) <= between(where, TAU, np.array(of)) <= max(ends) * (1 + 1e-12)
