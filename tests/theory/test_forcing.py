"""Sparse teacher forcing of linear networks: gradients, curvature, and what descent is caught at."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapshots import differences, hessian, invariant, normal

from tausweep.theory import descent, discrete, forcing

TRUTHS = [0.0, 0.5, -0.9, 1.0, 1.1, 1.5, -2.0]


def targets(A, X, tau):
    return np.array([np.linalg.matrix_power(A, k) @ X for k in range(1, tau + 1)])


def start(n):
    return np.random.default_rng(9).standard_normal((n, n)) / 2


@pytest.mark.parametrize("tau", [1, 2, 7])
def test_the_gradient_is_that_of_the_loss(tau):
    A, X, _, _ = invariant(3, 2, 6)
    Y = targets(A, X, tau) + 0.1
    by_differences = differences(partial(forcing.loss, X=X, targets=Y), start(3))
    np.testing.assert_allclose(forcing.gradient(start(3), X, Y), by_differences, atol=1e-7)
    powers = [np.linalg.matrix_power(start(3), k) for k in range(tau + 1)]
    double_sum = sum(
        powers[j].T @ (powers[k] @ X - Y[k - 1]) @ (powers[k - 1 - j] @ X).T
        for k in range(1, tau + 1)
        for j in range(k)
    )
    np.testing.assert_allclose(forcing.gradient(start(3), X, Y), double_sum / (X.size * tau))


def test_forcing_at_every_step_is_equation_3():
    A, X, Y, _ = invariant(3, 2, 6)
    assert forcing.loss(start(3), X, Y[None]) == pytest.approx(discrete.loss(start(3), X, Y))
    np.testing.assert_allclose(
        forcing.gradient(start(3), X, Y[None]), discrete.gradient(start(3), X, Y)
    )
    assert forcing.loss(A, X, targets(A, X, 5)) == pytest.approx(0, abs=1e-25)


def test_what_has_no_energy_may_be_changed_by_longer_windows():
    """Columns that are not learned are no longer fixed: errors of others lead into them."""
    rng = np.random.default_rng(0)
    X = np.array([[1.0], [0.0]])
    A, initial = np.diag([0.5, 0.3]), rng.standard_normal((2, 2))
    for tau, fixed in ((1, True), (3, False)):
        moved = forcing.gradient(initial, X, targets(A, X, tau))[:, 1]
        assert (not moved.any()) == fixed
    invariant_start = np.triu(initial)  # unless none does: the subspace is invariant from the start
    assert not forcing.gradient(invariant_start, X, targets(A, X, 3))[:, 1].any()


@pytest.mark.parametrize("truth", TRUTHS)
@pytest.mark.parametrize("tau", [1, 2, 5])
def test_a_scalar_is_a_matrix_of_one_entry(truth, tau):
    X = np.array([[1.0, -2.0, 0.5]])
    energy = float(np.mean(X**2))
    A, h = np.array([[truth]]), 1e-5
    value = np.array([-1.2, -0.3, 0.0, 0.8, 1.3])
    found = forcing.scalar(value, truth, tau, energy)
    for i, v in enumerate(value):
        at = np.array([[v]])
        Y = targets(A, X, tau)
        assert found.loss[i] == pytest.approx(forcing.loss(at, X, Y), abs=1e-12)
        assert found.slope[i] == pytest.approx(forcing.gradient(at, X, Y).item(), abs=1e-12)
        ends = (forcing.gradient(at + d, X, Y).item() for d in (h, -h))
        assert found.curvature[i] == pytest.approx(np.subtract(*ends) / (2 * h), rel=1e-6, abs=1e-6)


def test_fixed_points_by_hand():
    assert forcing.fixed_points(0.7, 1).tolist() == [0.7]
    assert forcing.fixed_points(0.7, 2).tolist() == [0.7]
    far, near = (-2 - 2**0.5) / 2, (-2 + 2**0.5) / 2
    np.testing.assert_allclose(forcing.fixed_points(2.0, 2), [far, near, 2])
    curvature = forcing.scalar(np.array([far, near, 2]), 2.0, 2).curvature
    assert np.sign(curvature).tolist() == [1, -1, 1]
    np.testing.assert_allclose(forcing.fixed_points(-2.0, 2), [-2, -near, -far])


@settings(deadline=None, max_examples=60)
@given(st.floats(-2, 2), st.integers(1, 12))
def test_descent_rests_at_fixed_points_and_minima_alternate_with_maxima(truth, tau):
    points = forcing.fixed_points(truth, tau)
    found = forcing.scalar(points, truth, tau)
    size = forcing.scalar(np.array(2.0), -2.0, tau).curvature
    np.testing.assert_allclose(found.slope / size, 0, atol=1e-8)
    assert truth in points
    assert len(points) % 2 == 1  # L rises on both sides
    between = (points[1:] + points[:-1]) / 2
    ends = np.array([points[0] - 1, *between, points[-1] + 1])
    slope = forcing.scalar(ends, truth, tau).slope
    assert slope[0] < 0 < slope[-1]


@pytest.mark.parametrize("tau", [2, 3, 6, 11])
def test_decaying_modes_have_no_other_fixed_point(tau):
    """Nor do modes that neither grow nor decay."""
    for truth in np.linspace(-1, 1, 41):
        assert forcing.fixed_points(float(truth), tau).tolist() == [truth]


@pytest.mark.parametrize("tau", [1, 2, 6])
def test_curvatures_are_those_of_the_loss(tau):
    energies = np.array([2.0, 0.7, 0.7, 0.1])
    A, X = normal([0.5, 0.8 + 0.7j, -1.1], energies)
    Y = targets(A, X, tau)
    curvature = hessian(lambda M: forcing.gradient(M, X, Y), A)
    found = forcing.curvatures(np.array([0.5, 0.8 + 0.7j, 0.8 - 0.7j, -1.1]), energies, tau)
    np.testing.assert_allclose(
        np.sort(np.linalg.eigvalsh(curvature)), np.sort(found.ravel()), rtol=1e-6, atol=1e-7
    )


@pytest.mark.parametrize("q", [0.2, 0.9, 1.3])
@pytest.mark.parametrize("tau", [1, 3, 20])
def test_curvature_of_a_mode_has_its_closed_form(q, tau):
    k = np.arange(1, tau + 1)
    series = (k**2 * q ** (k - 1)).sum() / tau
    ends = 1 + q - (tau + 1) ** 2 * q**tau
    ends += (2 * tau**2 + 2 * tau - 1) * q ** (tau + 1) - tau**2 * q ** (tau + 2)
    found = forcing.curvatures(np.array([q**0.5 * np.exp(1j)]), np.ones(1), tau).item()
    assert found == pytest.approx(series)
    assert found == pytest.approx(ends / (1 - q) ** 3 / tau, rel=1e-7)
    assert found == pytest.approx(forcing.scalar(q**0.5, q**0.5, tau).curvature.item())


def test_curvature_in_long_windows():
    def curvature(lam, tau):
        return forcing.curvatures(np.array([lam]), np.ones(1), tau).item()

    assert curvature(0.5, 1000) == pytest.approx(1.25 / 0.75**3 / 1000)
    assert curvature(1.0, 1000) == pytest.approx(1001 * 2001 / 6)
    assert curvature(1.1, 400) == pytest.approx(400 * 1.1**800 / 0.21, rel=0.03)
    assert curvature(1e200, 5) == np.inf


@pytest.mark.parametrize("lam", [0.98, 0.995])
def test_a_decaying_mode_is_learned_fastest_by_windows_of_1_7_decay_times(lam):
    times = 1.69 / -np.log(lam) * np.array([0.9, 1, 1.1])
    early, there, late = (
        forcing.curvatures(np.array([lam]), np.ones(1), round(tau)).item() for tau in times
    )
    assert there > early
    assert there > late


def test_at_the_predictability_time_the_largest_step_is_a_few_times_smaller():
    """|λ|^{2τ} = 4 at τ = ln 2 / ln |λ|; at twice that, it is 16 times smaller but for powers of τ."""
    lam = 2 ** (1 / 40)
    step = [forcing.largest_step(np.array([lam]), np.ones(1), tau) for tau in (400, 440)]
    assert step[0] / step[1] == pytest.approx(4 * 440 / 400, rel=0.06)


@pytest.mark.parametrize("tau", [1, 3, 8])
def test_steps_above_the_largest_do_not_converge(tau):
    lam, energies = np.array([0.6, 1.2]), np.array([0.5, 0.2])
    A, X = normal(lam, energies)
    Y = targets(A, X, tau)
    near = A + 1e-6 * start(2)
    for share, converges in ((0.95, True), (1.05, False)):
        step = share * forcing.largest_step(lam, energies, tau)
        path = descent.descend(lambda M: forcing.gradient(M, X, Y), near, step, 200)
        stiffest = np.abs(path - A).max(axis=(1, 2))
        assert (stiffest[-1] <= stiffest[0]) == converges


def test_descent_errs_from_the_flow_in_proportion_to_its_step():
    A, X, _, _ = invariant(3, 2, 8)
    Y = targets(A, X, 4)
    gradient = partial(forcing.gradient, X=X, targets=Y)
    exact = descent.flow(gradient, start(3), np.array([2.0]))[0]
    error = [
        np.abs(descent.descend(gradient, start(3), 2 / k, k)[-1] - exact).max()
        for k in (200, 400, 800)
    ]
    np.testing.assert_allclose(np.divide(error[:-1], error[1:]), 2, atol=0.1)
