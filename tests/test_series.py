"""Series: equations and simulation."""

import json

import numpy as np
import pytest
import xarray as xr

from tausweep import config, series
from tausweep.series.simulate import orbit
from tausweep.series.systems import SYSTEMS, Duffing, Lorenz63, Rossler

SYSTEM = {
    "lorenz63": Lorenz63(sigma=10.0, rho=28.0, beta=8 / 3),
    "rossler": Rossler(a=0.2, b=0.2, c=5.7),
    "duffing": Duffing(alpha=-1.0, beta=1.0, gamma=0.35, delta=0.1, omega=1.4),
}
CELL = {
    "lorenz63": config.Lorenz63(system="lorenz63", steps=2_000),
    "rossler": config.Rossler(system="rossler", steps=2_000),
    "duffing": config.Duffing(system="duffing", steps=2_000),
}


def test_every_system_is_tested():
    assert set(SYSTEM) == set(CELL) == set(SYSTEMS)


@pytest.mark.parametrize("system", SYSTEM.values(), ids=SYSTEM)
class TestEquations:
    def test_jacobian_is_the_derivative_of_the_equations(self, system):
        state = np.random.default_rng(0).normal(size=(5, system.dimension))
        time, step = np.linspace(0.0, 4.0, 5), 1e-5
        columns = [
            (system.derivative(time, state + h) - system.derivative(time, state - h)) / (2 * step)
            for h in step * np.eye(system.dimension)
        ]
        found = system.jacobian(time, state)
        np.testing.assert_allclose(found, np.stack(columns, axis=-1), atol=1e-8)

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


@pytest.mark.parametrize("cell", CELL.values(), ids=CELL)
class TestSimulated:
    def test_it_has_the_shape_of_a_series(self, cell):
        found = series.run(cell)
        assert found["x"].dims == ("time", "variable")
        assert found["x"].shape == (2_000, 3)
        assert found["x"].dtype == np.float64
        np.testing.assert_allclose(np.diff(found["time"]), cell.dt)
        assert found.attrs["dt"] == cell.dt
        assert json.loads(found.attrs["parameters"]) == cell.parameters.model_dump()
        for name in found.variables:
            assert {"long_name", "units"} <= set(found[name].attrs), name

    def test_the_seed_decides(self, cell):
        again, other = series.run(cell), series.run(cell.model_copy(update={"seed": 1}))
        xr.testing.assert_identical(series.run(cell), again)
        assert not np.allclose(again["x"], other["x"])

    def test_half_the_sampling_interval_gives_the_samples_between(self, cell):
        fine = series.run(cell.model_copy(update={"dt": cell.dt / 2, "steps": 100}))
        np.testing.assert_allclose(series.run(cell)["x"][:50], fine["x"][::2], atol=1e-3)


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
        ValueError, match=r"Duffing .* becomes infinite with alpha = -1.*choose other"
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
