"""Series: equations and simulation."""

import json
import sys
from dataclasses import dataclass

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import lambertw

from tausweep import config
from tausweep.errors import ConfigError
from tausweep.experiment import load
from tausweep.lyapunov import equations, tangent
from tausweep.lyapunov import stage as lyapunov
from tausweep.lyapunov.settings import Embedding, Lyapunov, Tangent
from tausweep.series import delay, simulate
from tausweep.series import stage as series
from tausweep.series.simulate import Disturbance, states
from tausweep.series.system import DelayedFeedback, Flow
from tausweep.series.systems import (
    SYSTEMS,
    Duffing,
    Henon,
    Logistic,
    Lorenz63,
    Lorenz96,
    MackeyGlass,
    Rossler,
    Ueda,
)
from tausweep.signal import stage as signal
from tausweep.signal.settings import Signal

FLOW = {
    "lorenz63": Lorenz63(sigma=10.0, rho=28.0, beta=8 / 3),
    "rossler": Rossler(a=0.2, b=0.2, c=5.7),
    "duffing": Duffing(alpha=-1.0, beta=1.0, gamma=0.35, delta=0.1, omega=1.4),
    "ueda": Ueda(k=0.05, B=7.5),
    "lorenz96": Lorenz96(N=6, F=8.0),
}
MAP = {"henon": Henon(a=1.4, b=0.3), "logistic": Logistic(r=3.9)}
CELL = {
    "lorenz63": config.Lorenz63(system="lorenz63", steps=2_000),
    "rossler": config.Rossler(system="rossler", steps=2_000),
    "duffing": config.Duffing(system="duffing", steps=2_000),
    "ueda": config.Ueda(system="ueda", steps=2_000),
    "lorenz96": config.Lorenz96(system="lorenz96", steps=500),
    "mackey_glass": config.MackeyGlass(system="mackey_glass", steps=2_000),
    "henon": config.Henon(system="henon", steps=2_000),
    "logistic": config.Logistic(system="logistic", steps=2_000),
}


def mackey_glass(delay: float = 17.0) -> MackeyGlass:
    return MackeyGlass(beta=0.2, gamma=0.1, n=10.0, delay=delay)


def orbit(system, start, time, transient):
    return system.observe(time, states(system, start, time, transient))


def changed(cell, **settings):
    """The cell with other settings, checked as a configuration is."""
    return type(cell).model_validate(cell.model_dump() | settings)


def test_every_system_is_tested():
    assert {*FLOW, *MAP, "mackey_glass"} == set(CELL) == set(SYSTEMS) - {"dysts"}


def difference_quotient(f, state, step=1e-5):
    steps = step * np.eye(state.shape[-1])
    columns = [(f(state + h) - f(state - h)) / (2 * step) for h in steps]
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize("system", FLOW.values(), ids=FLOW)
class TestFlows:
    def test_jacobian_is_the_derivative_of_the_equations(self, system):
        state = np.random.default_rng(0).normal(size=(5, system.dimension))
        time = np.linspace(0.0, 4.0, 5)
        expected = difference_quotient(lambda x: system.derivative(time, x), state)
        np.testing.assert_allclose(system.jacobian(time, state), expected, atol=1e-8)

    def test_an_ensemble_is_its_members(self, system):
        state = np.random.default_rng(1).normal(size=(4, system.dimension))
        for whole in (system.derivative, system.jacobian, system.observe):
            each = [whole(0.3, one) for one in state]
            np.testing.assert_allclose(whole(np.full(4, 0.3), state), each, rtol=1e-14)

    def test_orbits_from_random_states_stay_bounded(self, system):
        rng = np.random.default_rng(2)
        for _ in range(20):
            x = orbit(system, system.draw(rng), np.linspace(0.0, 5.0, 50), transient=50.0)
            assert np.abs(x).max() < 100

    def test_the_orbit_obeys_the_equations(self, system):
        time = np.arange(0.0, 2.0, 1e-3)
        x = orbit(system, system.draw(np.random.default_rng(3)), time, transient=20.0)
        state = x[:, : system.dimension]
        found = (state[2:] - state[:-2]) / 2e-3
        expected = system.derivative(time[1:-1], state[1:-1])
        assert np.abs(found - expected).max() < 1e-3 * np.abs(expected).max()

    def test_without_noise_the_noisy_scheme_gives_the_same_orbit(self, system):
        start, time = system.draw(np.random.default_rng(4)), np.linspace(0.0, 1.0, 11)
        none = Disturbance(np.zeros(system.dimension), np.random.default_rng(0))
        found = states(system, start, time, 0.5, none)
        expected = states(system, start, time, 0.5)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-3 * np.abs(expected).max())


@pytest.mark.parametrize("system", MAP.values(), ids=MAP)
class TestMaps:
    def test_jacobian_is_the_derivative_of_the_next_state(self, system):
        state = np.random.default_rng(0).normal(size=(5, system.dimension))
        expected = difference_quotient(system.step, state)
        np.testing.assert_allclose(system.jacobian(state), expected, atol=1e-8)

    def test_an_ensemble_is_its_members(self, system):
        state = np.random.default_rng(1).normal(size=(4, system.dimension))
        for whole in (system.step, system.jacobian):
            np.testing.assert_array_equal(whole(state), [whole(one) for one in state])

    def test_each_sample_is_the_step_from_the_one_before(self, system):
        x = orbit(system, system.draw(np.random.default_rng(2)), np.arange(50.0), transient=7.0)
        np.testing.assert_array_equal(x[1:], system.step(x[:-1]))


@given(
    state=st.lists(st.floats(-20, 20), min_size=4, max_size=12),
    F=st.floats(-20, 20),
    shift=st.integers(0, 12),
)
def test_lorenz96(state, F, shift):
    system, x = Lorenz96(len(state), F), np.array(state)
    found = system.derivative(0.0, x)
    # Advection keeps the energy, so only damping and forcing change it.
    assert x @ found == pytest.approx(F * x.sum() - x @ x, abs=1e-9)
    np.testing.assert_array_equal(np.roll(found, shift), system.derivative(0.0, np.roll(x, shift)))
    expected = difference_quotient(lambda x: system.derivative(0.0, x), x)
    np.testing.assert_allclose(system.jacobian(0.0, x), expected, atol=1e-7)
    assert np.trace(system.jacobian(0.0, x)) == -len(x)


# -------------------------------------------------------------------------------------- delays


@dataclass(frozen=True)
class LinearDelay(DelayedFeedback):
    """ẋ(t) = c x(t − T) − γ x(t)."""

    c: float

    title = "linear delay equation"

    def feedback(self, x):
        return self.c * x

    def slope(self, x):
        return np.full_like(x, self.c)

    def draw(self, rng):
        return rng.uniform(0.5, 1.5, size=1)


def test_a_linear_delay_equation_has_its_known_solution():
    # ẋ(t) = −x(t − 1) after x = 1: a polynomial of one degree more after every delay.
    time = np.linspace(0.0, 8.0, 200)
    terms = np.ones_like(time)
    expected = terms.copy()
    for k in range(1, 10):
        terms = (-1) ** k * np.maximum(time - k + 1, 0.0) ** k
        expected += terms / np.prod(np.arange(1.0, k + 1))
    found = delay.sample(LinearDelay(delay=1.0, gamma=0.0, c=-1.0), np.ones(1), time)
    np.testing.assert_allclose(found[time < 4, 0], expected[time < 4], atol=1e-13)  # cubics
    np.testing.assert_allclose(found[:, 0], expected, atol=1e-8)


def test_the_integration_of_delays_is_of_fourth_order(monkeypatch):
    time = np.linspace(0.0, 200.0, 1_001)
    found = []
    for step in (0.04, 0.02, 0.01, 0.001):
        monkeypatch.setattr(delay, "STEP", step)
        found.append(delay.sample(mackey_glass(), np.array([1.2]), time))
    coarse, middle, fine = (np.abs(x - found[-1]).max() for x in found[:-1])
    assert fine < 1e-8  # that is the step in use
    assert 12 < coarse / middle < 20 or 12 < middle / fine < 20


def test_the_middle_of_a_cubic_is_exact():
    system = LinearDelay(delay=2.0, gamma=0.0, c=1.0)
    knots = np.linspace(0.0, 2.0, 9)
    piece = delay.Piece(knots**3 - knots, 3 * knots**2 - 1)
    half = (knots[1:] + knots[:-1]) / 2
    np.testing.assert_allclose(delay._middle(system, piece), half**3 - half, atol=1e-14)


@settings(deadline=None, max_examples=20)
@given(gamma=st.floats(0.0, 2.0), c=st.floats(0.1, 2.0), T=st.floats(0.2, 3.0))
def test_exponents_of_a_linear_delay_equation_are_its_roots(gamma, c, T):
    # λ + γ = c exp(−λT), which Lambert's function solves: the real root leads, then comes a pair.
    system = LinearDelay(delay=T, gamma=gamma, c=c)
    rng = np.random.default_rng(0)
    found = tangent.exponents(
        system, np.ones((2, 1)), np.zeros(2), length=60 * T, transient=30 * T, rng=rng, count=3
    )
    roots = [lambertw(c * T * np.exp(gamma * T), k).real / T - gamma for k in (0, 1, -1)]
    np.testing.assert_allclose(found[:, 0], roots[0], atol=1e-4 / T)
    np.testing.assert_allclose(found.sum(axis=1), sum(roots), atol=0.1 / T)


# ----------------------------------------------------------------------- exponents of equations


KNOWN = [  # system, exponent, and how far off a published or rounded value may be
    (Ueda(k=0.05, B=7.5), 0.103, 0.002, {"length": 400.0}),  # Sprott 2003
    (Lorenz96(N=10, F=8.0), 1.19, 0.01, {"length": 60.0, "transient": 20.0}),
    (mackey_glass(17.0), 0.0051, 1e-4, {"length": 1e4, "transient": 4e3}),
    (mackey_glass(23.0), 0.0096, 2e-4, {"length": 1e4, "transient": 4e3}),  # Sprott 2003
    (mackey_glass(30.0), 0.0071, 1e-4, {"length": 1e4, "transient": 4e3}),  # Farmer 1982
    (Henon(a=1.4, b=0.3), 0.4192, 2e-4, {"length": 5e3, "transient": 100.0}),  # Sprott 2003
    (Logistic(r=4.0), np.log(2), 1e-12, {"length": 5e3, "transient": 100.0}),
    (Logistic(r=3.9), 0.4960, 2e-4, {"length": 5e3, "transient": 100.0}),
]


@pytest.mark.parametrize(
    ("system", "known", "off", "lengths"), KNOWN, ids=[str(system) for system, *_ in KNOWN]
)
def test_tangent_dynamics_gives_the_known_exponent(system, known, off, lengths):
    rng = np.random.default_rng(1)
    start = np.array([system.draw(rng) for _ in range(32)])
    times = np.zeros(len(start))
    found = tangent.exponents(system, start, times, **({"transient": 50.0, "rng": rng} | lengths))
    error = found.std(ddof=1) / np.sqrt(len(found))
    assert abs(found.mean() - known) < 3 * error + off
    assert error < 0.05 * known


@pytest.mark.parametrize(
    ("system", "total"),
    [
        (Ueda(k=0.05, B=7.5), -0.05),
        (Lorenz96(N=5, F=8.0), -5.0),
        (Henon(a=1.4, b=0.3), np.log(0.3)),
    ],
)
def test_exponents_sum_up_to_the_mean_divergence(system, total):
    rng = np.random.default_rng(2)
    start = np.array([system.draw(rng) for _ in range(4)])
    found = tangent.exponents(
        system, start, np.zeros(4), length=20.0, transient=5.0, rng=rng, count=system.dimension
    )
    np.testing.assert_allclose(found.sum(axis=1), total, rtol=1e-5)


def truth(cell, **settings) -> xr.Dataset:
    tangent = Tangent(members=32, **settings)
    quick = Lyapunov(
        embedding=Embedding(dimension=4), reference_points=100, bootstrap=10, tangent=tangent
    )
    return lyapunov.run(quick, signal.run(Signal(), series.run(cell)))


@pytest.mark.parametrize(
    ("settings", "time"),
    [
        ({"observe": ["x"]}, 30.0),
        ({"observe": ["z", "x"], "noise": 0.5}, 30.0),
        ({"dynamical_noise": 0.1}, 30.0),
    ],
)
def test_noise_and_partial_observation_leave_the_truth_alone(settings, time):
    cell = changed(CELL["lorenz63"], steps=4_000, **settings)
    found = truth(cell, time=time, transient=10.0)["lambda_max_equations"] / cell.dt
    assert found == pytest.approx(0.9056, abs=0.05)


def test_default_lengths_of_tangent_dynamics_suit_maps_and_delays():
    henon = truth(changed(CELL["henon"], steps=3_000))
    assert henon["lambda_max_equations"] == pytest.approx(
        0.4192, abs=4 * float(henon["lambda_max_equations_std_error"])
    )
    assert henon["lambda_max_equations_std_error"] < 0.003
    glass = truth(changed(CELL["mackey_glass"], dt=2.0, steps=3_000))
    assert glass["lambda_max_equations"] == pytest.approx(0.0102, abs=0.0004)
    assert glass["tau_pred_equations"] == pytest.approx(np.log(2) / glass["lambda_max_equations"])


def test_hidden_states_are_those_of_the_orbit():
    whole = signal.run(Signal(), series.run(CELL["ueda"]))
    part = signal.run(Signal(), series.run(changed(CELL["ueda"], observe=["v"], noise=1.0)))
    sample = np.array([70, 0, 30, 30])  # soon enough for chaos not to matter
    expected = equations._known_states(whole, FLOW["ueda"], sample)
    found = equations._known_states(part, FLOW["ueda"], sample)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_members_that_leave_the_basin_do_not_count():
    # Beside the borders 0 and 1 of its interval, the logistic map escapes.
    found = truth(changed(CELL["logistic"], steps=3_000))
    assert found["lambda_max_equations"] == pytest.approx(np.log(2), abs=0.002)


# ---------------------------------------------------------------------------- simulated series


@pytest.mark.parametrize("cell", CELL.values(), ids=CELL)
class TestSimulated:
    def test_it_has_the_shape_of_a_series(self, cell):
        found = series.run(cell)
        assert found["x"].dims == ("time", "variable")
        assert found["x"].shape == (cell.steps, len(cell.variables))
        assert tuple(found["variable"].values) == cell.variables
        assert found["x"].dtype == np.float64
        np.testing.assert_allclose(np.diff(found["time"]), cell.dt)
        assert found["time"].attrs["units"] == ("step" if cell.system in MAP else "1")
        assert found.attrs["dt"] == cell.dt
        assert json.loads(found.attrs["parameters"]) == cell.parameters.model_dump()
        for name in found.variables:
            assert {"long_name", "units"} <= set(found[name].attrs), name

    def test_the_seed_decides(self, cell):
        again, other = series.run(cell), series.run(cell.model_copy(update={"seed": 1}))
        xr.testing.assert_identical(series.run(cell), again)
        assert not np.allclose(again["x"], other["x"])

    def test_half_the_sampling_interval_gives_the_samples_between(self, cell):
        if cell.system in MAP:
            assert cell.dt == 1
            return
        fine = series.run(cell.model_copy(update={"dt": cell.dt / 2, "steps": 100}))
        np.testing.assert_allclose(series.run(cell)["x"][:50], fine["x"][::2], atol=1e-3)

    def test_without_noise_it_is_the_orbit_itself(self, cell):
        system = SYSTEMS[cell.system](**cell.parameters.model_dump())
        start = system.draw(np.random.default_rng(cell.seed))
        expected = orbit(system, start, cell.dt * np.arange(cell.steps), cell.transient)
        np.testing.assert_array_equal(series.run(cell)["x"], expected)

    def test_observational_noise_has_its_level_and_a_seed_of_its_own(self, cell):
        clean = series.run(cell)["x"]
        found = series.run(changed(cell, noise=0.2))["x"]
        noise = (found - clean) / (0.2 * clean.std("time"))
        np.testing.assert_allclose(noise.std("time"), 1.0, atol=5 / np.sqrt(2 * cell.steps))
        np.testing.assert_allclose(noise.mean("time"), 0.0, atol=5 / np.sqrt(cell.steps))
        lagged = (noise[1:].values * noise[:-1].values).mean(axis=0)
        np.testing.assert_allclose(lagged, 0.0, atol=5 / np.sqrt(cell.steps))
        other = changed(cell, seed=1)
        again = series.run(changed(other, noise=0.2))["x"] - series.run(other)["x"]
        again /= 0.2 * series.run(other)["x"].std("time")
        np.testing.assert_allclose(again, noise, atol=1e-9)
        reseeded = series.run(changed(cell, noise=0.2, noise_seed=1))["x"]
        assert not np.allclose(reseeded, found)

    def test_what_is_observed_are_columns_of_the_whole(self, cell):
        names = [cell.variables[-1], cell.variables[0]][: len(cell.variables)]
        part = series.run(changed(cell, observe=names))
        assert part["variable"].values.tolist() == names
        xr.testing.assert_equal(part["x"], series.run(cell)["x"].sel(variable=names))

    def test_dynamical_noise_is_another_orbit_on_about_the_same_attractor(self, cell):
        if cell.system == "logistic":
            cell = changed(cell, parameters={"r": 3.8})  # at r = 4, noise throws it out
        cell = changed(cell, steps=500, transient=20)
        noisy = changed(cell, dynamical_noise=0.01)
        clean, found = series.run(cell)["x"], series.run(noisy)["x"]
        assert not np.allclose(found, clean, rtol=1e-3)
        np.testing.assert_allclose(found.std("time"), clean.std("time"), rtol=0.4)
        xr.testing.assert_identical(found, series.run(noisy)["x"])
        assert "literature_lambda_max" not in series.run(noisy).attrs


@dataclass(frozen=True)
class Decay(Flow):
    """ẋ = −x, which with noise s is the Ornstein-Uhlenbeck process of variance s²/2."""

    title = "decay"
    coordinates = tuple(f"x{i}" for i in range(500))

    def derivative(self, time, state):
        return -state

    def jacobian(self, time, state):
        return -np.eye(self.dimension)

    def draw(self, rng):
        return np.zeros(self.dimension)


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
    system, time = FLOW["duffing"], np.arange(0.0, 4.1, 0.4)
    errors = []
    for seed in range(8):
        finest = np.random.default_rng(seed).standard_normal((len(time) * 64, 1, 2))
        found = {}
        for factor in (1, 16, 32, 64):
            monkeypatch.setattr(simulate, "SUBSTEP", 0.4 / 64 * factor * (1 + 1e-9))
            noise = Disturbance(np.array([0.3, 0.3]), Replay(finest, factor))
            found[factor] = states(system, np.array([0.5, 0.0]), time, 0.0, noise)
        errors.append([np.abs(found[k] - found[1]).mean() for k in (16, 32, 64)])
    fine, middle, coarse = np.mean(errors, axis=0)
    assert fine < 0.02  # at h = 0.1; noise alone spreads over 0.3 in unit time
    assert 1.5 < middle / fine < 2.7
    assert 1.5 < coarse / middle < 2.7


def test_dynamical_noise_of_delays_is_in_units_per_root_of_time():
    system = LinearDelay(delay=10.0, gamma=0.5, c=0.0)
    noise = Disturbance(np.array([0.6]), np.random.default_rng(0))
    x = states(system, np.zeros(1), np.arange(0.0, 20_000.0, 0.5), 20.0, noise)
    assert x.var() == pytest.approx(0.6**2, rel=0.05)  # s² / 2γ
    assert (x[1:] * x[:-1]).mean() / x.var() == pytest.approx(np.exp(-0.25), abs=0.03)


def test_dynamical_noise_of_maps_is_added_at_each_step():
    cell = changed(CELL["henon"], dynamical_noise=0.002)  # more, and it leaves its small basin
    x = series.run(cell)["x"].values
    added = x[1:] - MAP["henon"].step(x[:-1])
    scale = series.run(CELL["henon"])["x"].values.std(axis=0)
    np.testing.assert_allclose(added.std(axis=0) / scale, 0.002, rtol=5 / np.sqrt(2 * len(x)))


def test_an_external_input_is_without_noise():
    clean = series.run(changed(CELL["duffing"], drive="input"))
    noisy = series.run(changed(CELL["duffing"], drive="input", noise=0.5, observe=["x"]))
    xr.testing.assert_identical(noisy["input"], clean["input"])
    assert noisy["variable"].values.tolist() == ["x"]
    assert not np.allclose(noisy["x"], clean["x"].sel(variable=["x"]))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"observe": ["w"]}, "series.a: observe names 'w'; the variables are x, y, z"),
        ({"observe": ["x", "x"]}, "series.a: observe names 'x' twice"),
        ({"observe": []}, "series.a.observe: must not be empty"),
        ({"noise": -0.1}, "series.a.noise: must be greater than or equal to 0"),
        ({"system": "lorenz96", "observe": ["x40"]}, "the variables are x0 to x39"),
        ({"system": "lorenz96", "parameters": {"N": 3}}, "series.a.parameters.N: must be .* 4"),
        ({"system": "ueda", "drive": "input", "observe": ["drive"]}, "the variables are x, v$"),
        ({"system": "duffing", "observe": ["drive"]}, "series.a: observe names the drive alone"),
        ({"system": "henon", "dt": 0.1}, "series.a: unknown key 'dt'"),
        ({"system": "henon", "transient": 10.5}, "series.a.transient: must be a valid integer"),
        ({"system": "dysts", "dt": 0.1}, "series.a.name: missing"),
        ({"system": "dysts", "name": "Thomas"}, "series.a.dt: missing"),
    ],
)
def test_wrong_settings_are_refused_before_any_job(settings, message):
    with pytest.raises(ConfigError, match=message) as error:
        load({"experiment": "e", "series": {"a": {"system": "lorenz63"} | settings}})
    assert "\n" not in str(error.value)


# --------------------------------------------------------------------------------------- dysts


def test_without_dysts_a_line_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "dysts", None)
    cell = config.Dysts(system="dysts", name="Thomas", dt=0.1, steps=100)
    with pytest.raises(
        ValueError, match=r"need the package dysts .* pip install 'tausweep\[dysts\]'"
    ):
        series.run(cell)


class TestDysts:
    @pytest.fixture(autouse=True)
    def _installed(self):
        pytest.importorskip("dysts.flows", exc_type=ImportError)

    def test_its_lorenz_is_ours(self):
        ours = Lorenz63(sigma=10.0, rho=28.0, beta=2.667)
        theirs = SYSTEMS["dysts"](name="Lorenz")
        state = np.random.default_rng(0).normal(size=(5, 3))
        np.testing.assert_allclose(theirs.derivative(0.0, state), ours.derivative(0.0, state))
        np.testing.assert_allclose(
            theirs.jacobian(0.0, state), ours.jacobian(0.0, state), atol=1e-8
        )
        cell = config.Dysts(system="dysts", name="Lorenz", dt=0.02, steps=4_000, observe=["x"])
        found = truth(cell, time=20.0, transient=5.0)["lambda_max_equations"] / cell.dt
        assert found == pytest.approx(0.9056, abs=0.06)

    @pytest.mark.parametrize("name", ["Thomas", "CellCycle", "MacArthur", "Duffing"])
    def test_an_ensemble_is_its_members(self, name):  # rows, columns, in turns, a phase
        system = SYSTEMS["dysts"](name=name)
        rng = np.random.default_rng(1)
        state = np.array([system.draw(rng) for _ in range(4)])
        for whole in (system.derivative, system.observe):
            each = [whole(0.3, one) for one in state]
            np.testing.assert_allclose(whole(0.3, state), each, rtol=1e-12)
        assert len(system.variables) == system.observe(0.0, state).shape[1]

    def test_what_it_does_not_have_is_refused_in_one_line(self):
        cell = config.Dysts(system="dysts", name="Lorentz", dt=0.1, steps=100)
        with pytest.raises(ValueError, match="no flow named 'Lorentz': did you mean Lorenz"):
            series.run(cell)
        cell = config.Dysts(system="dysts", name="Lorenz", dt=0.1, steps=100, observe=["w"])
        with pytest.raises(ValueError, match=r"observe names 'w', but .* are x, y, z"):
            series.run(cell)


def test_drive_is_the_cosine_of_time():
    found = series.run(CELL["duffing"])
    np.testing.assert_array_equal(found["x"].sel(variable="drive"), np.cos(1.4 * found["time"]))


def test_literature_is_given_for_its_own_parameters_only():
    assert series.run(CELL["lorenz63"]).attrs["literature_lambda_max"] == 0.9056
    other = config.Lorenz63(system="lorenz63", steps=10, parameters={"rho": 28.1})
    assert "literature_lambda_max" not in series.run(other).attrs


def test_an_infinite_orbit_is_refused():
    cell = config.Duffing(system="duffing", steps=1_000, parameters={"beta": -1.0})
    with pytest.raises(
        ValueError, match=r"Duffing .* with alpha = -1.* becomes infinite .*choose other"
    ):
        series.run(cell)


def test_the_drive_of_duffing_can_be_an_external_input():
    inside = series.run(CELL["duffing"])
    beside = series.run(config.Duffing(system="duffing", steps=2_000, drive="input"))
    assert beside["variable"].values.tolist() == ["x", "v"]
    assert beside["channel"].values.tolist() == ["drive"]
    np.testing.assert_array_equal(beside["input"][:, 0], inside["x"][:, 2])
    np.testing.assert_array_equal(beside["x"], inside["x"][:, :2])
    assert {"long_name", "units"} <= set(beside["input"].attrs)
