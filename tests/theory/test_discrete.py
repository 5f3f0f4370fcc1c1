"""Learning in discrete time: closed forms against descent, integration and hand (eqs. 3-10)."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from snapshots import differences, invariant

from tausweep.theory import descent, discrete
from tausweep.theory.quadratic import Quadratic, relaxation

TIMES = np.array([0.0, 0.3, 2.0, 20.0, 300.0])
SHAPES = [(3, 3, 40), (5, 3, 40), (6, 2, 2), (4, 1, 9), (5, 3, 3), (1, 1, 2)]
"""Variables, rank, samples: full rank, less, and fewer samples than variables."""


def start(n, seed=9):
    return np.random.default_rng(seed).standard_normal((n, n))


@pytest.mark.parametrize("shape", SHAPES)
def test_the_flow_is_that_of_the_gradient(shape):
    _, X, Y, _ = invariant(*shape)
    found = discrete.learning(X, Y).flow(start(shape[0]), TIMES)
    integrated = descent.flow(lambda A: discrete.gradient(A, X, Y), start(shape[0]), TIMES)
    np.testing.assert_allclose(found, integrated, atol=1e-8)


@pytest.mark.parametrize("shape", SHAPES)
def test_of_any_data_the_flow_is_that_of_the_gradient(shape):
    _, X, Y, _ = invariant(*shape)
    Y = np.tanh(Y) + 0.1  # no linear map has made these
    found = discrete.learning(X, Y).flow(start(shape[0]), TIMES)
    integrated = descent.flow(lambda A: discrete.gradient(A, X, Y), start(shape[0]), TIMES)
    np.testing.assert_allclose(found, integrated, atol=1e-8)


@pytest.mark.parametrize("tau", TIMES)
def test_the_flow_is_equation_7(tau):
    _, X, Y, _ = invariant(5, 3, 8)
    n, m, r = 5, 8, 3
    U, sigma, Vt = np.linalg.svd(X)
    decay = np.eye(n)
    decay[:r, :r] = np.diag(np.exp(-(sigma[:r] ** 2) * tau / (m * n)))
    gained = np.zeros((m, n))
    gained[:r, :r] = np.diag((1 - np.diag(decay)[:r]) / sigma[:r])
    expected = U.T @ start(n) @ U @ decay + U.T @ Y @ Vt.T @ gained
    data = discrete.learning(X, Y)
    np.testing.assert_allclose(data.flow(start(n), tau), U @ expected @ U.T, atol=1e-12)


@pytest.mark.parametrize("tau", TIMES)
def test_the_flow_of_linear_data_is_equation_8(tau):
    A, X, Y, _ = invariant(4, 2, 30)
    expected = A + (start(4) - A) @ expm(-X @ X.T * tau / X.size)
    for data in (discrete.learning(X, Y), discrete.learning_of_linear(X, A)):
        np.testing.assert_allclose(data.flow(start(4), tau), expected, atol=1e-12)


def test_the_gradient_is_that_of_the_loss():
    _, X, Y, _ = invariant(3, 2, 7)
    by_differences = differences(partial(discrete.loss, X=X, Y=Y), start(3))
    np.testing.assert_allclose(discrete.gradient(start(3), X, Y), by_differences, atol=1e-8)
    np.testing.assert_allclose(
        discrete.learning(X, Y).gradient(start(3)), by_differences, atol=1e-8
    )


def test_by_hand():
    # One variable: energy (1 + 4) / 2 and truth 2; the first step of descent goes by its gradient.
    data = discrete.learning(np.array([[1.0, 2.0]]), np.array([[2.0, 4.0]]))
    assert data.rates == pytest.approx([2.5])
    initial = np.array([[5.0]])
    assert data.flow(initial, 0.4).item() == pytest.approx(2 + 3 / np.e)
    assert data.descent(initial, 0.1, 1).item() == pytest.approx(5 - 0.1 * 7.5)
    assert data.descent(initial, 0.1, 3).item() == pytest.approx(2 + 3 * 0.75**3)
    assert data.largest_step == pytest.approx(0.8)
    assert data.time_to_learn() == pytest.approx([0.4])
    assert data.time_to_learn(0.5) == pytest.approx([np.log(2) / 2.5])
    assert discrete.loss(initial, np.array([[1.0, 2.0]]), np.array([[2.0, 4.0]])) == 45 / 4


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99, 1.0])
@pytest.mark.parametrize("shape", SHAPES)
def test_descent_in_closed_form_is_the_loop(shape, share):
    _, X, Y, _ = invariant(*shape)
    data = discrete.learning(X, Y)
    step = share * data.largest_step
    looped = descent.descend(
        lambda A: discrete.gradient(A, X, Y), start(shape[0]), step, 60, every=3
    )
    closed = data.descent(start(shape[0]), step, 3 * np.arange(21))
    np.testing.assert_allclose(closed, looped, atol=1e-11)


def test_a_step_size_of_one_over_the_rate_learns_a_mode_in_one_step():
    A, X, Y, _ = invariant(3, 3, 20)
    data = discrete.learning(X, Y)
    learned = data.descent(start(3), 1 / data.rates[1], np.array([0, 1, 2]))
    np.testing.assert_array_equal(learned[0], start(3))
    np.testing.assert_allclose((learned[1:] - A) @ data.directions[:, 1], 0, atol=1e-12)


def test_descent_errs_from_the_flow_in_proportion_to_its_step():
    _, X, Y, _ = invariant(4, 3, 30)
    data = discrete.learning(X, Y)
    steps = np.array([200, 400, 800, 1600])
    exact = data.flow(start(4), 5.0)
    error = [np.abs(data.descent(start(4), 5 / k, int(k)) - exact).max() for k in steps]
    np.testing.assert_allclose(np.array(error[:-1]) / error[1:], 2, atol=0.03)


def test_descent_converges_up_to_the_largest_step_and_diverges_beyond():
    A, X, Y, _ = invariant(3, 3, 30)
    data = discrete.learning(X, Y)
    below = data.descent(start(3), 0.99 * data.largest_step, 100_000)
    np.testing.assert_allclose(below, A, atol=1e-10)
    beyond = data.descent(start(3), 1.01 * data.largest_step, np.array([1, 100_000, 10**6]))
    assert np.abs(beyond[1]).max() > 1e100
    assert not np.isfinite(beyond[2]).all()


def test_unlearnable_columns_stay_what_they_were():
    # The data's directions without energy are coordinates: not a digit changes, ever.
    rng = np.random.default_rng(0)
    X = np.zeros((5, 30))
    X[:3] = rng.standard_normal((3, 30))
    data = discrete.learning(X, rng.standard_normal((5, 30)))
    for learned in (
        *data.flow(start(5), np.array([1.0, 1e9, 1e300, np.inf])),
        data.descent(start(5), data.largest_step / 2, 10**15),
    ):
        np.testing.assert_array_equal(learned[:, 3:], start(5)[:, 3:])


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 7), st.integers(0, 7), st.integers(1, 9), st.integers(0, 99), st.floats(0, 1e12)
)
def test_unlearnable_blocks_stay_what_they_were(n, rank, samples, seed, tau):
    rank = min(n, rank, samples)
    _, X, Y, U = invariant(n, rank, samples, seed)
    data = discrete.learning(X, Y)
    assert data.learned.sum() == rank
    assert (data.rates[rank:] == 0).all()
    for time in (tau, np.inf):
        kept = data.flow(start(n), time) @ U[:, rank:]
        np.testing.assert_allclose(kept, start(n) @ U[:, rank:], atol=1e-11)


def test_the_limit_learns_what_has_energy_and_keeps_the_rest():
    A, X, Y, _ = invariant(6, 4, 50)
    data = discrete.learning(X, Y)
    limit = data.flow(start(6), np.inf)
    learned, true, kept = (discrete.blocks(M, data) for M in (limit, A, start(6)))
    np.testing.assert_allclose(learned.within, true.within, atol=1e-10)
    np.testing.assert_allclose(learned.out, 0, atol=1e-10)
    np.testing.assert_allclose(learned.into, kept.into, atol=1e-12)
    np.testing.assert_allclose(learned.beyond, kept.beyond, atol=1e-12)
    by_blocks = discrete.limiting_spectrum(A, start(6), data)
    np.testing.assert_allclose(
        np.sort_complex(by_blocks), np.sort_complex(np.linalg.eigvals(limit)), atol=1e-8
    )


def test_from_zero_the_limit_is_the_least_squares_solution_of_least_norm():
    _, X, Y, _ = invariant(5, 3, 40)
    limit = discrete.learning(X, Y).flow(np.zeros((5, 5)), np.inf)
    np.testing.assert_allclose(limit, Y @ np.linalg.pinv(X), atol=1e-12)


def test_no_data_teach_nothing():
    data = discrete.learning(np.zeros((2, 3)), np.ones((2, 3)))
    assert data.largest_step == np.inf
    assert np.isinf(data.time_to_learn()).all()
    np.testing.assert_array_equal(data.flow(start(2), np.inf), start(2))


def test_a_constant_has_energy_though_no_variance():
    X = np.array([[3.0, 3.0, 3.0], [1.0, -1.0, 0.0]])
    assert discrete.learning(X, X).learned.all()


def test_weak_directions_are_learned_unless_the_rank_says_otherwise():
    # Energies differ by 10²⁴, more than any threshold on energies allows; singular values do not.
    X = np.diag([1.0, 1e-12])
    assert discrete.learning(X, X).learned.tolist() == [True, True]
    given_rank = discrete.learning(X, X, rank=1)
    assert given_rank.learned.tolist() == [True, False]
    weak = discrete.learning(X, 3 * X).flow(np.zeros((2, 2)), 4e24 * np.array([0.5, 1.0, np.inf]))
    np.testing.assert_allclose(weak[:, 1, 1], 3 * -np.expm1([-0.5, -1.0, -np.inf]))
    with pytest.raises(ValueError, match="rank 3 is more than 2 variables and 2 samples"):
        discrete.learning(X, X, rank=3)


def test_a_loss_without_a_minimum_is_refused():
    with pytest.raises(ValueError, match="no minimum"):
        Quadratic(np.eye(2), np.array([1.0, 0.0]), np.ones((2, 2)))
    with pytest.raises(ValueError, match="negative: -1"):
        Quadratic(np.eye(2), np.array([1.0, -1.0]), np.ones((2, 2)))


def test_relaxation_has_its_limits():
    c, tau = np.array([0.0, 0.0, 1e-12, 2.0, 2.0]), np.array([3.0, 0.0, 3.0, 0.0, np.inf])
    np.testing.assert_allclose(relaxation(c, tau), [3.0, 0.0, 3.0, 0.0, 0.5], rtol=1e-11)


def test_higher_dimensions_learn_more_slowly_at_the_same_energy_per_direction():
    """The rate has a factor of 1/n, from the mean over variables in the loss."""
    rates = [discrete.learning(np.eye(n) * n**0.5, np.eye(n)).rates for n in (2, 4, 8)]
    assert [rate[0] for rate in rates] == pytest.approx([1 / 2, 1 / 4, 1 / 8])
