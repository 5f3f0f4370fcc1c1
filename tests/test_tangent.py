"""Lyapunov exponents of equations by tangent dynamics, against published and exact ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import lambertw
from simulated import LinearDelay, simulated

from tausweep.statespace.exponents import kaplan_yorke
from tausweep.systems import tangent


def exponents(system, *, members=128, seed=1, length=100.0, transient=50.0, count=1):
    rng = np.random.default_rng(seed)
    start = np.array([system.draw(rng) for _ in range(members)])
    return tangent.exponents(
        system,
        start,
        np.zeros(members),
        length=length,
        transient=transient,
        rng=rng,
        count=count,
    )


def error_of(found):
    return found.std(axis=0, ddof=1) / np.sqrt(len(found))


def delayed(delay):
    return simulated("mackey_glass", parameters={"delay": delay})


SECOND_DUFFING = {"gamma": 0.4, "delta": 0.25, "omega": 1.0}
KNOWN = [  # system, exponent, how far off a published or rounded value may be, lengths
    (simulated("ueda"), 0.103, 0.002, {"length": 400.0}),  # Sprott 2003
    (
        simulated("lorenz96", parameters={"N": 10}),
        1.19,
        0.01,
        {"length": 60.0, "transient": 20.0},
    ),
    (delayed(17.0), 0.0051, 1e-4, {"length": 1e4, "transient": 4e3}),
    (delayed(23.0), 0.0096, 2e-4, {"length": 1e4, "transient": 4e3}),  # Sprott 2003
    (delayed(30.0), 0.0071, 1e-4, {"length": 1e4, "transient": 4e3}),  # Farmer 1982
    (simulated("henon"), 0.4192, 2e-4, {"length": 5e3, "transient": 100.0}),  # Sprott 2003
    (simulated("logistic"), np.log(2), 1e-12, {"length": 5e3, "transient": 100.0}),
    (
        simulated("logistic", parameters={"r": 3.9}),
        0.4960,
        2e-4,
        {"length": 5e3, "transient": 100.0},
    ),
]


@pytest.mark.parametrize(
    ("system", "known", "off", "lengths"), KNOWN, ids=[str(system) for system, *_ in KNOWN]
)
def test_tangent_dynamics_gives_the_known_exponent(system, known, off, lengths):
    found = exponents(system, members=32, **lengths)[:, 0]
    assert abs(found.mean() - known) < 3 * error_of(found) + off
    assert error_of(found) < 0.05 * known


SLOWLY_KNOWN = [
    (simulated("lorenz63"), 0.9056, {}),  # Sprott 2003
    (simulated("rossler"), 0.0714, {"length": 500.0}),  # Sprott 2003
    (  # 0.090: Rosenstein et al. 1993
        simulated("rossler", parameters={"a": 0.15, "c": 10.0}),
        0.0889,
        {"length": 500.0},
    ),
    (simulated("duffing"), 0.128, {"length": 1_000.0}),
    (simulated("duffing", parameters=SECOND_DUFFING), 0.157, {"length": 500.0}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("system", "expected", "lengths"), SLOWLY_KNOWN)
def test_tangent_dynamics_gives_the_exponent_of_flows(system, expected, lengths):
    found = exponents(system, **lengths)[:, 0]
    assert abs(found.mean() - expected) < 3 * error_of(found) + 0.001
    assert error_of(found) < 0.02 * expected


@pytest.mark.slow
def test_tangent_dynamics_gives_wolfs_exponent():
    wolf = simulated("lorenz63", parameters={"sigma": 16.0, "rho": 45.92, "beta": 4.0})
    found = exponents(wolf, length=50.0, transient=20.0)[:, 0]
    assert found.mean() == pytest.approx(1.504, abs=3 * error_of(found))


def test_the_spectrum_of_lorenz63():
    # Sprott 2003: 0.906, 0, −14.572 and the dimension 2.062.
    found = exponents(simulated("lorenz63"), members=32, transient=20.0, count=3)
    assert (np.abs(found.mean(axis=0) - [0.9056, 0.0, -14.5723]) < 3 * error_of(found) + 2e-3).all()
    assert kaplan_yorke(found.mean(axis=0)) == pytest.approx(2.062, abs=0.001)


def test_the_spectrum_of_lorenz96():
    # One exponent of a flow is zero, and those of Lorenz-96 sum up to −N.
    found = exponents(simulated("lorenz96", parameters={"N": 10}), members=16, count=10)
    mean, error = found.mean(axis=0), error_of(found)
    assert (np.diff(mean) < 0).all()
    assert abs(mean[3]) < 3 * error[3] + 0.01
    assert mean[0] == pytest.approx(1.18, abs=3 * error[0])
    np.testing.assert_allclose(found.sum(axis=1), -10.0, rtol=1e-5)


@pytest.mark.parametrize(
    ("system", "total"),
    [
        (simulated("lorenz63"), -(10.0 + 1.0 + 8 / 3)),
        (simulated("duffing"), -0.1),
        (simulated("ueda"), -0.05),
        (simulated("lorenz96", parameters={"N": 5}), -5.0),
        (simulated("henon"), np.log(0.3)),
    ],
)
def test_exponents_sum_up_to_the_mean_divergence(system, total):
    found = exponents(system, members=4, seed=2, length=20.0, transient=5.0, count=9)
    assert found.shape == (4, len(system.coordinates))
    np.testing.assert_allclose(found.sum(axis=1), total, rtol=1e-5)


@pytest.mark.parametrize("period", [2, 25])
def test_both_exponents_of_a_cycle_are_zero(period):
    system = simulated("cycle", parameters={"period": period})
    found = exponents(system, members=4, length=1_000.0, count=2)
    np.testing.assert_allclose(found, 0.0, atol=1e-14)
    assert system.published.lambda_max == 0.0


def test_a_linear_systems_exponents_are_those_of_its_matrix():
    # ẍ = −x − 0.2 ẋ rotates and shrinks: both exponents are −0.1.
    parameters = {"alpha": 1.0, "beta": 0.0, "gamma": 0.0, "delta": 0.2}
    found = exponents(simulated("duffing", parameters=parameters), length=200.0, count=2)
    np.testing.assert_allclose(found, -0.1, atol=0.01)


@settings(deadline=None, max_examples=20)
@given(gamma=st.floats(0.0, 2.0), c=st.floats(0.1, 2.0), T=st.floats(0.2, 3.0))
def test_exponents_of_a_linear_delay_equation_are_its_roots(gamma, c, T):
    # λ + γ = c exp(−λT), which Lambert's function solves: the real root leads, then comes a pair.
    system = LinearDelay.of(delay=T, gamma=gamma, c=c)
    found = exponents(system, members=2, seed=0, length=60 * T, transient=30 * T, count=3)
    roots = [lambertw(c * T * np.exp(gamma * T), k).real / T - gamma for k in (0, 1, -1)]
    np.testing.assert_allclose(found[:, 0], roots[0], atol=1e-4 / T)
    np.testing.assert_allclose(found.sum(axis=1), sum(roots), atol=0.1 / T)
