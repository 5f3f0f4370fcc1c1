"""Simulated series: what is observed of an orbit, and noise."""

import json
import sys

import numpy as np
import pytest
import xarray as xr
from simulated import simulated

from tausweep.series import stage as series
from tausweep.systems.integrate import states
from tausweep.systems.registry import SYSTEMS
from tausweep.systems.system import Map

SERIES = {
    name: simulated(name, steps=500 if name == "lorenz96" else 2_000)
    for name in SYSTEMS
    if name != "dysts"
}


def changed(cell, **settings):
    """The settings with others among them, checked as a configuration is."""
    return type(cell).model_validate(cell.model_dump() | settings)


@pytest.mark.parametrize("settings", SERIES.values(), ids=SERIES)
class TestSimulated:
    def test_it_has_the_shape_of_a_series(self, settings):
        found = series.run(settings)
        assert found["x"].dims == ("time", "variable")
        assert found["x"].shape == (settings.steps, len(settings.variables))
        assert tuple(found["variable"].values) == settings.variables
        assert found["x"].dtype == np.float64
        np.testing.assert_allclose(np.diff(found["time"]), settings.dt)
        assert found["time"].attrs["units"] == settings.time_unit
        assert found.attrs["dt"] == settings.dt
        assert json.loads(found.attrs["parameters"]) == settings.parameters.model_dump()
        for name in found.variables:
            assert {"long_name", "units"} <= set(found[name].attrs), name

    def test_the_seed_decides(self, settings):
        again, other = series.run(settings), series.run(settings.model_copy(update={"seed": 1}))
        xr.testing.assert_identical(series.run(settings), again)
        assert not np.allclose(again["x"], other["x"])

    def test_half_the_sampling_interval_gives_the_samples_between(self, settings):
        if isinstance(settings, Map):
            pytest.skip("time counts steps")
        fine = series.run(settings.model_copy(update={"dt": settings.dt / 2, "steps": 100}))
        np.testing.assert_allclose(series.run(settings)["x"][:50], fine["x"][::2], atol=1e-3)

    def test_without_noise_it_is_the_orbit_itself(self, settings):
        start = settings.draw(np.random.default_rng(settings.seed))
        time = settings.dt * np.arange(settings.steps)
        orbit = states(settings, start, time, settings.transient)
        np.testing.assert_array_equal(series.run(settings)["x"], settings.view(time, orbit))

    def test_observational_noise_has_its_level_and_a_seed_of_its_own(self, settings):
        clean = series.run(settings)["x"]
        found = series.run(changed(settings, noise=0.2))["x"]
        noise = (found - clean) / (0.2 * clean.std("time"))
        np.testing.assert_allclose(noise.std("time"), 1.0, atol=5 / np.sqrt(2 * settings.steps))
        np.testing.assert_allclose(noise.mean("time"), 0.0, atol=5 / np.sqrt(settings.steps))
        lagged = (noise[1:].values * noise[:-1].values).mean(axis=0)
        np.testing.assert_allclose(lagged, 0.0, atol=5 / np.sqrt(settings.steps))
        other = changed(settings, seed=1)
        again = series.run(changed(other, noise=0.2))["x"] - series.run(other)["x"]
        again /= 0.2 * series.run(other)["x"].std("time")
        np.testing.assert_allclose(again, noise, atol=1e-9)
        reseeded = series.run(changed(settings, noise=0.2, noise_seed=1))["x"]
        assert not np.allclose(reseeded, found)

    def test_what_is_observed_are_columns_of_the_whole(self, settings):
        names = [settings.variables[-1], settings.variables[0]][: len(settings.variables)]
        part = series.run(changed(settings, observe=names))
        assert part["variable"].values.tolist() == names
        xr.testing.assert_equal(part["x"], series.run(settings)["x"].sel(variable=names))

    def test_dynamical_noise_is_another_orbit_on_about_the_same_attractor(self, settings):
        if settings.system == "logistic":
            settings = changed(settings, parameters={"r": 3.8})  # at r = 4, noise throws it out
        settings = changed(settings, steps=500, transient=20)
        noisy = changed(settings, dynamical_noise=0.01)
        clean, found = series.run(settings)["x"], series.run(noisy)["x"]
        assert not np.allclose(found, clean, rtol=1e-3)
        np.testing.assert_allclose(found.std("time"), clean.std("time"), rtol=0.4)
        xr.testing.assert_identical(found, series.run(noisy)["x"])
        assert "literature_lambda_max" not in series.run(noisy).attrs


def test_dynamical_noise_of_maps_is_added_at_each_step():
    henon = changed(SERIES["henon"], dynamical_noise=0.002)  # more, and it leaves its small basin
    x = series.run(henon)["x"].values
    added = x[1:] - henon.step(x[:-1])
    scale = series.run(SERIES["henon"])["x"].values.std(axis=0)
    np.testing.assert_allclose(added.std(axis=0) / scale, 0.002, rtol=5 / np.sqrt(2 * len(x)))


def test_an_external_input_is_without_noise():
    clean = series.run(changed(SERIES["duffing"], drive="input"))
    noisy = series.run(changed(SERIES["duffing"], drive="input", noise=0.5, observe=["x"]))
    xr.testing.assert_identical(noisy["input"], clean["input"])
    assert noisy["variable"].values.tolist() == ["x"]
    assert not np.allclose(noisy["x"], clean["x"].sel(variable=["x"]))


def test_without_dysts_a_line_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "dysts", None)
    with pytest.raises(
        ValueError, match=r"need the package dysts .* pip install 'tausweep\[dysts\]'"
    ):
        series.run(simulated("dysts", name="Aizawa", dt=0.1, steps=100))


def test_what_dysts_does_not_have_is_refused_in_one_line():
    pytest.importorskip("dysts.flows", exc_type=ImportError)
    with pytest.raises(ValueError, match="no flow named 'Lorentz': did you mean Lorenz"):
        series.run(simulated("dysts", name="Lorentz", dt=0.1, steps=100))
    with pytest.raises(ValueError, match=r"observe names 'w', but .* are x, y, z"):
        series.run(simulated("dysts", name="Lorenz", dt=0.1, steps=100, observe=["w"]))


def test_drive_is_the_cosine_of_time():
    found = series.run(SERIES["duffing"])
    np.testing.assert_array_equal(found["x"].sel(variable="drive"), np.cos(1.4 * found["time"]))


def test_literature_is_given_for_its_own_parameters_only():
    assert series.run(SERIES["lorenz63"]).attrs["literature_lambda_max"] == 0.9056
    other = simulated("lorenz63", steps=10, parameters={"rho": 28.1})
    assert "literature_lambda_max" not in series.run(other).attrs


def test_the_drive_of_duffing_can_be_an_external_input():
    inside = series.run(SERIES["duffing"])
    beside = series.run(simulated("duffing", steps=2_000, drive="input"))
    assert beside["variable"].values.tolist() == ["x", "v"]
    assert beside["channel"].values.tolist() == ["drive"]
    np.testing.assert_array_equal(beside["input"][:, 0], inside["x"][:, 2])
    np.testing.assert_array_equal(beside["x"], inside["x"][:, :2])
    assert {"long_name", "units"} <= set(beside["input"].attrs)
