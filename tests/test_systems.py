"""Simulated systems: their settings, which keys are made from, and their equations."""

import json
import subprocess
import sys
from typing import Annotated, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter
from simulated import FLOWS, MAPS, simulated

from tausweep.errors import ConfigError
from tausweep.experiment import load
from tausweep.series import stage as series
from tausweep.systems.registry import SYSTEMS, SimulatedSeries, system_of

# ------------------------------------------------------------------------------------ settings

SHARED: dict[str, Any] = {
    **{"steps": 200_000, "transient": 100.0, "seed": 0, "observe": None},
    **{"noise": 0.0, "dynamical_noise": 0.0, "noise_seed": 0},
}
MAP: dict[str, Any] = SHARED | {"transient": 1_000}
LORENZ63 = {"sigma": 10.0, "rho": 28.0, "beta": 8 / 3}
DUFFING = {"alpha": -1.0, "beta": 1.0, "gamma": 0.35, "delta": 0.1, "omega": 1.4}
MACKEY_GLASS = {"beta": 0.2, "gamma": 0.1, "n": 10.0, "delay": 17.0}
IN_KEYS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    # what is given, and the settings that a key is made from
    ({"system": "lorenz63"}, SHARED | {"parameters": LORENZ63, "dt": 0.01}),
    ({"system": "rossler"}, SHARED | {"parameters": {"a": 0.2, "b": 0.2, "c": 5.7}, "dt": 0.1}),
    ({"system": "duffing"}, SHARED | {"drive": "variable", "parameters": DUFFING, "dt": 0.1773}),
    (
        {"system": "ueda"},
        SHARED | {"drive": "variable", "parameters": {"k": 0.05, "B": 7.5}, "dt": 0.05},
    ),
    ({"system": "lorenz96"}, SHARED | {"parameters": {"N": 40, "F": 8.0}, "dt": 0.05}),
    (
        {"system": "mackey_glass"},
        SHARED | {"transient": 1_000.0, "parameters": MACKEY_GLASS, "dt": 1.0},
    ),
    ({"system": "henon"}, MAP | {"parameters": {"a": 1.4, "b": 0.3}}),
    ({"system": "logistic"}, MAP | {"parameters": {"r": 4.0}}),
    ({"system": "cycle"}, MAP | {"parameters": {"period": 25}}),
    ({"system": "dysts", "name": "Thomas", "dt": 0.1}, SHARED | {"name": "Thomas", "dt": 0.1}),
    (
        {"system": "lorenz63", "steps": 5, "observe": ["z", "x"], "parameters": {"rho": 38}},
        SHARED
        | {"steps": 5, "observe": ["z", "x"], "parameters": LORENZ63 | {"rho": 38.0}, "dt": 0.01},
    ),
    (
        {"system": "duffing", "drive": "input", "noise": 1, "parameters": {"gamma": 0.4}},
        SHARED
        | {"drive": "input", "noise": 1.0, "parameters": DUFFING | {"gamma": 0.4}, "dt": 0.1773},
    ),
]


def test_every_system_is_tested():
    assert {entry["system"] for entry, _ in IN_KEYS} == set(SYSTEMS)
    assert {*FLOWS, *MAPS} == set(SYSTEMS) - {"mackey_glass", "dysts"}


@pytest.mark.parametrize(("given", "expected"), IN_KEYS, ids=[g["system"] for g, _ in IN_KEYS])
def test_settings_of_series_stay_as_results_are_named_by_them(given, expected):
    union = TypeAdapter(Annotated[SimulatedSeries, Field(discriminator="system")])
    found = union.validate_python(given).model_dump(mode="json")
    # As text: 100 and 100.0 are equal, but make two keys.
    expected = {"system": given["system"]} | expected
    assert json.dumps(found, sort_keys=True) == json.dumps(expected, sort_keys=True)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"observe": ["w"]}, "series.a: observe names 'w'; the variables are x, y, z"),
        ({"observe": ["x", "x"]}, "series.a: observe names 'x' twice"),
        ({"observe": []}, "series.a.observe: must not be empty"),
        ({"noise": -0.1}, "series.a.noise: must be greater than or equal to 0"),
        ({"system": "lorenz96", "observe": ["x40"]}, "the variables are x0 to x39"),
        ({"system": "lorenz96", "parameters": {"N": 3}}, "series.a.parameters.N: must be .* 4"),
        (
            {"system": "lorenz96", "parameters": {"N": 10**9}},
            "series.a.parameters.N: must be .* 1000",
        ),
        (
            {"system": "mackey_glass", "parameters": {"delay": 1e9}},
            r"series.a.parameters: delay must be at most 100 / gamma, found 1e\+09 at gamma 0.1",
        ),
        (
            {"system": "mackey_glass", "parameters": {"delay": 1e-9}},
            r"series.a: the series spans 2.01e\+14 delays, and can at most 1e\+07",
        ),
        ({"system": "ueda", "drive": "input", "observe": ["drive"]}, "the variables are x, v$"),
        ({"system": "duffing", "observe": ["drive"]}, "series.a: observe names the drive alone"),
        ({"system": "henon", "dt": 0.1}, "series.a: unknown key 'dt'"),
        ({"system": "henon", "transient": 10.5}, "series.a.transient: must be a valid integer"),
        ({"system": "cycle", "parameters": {"period": 1}}, "series.a.parameters.period: must be"),
        (
            {"system": "cycle", "parameters": {"period": 2}, "observe": ["y"]},
            "series.a: observe names 'y'; the variables are x$",
        ),
        ({"system": "dysts", "dt": 0.1}, "series.a.name: missing"),
        ({"system": "dysts", "name": "Thomas"}, "series.a.dt: missing"),
    ],
)
def test_wrong_settings_are_refused_before_any_job(settings, message):
    with pytest.raises(ConfigError, match=message) as error:
        load({"experiment": "e", "series": {"a": {"system": "lorenz63"} | settings}})
    assert "\n" not in str(error.value)


def test_systems_are_light_to_import():
    # Snakemake imports them each time it parses the workflow.
    code = "import sys, tausweep.systems.registry; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"xarray", "scipy", "torch", "matplotlib", "pandas", "dysts"} & {
        *found.stdout.split()
    }


# ----------------------------------------------------------------------------------- equations


def difference_quotient(f, state, step=1e-5):
    steps = step * np.eye(state.shape[-1])
    columns = [(f(state + h) - f(state - h)) / (2 * step) for h in steps]
    return np.stack(columns, axis=-1)


def random_states(system, seed, members):
    return np.random.default_rng(seed).normal(size=(members, len(system.coordinates)))


@pytest.mark.parametrize("system", FLOWS.values(), ids=FLOWS)
class TestFlows:
    def test_jacobian_is_the_derivative_of_the_equations(self, system):
        state, time = random_states(system, 0, 5), np.linspace(0.0, 4.0, 5)
        expected = difference_quotient(lambda x: system.derivative(time, x), state)
        np.testing.assert_allclose(system.jacobian(time, state), expected, atol=1e-8)

    def test_an_ensemble_is_its_members(self, system):
        state = random_states(system, 1, 4)
        for whole in (system.derivative, system.jacobian, system.view):
            each = [whole(0.3, one) for one in state]
            np.testing.assert_allclose(whole(np.full(4, 0.3), state), each, rtol=1e-14)

    def test_what_can_be_observed_has_names(self, system):
        view = system.view(0.0, random_states(system, 2, 1)[0])
        assert len(view) == len(system.observables)
        assert system.variables == system.observables


@pytest.mark.parametrize("system", MAPS.values(), ids=MAPS)
class TestMaps:
    def test_jacobian_is_the_derivative_of_the_next_state(self, system):
        state = random_states(system, 0, 5)
        expected = difference_quotient(system.step, state)
        np.testing.assert_allclose(system.jacobian(state), expected, atol=1e-8)

    def test_an_ensemble_is_its_members(self, system):
        state = random_states(system, 1, 4)
        for whole in (system.step, system.jacobian):
            np.testing.assert_array_equal(whole(state), [whole(one) for one in state])


@pytest.mark.parametrize("power", [10.0, 9.65])
def test_slope_is_the_derivative_of_the_feedback(power):
    system = simulated("mackey_glass", parameters={"n": power})
    x, h = np.linspace(0.2, 1.6, 9), 1e-6
    expected = (system.feedback(x + h) - system.feedback(x - h)) / (2 * h)
    np.testing.assert_allclose(system.slope(x), expected, atol=1e-9)


@given(
    state=st.lists(st.floats(-20, 20), min_size=4, max_size=12),
    F=st.floats(-20, 20),
    shift=st.integers(0, 12),
)
def test_lorenz96(state, F, shift):
    system, x = simulated("lorenz96", parameters={"N": len(state), "F": F}), np.array(state)
    found = system.derivative(0.0, x)
    # Advection keeps the energy, so only damping and forcing change it.
    assert x @ found == pytest.approx(F * x.sum() - x @ x, abs=1e-9)
    np.testing.assert_array_equal(np.roll(found, shift), system.derivative(0.0, np.roll(x, shift)))
    expected = difference_quotient(lambda x: system.derivative(0.0, x), x)
    np.testing.assert_allclose(system.jacobian(0.0, x), expected, atol=1e-7)
    assert np.trace(system.jacobian(0.0, x)) == -len(x)


def test_a_drive_is_a_variable_or_an_input():
    inside, beside = simulated("duffing"), simulated("duffing", drive="input")
    assert (inside.variables, inside.inputs) == (("x", "v", "drive"), ())
    assert (beside.variables, beside.inputs) == (("x", "v"), ("drive",))
    np.testing.assert_array_equal(inside.view(3.0, np.ones(2)), [1.0, 1.0, np.cos(1.4 * 3.0)])


def test_a_cycle_repeats_itself_and_that_of_two_steps_is_plus_and_minus_one():
    two = simulated("cycle", parameters={"period": 2}, steps=100)
    x = series.run(two)["x"].values
    np.testing.assert_allclose(x[:, 0], x[0, 0] * np.resize([1.0, -1.0], 100), atol=1e-12)
    assert abs(x[0, 0]) == pytest.approx(1.0, abs=1e-12)
    seven = simulated("cycle", parameters={"period": 7}, steps=10_000)
    found = series.run(seven)
    x = found["x"].values
    np.testing.assert_allclose(x[7:], x[:-7], atol=1e-12)
    np.testing.assert_allclose(np.hypot(*x.T), 1.0, atol=1e-10)
    assert len(np.unique(x.round(9), axis=0)) == 7
    assert found.attrs["literature_lambda_max"] == 0.0


def test_literature_is_given_for_its_own_parameters_only():
    assert simulated("lorenz63").published.lambda_max == 0.9056
    assert simulated("lorenz63", parameters={"rho": 28.1}).published is None
    assert simulated("rossler", parameters={"a": 0.15, "c": 10}).published.lambda_max == 0.090


def test_the_system_of_a_series_is_told_by_its_attributes():
    for system in (
        *FLOWS.values(),
        *MAPS.values(),
        simulated("dysts", name="Thomas", dt=0.1),
        simulated("mackey_glass", parameters={"delay": 1e-3}, steps=10, transient=0.0),
    ):
        parameters = json.dumps(system.parameters.model_dump())
        found = system_of({"system": system.system, "parameters": parameters, "dt": system.dt})
        assert (type(found), found.dt) == (type(system), system.dt)
        assert found.parameters == system.parameters


def test_a_series_without_equations_has_no_system():
    with pytest.raises(ValueError, match="a series of system 'file' has no equations"):
        system_of({"system": "file", "parameters": "{}", "dt": 1.0})


# --------------------------------------------------------------------------------------- dysts


class TestDysts:
    @pytest.fixture(autouse=True)
    def _installed(self):
        pytest.importorskip("dysts.flows", exc_type=ImportError)

    def test_its_lorenz_is_ours(self):
        ours = simulated("lorenz63", parameters={"beta": 2.667})
        theirs = simulated("dysts", name="Lorenz", dt=0.02)
        state = np.random.default_rng(0).normal(size=(5, 3))
        np.testing.assert_allclose(theirs.derivative(0.0, state), ours.derivative(0.0, state))
        np.testing.assert_allclose(
            theirs.jacobian(0.0, state), ours.jacobian(0.0, state), atol=1e-8
        )

    @pytest.mark.parametrize("name", ["Thomas", "CellCycle", "MacArthur", "Duffing"])
    def test_an_ensemble_is_its_members(self, name):  # rows, columns, in turns, a phase
        system = simulated("dysts", name=name, dt=0.1)
        rng = np.random.default_rng(1)
        state = np.array([system.draw(rng) for _ in range(4)])
        for whole in (system.derivative, system.view):
            each = [whole(0.3, one) for one in state]
            np.testing.assert_allclose(whole(0.3, state), each, rtol=1e-12)
        assert len(system.observables) == system.view(0.0, state).shape[1]
