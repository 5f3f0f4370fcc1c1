"""Learning in continuous time: the exact loss, and how far forward Euler is from it (eqs. 16-19)."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm
from snapshots import differences, hessian, invariant, normal

from tausweep.theory import continuous, descent

DT = 0.2


def start(n):
    return np.random.default_rng(9).standard_normal((n, n))


def test_states_follow_the_differential_equation():
    A, X, _, _ = invariant(3, 3, 4)
    followed = solve_ivp(
        lambda _, x: (A @ x.reshape(3, 4)).ravel(), (0, DT), X.ravel(), rtol=1e-12, atol=1e-13
    )
    np.testing.assert_allclose(
        continuous.after(A, X, DT), followed.y[:, -1].reshape(3, 4), atol=1e-10
    )


def test_the_gradient_is_that_of_the_exact_loss():
    A, X, _, _ = invariant(3, 2, 7)
    Y = continuous.after(A, X, DT)
    by_differences = differences(partial(continuous.loss, X=X, Y=Y, dt=DT), start(3))
    np.testing.assert_allclose(continuous.gradient(start(3), X, Y, DT), by_differences, atol=1e-9)
    assert continuous.loss(A, X, Y, DT) == 0
    assert not continuous.gradient(A, X, Y, DT).any()


@pytest.mark.parametrize("tau", [0.0, 3.0, 1000.0])
def test_eulers_flow_is_equation_8_with_a_square_of_dt(tau):
    A, X, _, _ = invariant(4, 2, 30)
    data = continuous.learning_by_euler(X, X + DT * A @ X, DT)
    gradient = -(DT**2) * (A - start(4)) @ X @ X.T / X.size
    np.testing.assert_allclose(data.gradient(start(4)), gradient, atol=1e-12)  # eq. 19
    expected = A + (start(4) - A) @ expm(-(DT**2) * X @ X.T * tau / X.size)
    np.testing.assert_allclose(data.flow(start(4), tau), expected, atol=1e-12)


def test_of_exact_data_euler_learns_what_its_map_needs():
    A, X, _, _ = invariant(3, 3, 20)
    Y = continuous.after(A, X, DT)
    limit = continuous.learning_by_euler(X, Y, DT).flow(start(3), np.inf)
    np.testing.assert_allclose(limit, continuous.euler_limit(A, DT), atol=1e-10)
    np.testing.assert_allclose(np.eye(3) + DT * limit, expm(DT * A), atol=1e-10)


def test_eulers_limit_errs_in_proportion_to_dt():
    A = invariant(3, 3, 3).A
    error = [np.abs(continuous.euler_limit(A, dt) - A).max() for dt in (4e-3, 2e-3, 1e-3)]
    np.testing.assert_allclose(np.divide(error[:-1], error[1:]), 2, atol=0.02)
    np.testing.assert_allclose(continuous.euler_limit(A, 1e-3) - A, A @ A * 5e-4, atol=1e-5)


def test_euler_takes_a_fast_growing_rotation_for_a_decay():
    # e^{0.1} cos(2) − 1 < 0: as a flow what Euler learns decays, while as a map it grows.
    A = np.array([[0.1, -2.0], [2.0, 0.1]])
    learned = continuous.euler_limit(A, 1.0)
    assert np.linalg.eigvals(learned).real == pytest.approx([np.exp(0.1) * np.cos(2) - 1] * 2)
    assert np.abs(np.linalg.eigvals(np.eye(2) + learned)) == pytest.approx([np.exp(0.1)] * 2)


def test_exact_rates_are_the_curvature_of_the_exact_loss():
    energies = np.array([2.0, 0.7, 0.7, 0.1])
    A, X = normal([-1.5, -0.3 + 2j, 0.4], energies)
    Y = continuous.after(A, X, DT)
    curvature = hessian(lambda M: continuous.gradient(M, X, Y, DT), A)
    rates = continuous.exact_rates(np.array([-1.5, -0.3 + 2j, -0.3 - 2j, 0.4]), energies, DT)
    np.testing.assert_allclose(
        np.sort(np.linalg.eigvalsh(curvature)), np.sort(rates.ravel()), atol=1e-9
    )


def test_by_hand_exact_rates():
    # Two modes of energy 1 with e^{λ Δt} = 2 and 1, for Δt = 1: 2² and 1², and (1 / ln 2)².
    rates = continuous.exact_rates(np.log([2.0, 1.0]), np.ones(2), 1.0)
    between = 1 / np.log(2) ** 2
    np.testing.assert_allclose(rates, [[4, between], [between, 1]])


def test_exact_rates_are_eulers_for_small_steps():
    lam, energies = np.array([-1 + 3j, -1 - 3j, -0.5]), np.array([1.0, 1.0, 0.2])
    error = [
        np.abs(continuous.exact_rates(lam, energies, dt) / (energies * dt**2) - 1).max()
        for dt in (4e-3, 2e-3, 1e-3)
    ]
    np.testing.assert_allclose(np.divide(error[:-1], error[1:]), 2, atol=0.02)
    assert error[-1] < 0.004


@pytest.mark.parametrize(("begin", "truth"), [(1.0, -2.0), (-3.0, 0.5), (-2.0, -1.9), (3.0, 2.0)])
def test_a_mode_of_the_exact_loss_takes_its_time(begin, truth):
    energy = 0.7
    ends = truth + (begin - truth) * np.array([1.0, 0.5, 0.1, 1e-3])
    times = continuous.exact_time(begin, ends, truth, energy, DT)
    x = np.array([[np.sqrt(energy)]])
    y = continuous.after(np.array([[truth]]), x, DT)
    flow = descent.flow(
        lambda A: continuous.gradient(A, x, y, DT), np.array([[begin]]), np.maximum(times, 0)
    )
    np.testing.assert_allclose(flow[:, 0, 0], ends, atol=1e-8)
    small = continuous.exact_time(begin, ends[1:], truth, energy, 1e-6)
    np.testing.assert_allclose(small * energy * 1e-12, np.log([2, 10, 1e3]), rtol=1e-4)  # Euler's


def test_a_mode_reaches_the_truth_never_and_passes_it_never():
    assert continuous.exact_time(1.0, 0.0, 0.0, 1.0, DT) == np.inf
    for end in (-0.1, 1.1):
        with pytest.raises(ValueError, match="no further"):
            continuous.exact_time(1.0, end, 0.0, 1.0, DT)


def test_noise_alone_damps_the_exact_model_ever_more_slowly():
    # The mean loss is ½ c e^{2âΔt}, of which c Δt e^{2âΔt} is the slope.
    c, times = 0.3, np.array([0.0, 1.0, 100.0, 1e4])
    flow = descent.flow(lambda a: c * DT * np.exp(2 * a * DT), np.array([0.8]), times)
    closed = continuous.damped_mode(times, 0.8, c, DT)
    np.testing.assert_allclose(closed, flow[:, 0], atol=1e-8)
    late = continuous.damped_mode(np.array([1e30, 1e32]), 0.8, c, DT)
    assert late[1] - late[0] == pytest.approx(-np.log(100) / (2 * DT))


def test_descent_of_the_exact_loss_errs_in_proportion_to_its_step():
    A, X, _, _ = invariant(2, 2, 10)
    Y = continuous.after(A, X, 1.0)
    gradient = partial(continuous.gradient, X=X, Y=Y, dt=1.0)
    exact = descent.flow(gradient, start(2), np.array([2.0]))[0]
    error = [
        np.abs(descent.descend(gradient, start(2), 2 / k, k)[-1] - exact).max()
        for k in (100, 200, 400)
    ]
    np.testing.assert_allclose(np.divide(error[:-1], error[1:]), 2, atol=0.1)
