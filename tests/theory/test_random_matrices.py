"""Random matrices: the circular law, and bounds that hold for every one of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tausweep.theory.discrete import learning, limiting_spectrum
from tausweep.theory.random_matrices import (
    contracted,
    gershgorin,
    gershgorin_continuous,
    gershgorin_uniform,
    glorot_normal,
    glorot_uniform,
    orthogonal,
)
from tausweep.theory.spectra import (
    ROUNDING,
    circular_law_radius,
    expected_outside,
    outside,
    spectra,
)

SIZES, SEEDS = st.integers(1, 12), st.integers(0, 2**32 - 1)


def radii(matrix):
    return np.abs(np.linalg.eigvals(matrix))


@pytest.mark.parametrize("draw", [glorot_normal, glorot_uniform])
def test_glorot_meets_the_circular_law(draw):
    # Of the uniform distribution on a disk of radius 1, a share ρ² is within ρ.
    modulus = np.abs(spectra(draw, 300, 4, np.random.default_rng(0)))
    for rho in (0.3, 0.5, 0.7, 0.9):
        assert (modulus < rho).mean() == pytest.approx(rho**2, abs=0.02)
    assert modulus.max() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("draw", [glorot_normal, glorot_uniform])
def test_what_rank_leaves_of_glorot_meets_the_circular_law(draw):
    # Â_22(0) in a basis that is not the one it was drawn in, uniform ones included.
    n, rank, rng = 400, 300, np.random.default_rng(1)
    radius = circular_law_radius(n, rank)
    assert radius == 0.5
    modulus = []
    for _ in range(4):
        U = orthogonal(n, rng)[:, rank:]
        modulus.extend(radii(U.T @ draw(n, rng) @ U))
    for share in (0.3, 0.6, 0.9):
        assert (np.array(modulus) < radius * share).mean() == pytest.approx(share**2, abs=0.05)


@pytest.mark.parametrize("draw", [glorot_normal, glorot_uniform])
def test_glorot_has_eigenvalues_outside_fewer_as_it_grows(draw):
    """Fig. 1: φ falls as n grows, while the share of matrices that are unstable rises."""
    found = []
    for n in (4, 16, 64):
        modulus = np.abs(spectra(draw, n, 6400 // n, np.random.default_rng(2)))
        found.append(outside(modulus - 1))
    phi = [one.eigenvalues for one in found]
    assert phi[0] > phi[1] > phi[2] > 0.02
    unstable = [one.realisations for one in found]
    assert 0.4 < unstable[0] < unstable[1] < unstable[2] < 1


def test_for_one_variable_phi_is_that_of_a_number():
    # One normal number of variance 1 exceeds 1 with probability 0.3173; a uniform one with 1 − 1/√3.
    for draw, phi in ((glorot_normal, 0.3173), (glorot_uniform, 1 - 3**-0.5)):
        modulus = np.abs(spectra(draw, 1, 4000, np.random.default_rng(0)))
        assert outside(modulus - 1) == pytest.approx((phi, phi), abs=4 * 0.5 / 4000**0.5)


@pytest.mark.parametrize(("n", "rank"), [(2, 0), (3, 0), (8, 0), (30, 0), (4, 2), (9, 3)])
def test_phi_in_the_mean(n, rank):
    rng, runs = np.random.default_rng(7), 24_000 // n
    modulus = np.abs(spectra(lambda n, rng: glorot_normal(n, rng)[rank:, rank:], n, runs, rng))
    share = (modulus > 1).mean(axis=1)
    error = share.std() / runs**0.5
    assert share.mean() == pytest.approx(expected_outside(n, rank), abs=4 * error)


def test_phi_in_the_mean_by_hand():
    # One normal number. And all eigenvalues of two by two: where all radii count, there are k.
    assert expected_outside(1) == pytest.approx(0.317310508)
    assert expected_outside(10, 9) == pytest.approx(0.001565402)  # beyond √10 deviations
    # In high dimensions 1/√(2πn) of complex matrices are outside, and so are, nearly, of real ones.
    assert expected_outside(3000) * (2 * np.pi * 3000) ** 0.5 == pytest.approx(1, abs=0.1)


def test_half_the_eigenvalues_of_glorot_grow_in_continuous_time():
    values = spectra(glorot_normal, 20, 400, np.random.default_rng(3))
    grows = outside(values.real)
    share = (values.real > 0).mean(axis=1)
    assert grows.eigenvalues == pytest.approx(0.5, abs=4 * share.std() / 20)
    assert grows.realisations > 0.99


def test_outside_by_hand():
    excess = np.array([[0.5, -0.5, 1e-15, -1.0], [-0.1, -0.1, 0.0, -1.0]])
    assert outside(excess) == (1 / 8, 1 / 2)


@settings(deadline=None)
@given(SIZES, SEEDS)
def test_gershgorin_is_inside_the_unit_circle(n, seed):
    exact = gershgorin(n, np.random.default_rng(seed))
    below = gershgorin_uniform(n, np.random.default_rng(seed))
    for matrix in (exact, below):
        assert not np.diag(matrix).any()
        assert radii(matrix).max() <= 1 + ROUNDING
    sums = np.abs(exact).sum(axis=1)
    np.testing.assert_allclose(sums, 1 if n > 1 else 0)
    assert (np.abs(below).sum(axis=1) <= 1).all()


@settings(deadline=None)
@given(SIZES, SEEDS, st.floats(0.01, 100), st.floats(0.01, 1))
def test_gershgorin_in_continuous_time_is_in_the_left_half_plane(n, seed, rate, share):
    matrix = gershgorin_continuous(n, np.random.default_rng(seed), rate=rate)
    np.testing.assert_array_equal(np.diag(matrix), -rate)
    values = np.linalg.eigvals(matrix)
    assert values.real.max() <= rate * ROUNDING
    for step in (1 / rate, share / rate):  # and where forward Euler is stable, for h ≤ 1 / rate
        assert np.abs(1 + step * values).max() <= 1 + ROUNDING


@settings(deadline=None)
@given(SIZES, SEEDS, st.floats(0.1, 1), st.data())
def test_a_bound_on_the_norm_holds_in_every_basis(n, seed, norm, data):
    rng = np.random.default_rng(seed)
    U = orthogonal(n, rng)[:, : data.draw(st.integers(1, n))]
    np.testing.assert_allclose(U.T @ U, np.eye(U.shape[1]), atol=1e-12)
    assert radii(U.T @ orthogonal(n, rng) @ U).max() <= 1 + ROUNDING
    small = contracted(glorot_normal(n, rng), norm)
    assert np.linalg.norm(small, 2) <= norm * (1 + 1e-12)
    assert radii(U.T @ small @ U).max() <= norm + ROUNDING


def test_what_is_within_its_norm_is_not_contracted():
    A = np.array([[0.0, 0.5], [0.0, 0.0]])
    np.testing.assert_array_equal(contracted(A), A)
    np.testing.assert_array_equal(contracted(0 * A), 0 * A)
    np.testing.assert_allclose(contracted(4 * A), 2 * A)


def test_gershgorins_bound_does_not_hold_in_every_basis():
    # Data span all but u; the model learns them, and keeps an eigenvalue of 3/(2√2) on u.
    G = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    np.testing.assert_allclose(np.sort(np.linalg.eigvals(G).real), [-1, 0, 1], atol=1e-12)
    u = np.array([2**0.5, 1, 1]) / 2
    X = np.linalg.svd(u[None])[2][1:].T  # an orthonormal basis of what is orthogonal to u
    data = learning(X, 0.5 * X)
    learned = np.linalg.eigvals(data.flow(G, np.inf))
    assert np.abs(learned).max() == pytest.approx(3 / 8**0.5)
    np.testing.assert_allclose(
        np.sort(np.abs(limiting_spectrum(0.5 * np.eye(3), G, data))), np.sort(np.abs(learned))
    )


def test_nor_does_it_for_matrices_that_gershgorin_draws():
    # Over all u, uᵀ G u reaches the eigenvalues of the symmetric part.
    rng = np.random.default_rng(0)
    beyond = {}
    for n in (3, 4, 8):
        drawn = (gershgorin(n, rng) for _ in range(1000))
        reach = np.array([np.abs(np.linalg.eigvalsh((G + G.T) / 2)).max() for G in drawn])
        beyond[n] = (reach > 1).mean()
    assert beyond[3] == pytest.approx(1 / 6, abs=0.04)
    assert 0 < beyond[4] < 0.03
    assert beyond[8] == 0


def test_gershgorin_of_two_variables_is_on_the_circle():
    modulus = np.abs(spectra(gershgorin, 2, 50, np.random.default_rng(0)))
    np.testing.assert_allclose(modulus, 1)
    assert outside(modulus - 1) == (0, 0)


@pytest.mark.parametrize(("draw", "times"), [(gershgorin_uniform, 1), (gershgorin, 2)])
def test_the_disk_that_gershgorins_matrices_fill_shrinks_as_they_grow(draw, times):
    for n in (50, 200):
        modulus = np.abs(spectra(draw, n, 3, np.random.default_rng(1)))
        radius = times / (3 * n) ** 0.5
        assert (modulus < 0.7 * radius).mean() == pytest.approx(0.49, abs=0.06)
        assert modulus.max() == pytest.approx(radius, rel=0.25)


def test_orthogonal_is_evenly_distributed():
    # Under the Haar measure E tr Q = 0, and E (tr Q)² = E (tr QᵀQ)/n = 1.
    trace = np.array([np.trace(orthogonal(4, np.random.default_rng(i))) for i in range(2000)])
    assert trace.mean() == pytest.approx(0, abs=4 / 2000**0.5)
    assert (trace**2).mean() == pytest.approx(1, abs=4 * (trace**2).std() / 2000**0.5)
