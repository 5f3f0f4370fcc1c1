"""Learning from noisy data: realised noise, its mean, and the limits (eqs. 11-15, 20-24)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm
from snapshots import invariant

from tausweep.theory import descent, noise
from tausweep.theory.continuous import learning_by_euler
from tausweep.theory.discrete import learning

SIGMA, DT = 0.3, 0.1


def start(n):
    return np.random.default_rng(9).standard_normal((n, n))


def literal(A, initial, X, Nx, Ny, tau, dt=None):
    """Eq. 12, or 21 where there is a Δt, as they stand, turned back from the basis U."""
    (n, m), U = X.shape, np.linalg.svd(X)[0]
    SV = U.T @ X
    A, initial = U.T @ A @ U, U.T @ initial @ U
    once, twice = (1, 1) if dt is None else (dt, dt**2)
    bracket = U.T @ Ny - (A if dt is None else np.eye(n) + A * dt) @ U.T @ Nx
    C = -twice / (m * n) * (SV + U.T @ Nx) @ (SV + U.T @ Nx).T
    decay = expm(C * tau)
    bracket = once / (m * n) * bracket @ (SV + U.T @ Nx).T @ np.linalg.inv(C)
    return U @ (A + (initial - A) @ decay + bracket @ (decay - np.eye(n))) @ U.T


@pytest.mark.parametrize("tau", [0.0, 1.0, 30.0])
def test_realised_noise_is_equations_12_and_21(tau):
    A, X, Y, _ = invariant(4, 2, 20)
    Xn, Yn = noise.noisy(X, Y, SIGMA, np.random.default_rng(1))
    found = learning(Xn, Yn).flow(start(4), tau)
    np.testing.assert_allclose(found, literal(A, start(4), X, Xn - X, Yn - Y, tau), atol=1e-11)
    Y = X + DT * A @ X
    Xn, Yn = noise.noisy(X, Y, SIGMA, np.random.default_rng(1))
    found = learning_by_euler(Xn, Yn, DT).flow(start(4), tau)
    np.testing.assert_allclose(found, literal(A, start(4), X, Xn - X, Yn - Y, tau, DT), atol=1e-11)


def test_realised_noise_has_the_limits_13_and_22():
    A, X, _, _ = invariant(4, 2, 20)
    for dt, Y, more in ((None, A @ X, A), (DT, X + DT * A @ X, np.eye(4) + DT * A)):
        Xn, Yn = noise.noisy(X, Y, SIGMA, np.random.default_rng(1))
        found = learning(Xn, Yn) if dt is None else learning_by_euler(Xn, Yn, dt)
        bracket = (Yn - Y) - more @ (Xn - X)
        limit = A + (dt or 1) ** -1 * bracket @ Xn.T @ np.linalg.inv(Xn @ Xn.T)
        np.testing.assert_allclose(found.flow(start(4), np.inf), limit, atol=1e-9)


def test_mean_noise_has_the_limits_14_and_15():
    A, X, Y, U = invariant(5, 3, 40)
    m = X.shape[1]
    limit = noise.expected(learning(X, Y), SIGMA).flow(start(5), np.inf)
    C = X @ X.T
    eq14 = A @ (np.eye(5) - m * SIGMA**2 * np.linalg.inv(C + m * SIGMA**2 * np.eye(5)))
    np.testing.assert_allclose(limit, eq14, atol=1e-12)
    V, sigma, _ = np.linalg.svd(X)
    factors = noise.attenuation(sigma, m, SIGMA)
    np.testing.assert_allclose(limit, A @ V * factors @ V.T, atol=1e-12)
    np.testing.assert_allclose(limit @ U[:, 3:], 0, atol=1e-12)


def test_mean_noise_of_euler_has_the_limits_23_and_24():
    A, X, _, U = invariant(5, 3, 40)
    m = X.shape[1]
    data = learning_by_euler(X, X + DT * A @ X, DT)
    limit = noise.expected_by_euler(data, DT, SIGMA).flow(start(5), np.inf)
    one = np.eye(5)
    inverse = m * SIGMA**2 * np.linalg.inv(X @ X.T + m * SIGMA**2 * one)
    np.testing.assert_allclose(limit, A @ (one - inverse) - inverse / DT, atol=1e-11)
    np.testing.assert_allclose(limit @ U[:, 3:], -U[:, 3:] / DT, atol=1e-11)
    # The map is that of eq. 14 for the map I + A Δt.
    as_map = noise.expected(learning(X, X + DT * A @ X), SIGMA).flow(start(5), np.inf)
    np.testing.assert_allclose(one + DT * limit, as_map, atol=1e-11)


def test_by_hand_attenuation_is_half_at_equal_energies():
    assert noise.attenuation(np.array([0.0, 6.0]), 4, 3.0).tolist() == [0.0, 0.5]


@pytest.mark.parametrize("where", ["everywhere", "unexcited"])
def test_the_mean_loss_is_followed_by_its_gradient(where):
    A, X, Y, U = invariant(4, 2, 30)
    P = np.eye(4) if where == "everywhere" else U[:, 2:] @ U[:, 2:].T
    times = np.array([0.5, 20.0])

    def gradient(M):  # (11), and (20) with Δt, in the mean over the noise
        return (M @ X - Y) @ X.T / X.size + SIGMA**2 / 4 * M @ P

    found = noise.expected(learning(X, Y), SIGMA, where=where).flow(start(4), times)
    np.testing.assert_allclose(found, descent.flow(gradient, start(4), times), atol=1e-8)

    def by_euler(M):
        signal = DT**2 * (M - A) @ X @ X.T / X.size
        return signal + SIGMA**2 / 4 * (DT**2 * M + DT * np.eye(4)) @ P

    data = learning_by_euler(X, X + DT * A @ X, DT)
    found = noise.expected_by_euler(data, DT, SIGMA, where=where).flow(start(4), times)
    np.testing.assert_allclose(found, descent.flow(by_euler, start(4), times), atol=1e-8)


def rotation(samples):
    """A rotation in a plane of space, of which the third direction is unstable and never seen."""
    A = np.zeros((3, 3))
    A[:2, :2] = [[np.cos(0.7), -np.sin(0.7)], [np.sin(0.7), np.cos(0.7)]]
    A[2, 2] = 1.2
    angle = 0.7 * np.arange(samples + 1)
    x = np.stack([np.cos(angle), np.sin(angle), 0 * angle])
    return A, x[:, :-1], x[:, 1:]


@pytest.mark.parametrize("trajectory", [False, True])
def test_what_is_learned_converges_to_the_limits(trajectory):
    """Means of runs are within their standard errors of (14) and (23), and errors fall as 1/√m."""
    rng = np.random.default_rng(5)
    spread = []
    for m in (1000, 4000, 16000):
        _, X, Y = rotation(m)
        runs = [noise.noisy(X, Y, SIGMA, rng, trajectory=trajectory) for _ in range(40)]
        for learn, limit in (
            (learning, noise.expected(learning(X, Y), SIGMA)),
            (
                lambda X, Y: learning_by_euler(X, Y, DT),
                noise.expected_by_euler(learning_by_euler(X, Y, DT), DT, SIGMA),
            ),
        ):
            learned = np.array([learn(*run).flow(np.zeros((3, 3)), np.inf) for run in runs])
            error = learned - limit.flow(np.zeros((3, 3)), np.inf)
            standard_error = learned.std(axis=0, ddof=1) / len(runs) ** 0.5
            assert (np.abs(error.mean(axis=0)) < 4 * standard_error).all()
        spread.append((DT * error).std())
    np.testing.assert_allclose(np.divide(spread[:-1], spread[1:]), 2, rtol=0.2)


def test_the_mean_gradient_is_that_of_the_mean_loss():
    _, X, Y = rotation(200)
    expected = noise.expected(learning(X, Y), SIGMA).gradient(start(3))
    rng = np.random.default_rng(6)
    drawn = np.array(
        [learning(*noise.noisy(X, Y, SIGMA, rng)).gradient(start(3)) for _ in range(400)]
    )
    error = np.abs(drawn.mean(axis=0) - expected)
    assert (error < 4 * drawn.std(axis=0, ddof=1) / 20).all()


def test_noise_damps_the_memory_of_initial_weights_at_its_rate():
    """σ²/n, in directions without energy."""
    _, X, Y = rotation(200)
    noisy = noise.expected(learning(X, Y), SIGMA)
    learned = noisy.flow(start(3), 10.0)
    np.testing.assert_allclose(learned[:, 2], start(3)[:, 2] * np.exp(-10 * SIGMA**2 / 3))


def test_noise_where_there_is_no_energy_biases_nothing():
    A, X, Y = rotation(200)
    learned = noise.expected(learning(X, Y), SIGMA, where="unexcited").flow(start(3), np.inf)
    np.testing.assert_allclose(learned, A * [1, 1, 0], atol=1e-12)
