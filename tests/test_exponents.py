"""Lyapunov exponents by QR of anything that has tangent vectors, and the Kaplan-Yorke dimension."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tausweep.statespace.exponents import exponents, kaplan_yorke


def linear(matrix, steps=1):
    power = np.linalg.matrix_power(matrix, steps)
    return lambda i, x, q: (x @ power.T, power @ q)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000), size=st.integers(1, 5), steps=st.integers(1, 3))
def test_exponents_of_a_linear_map_are_those_of_its_eigenvalues(seed, size, steps):
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(rng.standard_normal((size, size)))[0] + 0.2 * rng.standard_normal(size)
    rates = np.sort(rng.choice(np.arange(-8, 4), size, replace=False) / 10)[::-1]
    matrix = basis @ np.diag(np.exp(rates)) @ np.linalg.inv(basis)
    found = exponents(
        linear(matrix, steps),
        np.ones((2, size)),
        interval=steps,
        length=30.0,
        transient=600.0,
        count=size,
        rng=rng,
    )
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, [rates, rates], atol=1e-8)


def test_intervals_are_whole_and_the_transient_is_dropped():
    # Interval i stretches by exp(i): the mean over those that count tells which these are.
    seen = []

    def advance(i, x, q):
        seen.append(i)
        return x, q * np.exp(i)

    found = exponents(
        advance,
        np.zeros((1, 1)),
        interval=2.0,
        length=5.0,
        transient=3.0,
        count=1,
        rng=np.random.default_rng(0),
    )
    assert seen == [0, 1, 2, 3, 4]
    assert found == pytest.approx((2 + 3 + 4) / 6.0)


def test_a_member_that_becomes_infinite_harms_no_other():
    def advance(i, x, q):
        return x**2, 2 * x[..., None] * q

    found = exponents(
        advance,
        np.array([[1.0], [3.0]]),
        interval=1.0,
        length=20.0,
        transient=0.0,
        count=1,
        rng=np.random.default_rng(0),
    )
    assert found[0] == pytest.approx(np.log(2))
    assert np.isnan(found[1])


@pytest.mark.parametrize(
    ("spectrum", "dimension"),
    [
        ([-0.1, -0.5], 0.0),  # a fixed point
        ([0.0, -0.5, -1.0], 1.0),  # a limit cycle
        ([0.0, 0.0, -1.0], 2.0),  # a torus
        ([0.906, 0.0, -14.572], 2.0621),  # Lorenz-63: Sprott 2003
        ([-14.572, 0.906, 0.0], 2.0621),  # the order does not matter
        ([0.4192, -1.6232], 1.2583),  # Hénon: Sprott 2003
        ([0.0139, 0.0, 0.0, -0.0139], 4.0),  # volumes are kept
        ([0.5, 0.2], 2.0),  # too few to tell, and at least 2
        ([0.4, -np.inf], 1.0),  # the Hénon map with b = 0
        ([0.5], 1.0),
        ([-0.5], 0.0),
    ],
)
def test_kaplan_yorke_dimension(spectrum, dimension):
    assert kaplan_yorke(np.array(spectrum)) == pytest.approx(dimension, abs=1e-4)


def test_kaplan_yorke_dimensions_of_an_ensemble_are_those_of_its_members():
    spectra = np.random.default_rng(0).normal(-0.3, 1.0, size=(50, 4))
    found = kaplan_yorke(spectra)
    np.testing.assert_array_equal(found, [kaplan_yorke(one) for one in spectra])
    assert np.isnan(kaplan_yorke(np.array([[0.1, np.nan]])))


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=6), st.floats(0.1, 10))
def test_kaplan_yorke_dimension_knows_no_unit_of_time(spectrum, unit):
    values = np.array(spectrum)
    assert 0 <= kaplan_yorke(values) <= len(values)
    shifted = values - 1e-3  # off the borders where sums are zero, which round differently
    if np.abs(np.cumsum(-np.sort(-shifted))).min() > 1e-9:
        assert kaplan_yorke(unit * shifted) == pytest.approx(kaplan_yorke(shifted), abs=1e-6)
