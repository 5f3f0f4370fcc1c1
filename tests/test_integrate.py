"""Orbits of simulated systems, and noise in their equations."""

from typing import ClassVar

import numpy as np
import pytest
from simulated import FLOWS, MAPS, LinearDelay, simulated

from tausweep.systems import delay, integrate
from tausweep.systems.integrate import Disturbance, states
from tausweep.systems.system import Flow


@pytest.mark.parametrize("system", FLOWS.values(), ids=FLOWS)
class TestFlows:
    def test_orbits_from_random_states_stay_bounded(self, system):
        rng = np.random.default_rng(2)
        for _ in range(20):
            x = states(system, system.draw(rng), np.linspace(0.0, 5.0, 50), transient=50.0)
            assert np.abs(x).max() < 100

    def test_the_orbit_obeys_the_equations(self, system):
        time = np.arange(0.0, 2.0, 1e-3)
        x = states(system, system.draw(np.random.default_rng(3)), time, transient=20.0)
        found = (x[2:] - x[:-2]) / 2e-3
        expected = system.derivative(time[1:-1], x[1:-1])
        assert np.abs(found - expected).max() < 1e-3 * np.abs(expected).max()

    def test_without_noise_the_noisy_scheme_gives_the_same_orbit(self, system):
        start, time = system.draw(np.random.default_rng(4)), np.linspace(0.0, 1.0, 11)
        none = Disturbance(np.zeros(len(start)), np.random.default_rng(0))
        found = states(system, start, time, 0.5, none)
        expected = states(system, start, time, 0.5)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-3 * np.abs(expected).max())


@pytest.mark.parametrize("system", MAPS.values(), ids=MAPS)
def test_each_sample_of_a_map_is_the_step_from_the_one_before(system):
    x = states(system, system.draw(np.random.default_rng(2)), np.arange(50.0), transient=7.0)
    np.testing.assert_array_equal(x[1:], system.step(x[:-1]))


def test_an_infinite_orbit_is_refused():
    system = simulated("duffing", parameters={"beta": -1.0})
    with pytest.raises(
        ValueError, match=r"Duffing .* with alpha = -1.* becomes infinite .*choose other"
    ):
        states(system, np.ones(2), np.arange(0.0, 200.0), 0.0)


# -------------------------------------------------------------------------------------- delays


def test_a_linear_delay_equation_has_its_known_solution():
    # ẋ(t) = −x(t − 1) after x = 1: a polynomial of one degree more after every delay.
    time = np.linspace(0.0, 8.0, 200)
    terms = np.ones_like(time)
    expected = terms.copy()
    for k in range(1, 10):
        terms = (-1) ** k * np.maximum(time - k + 1, 0.0) ** k
        expected += terms / np.prod(np.arange(1.0, k + 1))
    found = delay.sample(LinearDelay.of(delay=1.0, gamma=0.0, c=-1.0), np.ones(1), time)
    np.testing.assert_allclose(found[time < 4, 0], expected[time < 4], atol=1e-13)  # cubics
    np.testing.assert_allclose(found[:, 0], expected, atol=1e-8)


def test_the_integration_of_delays_is_of_fourth_order(monkeypatch):
    time = np.linspace(0.0, 200.0, 1_001)
    found = []
    for step in (0.04, 0.02, 0.01, 0.001):
        monkeypatch.setattr(delay, "STEP", step)
        found.append(delay.sample(simulated("mackey_glass"), np.array([1.2]), time))
    coarse, middle, fine = (np.abs(x - found[-1]).max() for x in found[:-1])
    assert fine < 1e-8  # that is the step in use
    assert 12 < coarse / middle < 20 or 12 < middle / fine < 20


def test_the_middle_of_a_cubic_is_exact():
    system = LinearDelay.of(delay=2.0, gamma=0.0, c=1.0)
    knots = np.linspace(0.0, 2.0, 9)
    piece = delay.Piece(knots**3 - knots, 3 * knots**2 - 1)
    half = (knots[1:] + knots[:-1]) / 2
    np.testing.assert_allclose(delay._middle(system, piece), half**3 - half, atol=1e-14)


# --------------------------------------------------------------------------------------- noise


class Decay(Flow):
    """ẋ = −x, which with noise s is the Ornstein-Uhlenbeck process of variance s²/2."""

    title: ClassVar[str] = "decay"
    coordinates: ClassVar[tuple[str, ...]] = tuple(f"x{i}" for i in range(500))

    def derivative(self, time, state):
        return -state

    def jacobian(self, time, state):
        return -np.eye(500)

    def draw(self, rng):
        return np.zeros(500)


def test_dynamical_noise_of_flows_is_in_units_per_root_of_time():
    noise = Disturbance(np.full(500, 0.6), np.random.default_rng(0))
    x = states(Decay(), np.zeros(500), np.arange(0.0, 20.0, 0.5), 5.0, noise)
    assert x.var() == pytest.approx(0.6**2 / 2, rel=0.05)
    assert (x[1:] * x[:-1]).mean() / x.var() == pytest.approx(np.exp(-0.5), abs=0.03)


class Replay:
    """Normal numbers that belong to one and the same Wiener process, however fine the steps."""

    def __init__(self, finest, factor):
        steps, members, size = finest.shape
        joined = finest.reshape(steps // factor, factor, members, size).sum(axis=1)
        self.numbers = iter(joined / np.sqrt(factor))

    def standard_normal(self, size):
        return next(self.numbers)[0]


def test_noisy_flows_converge_with_order_one(monkeypatch):
    system, time = FLOWS["duffing"], np.arange(0.0, 4.1, 0.4)
    errors = []
    for seed in range(8):
        finest = np.random.default_rng(seed).standard_normal((len(time) * 64, 1, 2))
        found = {}
        for factor in (1, 16, 32, 64):
            monkeypatch.setattr(integrate, "SUBSTEP", 0.4 / 64 * factor * (1 + 1e-9))
            noise = Disturbance(np.array([0.3, 0.3]), Replay(finest, factor))
            found[factor] = states(system, np.array([0.5, 0.0]), time, 0.0, noise)
        errors.append([np.abs(found[k] - found[1]).mean() for k in (16, 32, 64)])
    fine, middle, coarse = np.mean(errors, axis=0)
    assert fine < 0.02  # at h = 0.1; noise alone spreads over 0.3 in unit time
    assert 1.5 < middle / fine < 2.7
    assert 1.5 < coarse / middle < 2.7


def test_dynamical_noise_of_delays_is_in_units_per_root_of_time():
    system = LinearDelay.of(delay=10.0, gamma=0.5, c=0.0)
    noise = Disturbance(np.array([0.6]), np.random.default_rng(0))
    x = states(system, np.zeros(1), np.arange(0.0, 20_000.0, 0.5), 20.0, noise)
    assert x.var() == pytest.approx(0.6**2, rel=0.05)  # s² / 2γ
    assert (x[1:] * x[:-1]).mean() / x.var() == pytest.approx(np.exp(-0.25), abs=0.03)
