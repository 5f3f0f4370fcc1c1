"""Lyapunov exponents of the equations, on the attractor that a series lies on."""

import numpy as np
import pytest
import xarray as xr
from simulated import simulated

from tausweep.series import dataset
from tausweep.series import stage as series
from tausweep.truth import stage
from tausweep.truth.settings import Truth


def truth(system, **settings) -> xr.Dataset:
    return stage.run(Truth(**({"members": 32} | settings)), series.run(system))


@pytest.fixture(scope="module")
def lorenz() -> xr.Dataset:
    return truth(simulated("lorenz63", steps=4_000), time=50.0, transient=20.0)


def test_the_spectrum_of_lorenz63(lorenz):
    error = lorenz["spectrum_per_time_std_error"]
    known = xr.DataArray([0.9056, 0.0, -14.5723], dims="exponent")  # Sprott 2003
    assert (abs(lorenz["spectrum_per_time"] - known) < 3 * error + 2e-3).all()
    assert (error < 0.02).all()
    assert lorenz["kaplan_yorke"] == pytest.approx(2.062, abs=0.002)
    assert lorenz.attrs["verdict"] == "chaotic"
    assert lorenz.attrs["literature_lambda_max"] == 0.9056


def test_both_units_and_the_predictability_time(lorenz):
    for name in ("lambda_max", "spectrum"):
        for suffix in ("", "_std_error"):
            per_time = lorenz[f"{name}_per_time{suffix}"]
            np.testing.assert_allclose(lorenz[f"{name}{suffix}"], 0.01 * per_time)
    assert lorenz["lambda_max"] == lorenz["spectrum"][0]
    assert lorenz["lambda_max_std_error"] == lorenz["spectrum_std_error"][0]
    assert lorenz["tau_pred"] == pytest.approx(np.log(2) / lorenz["lambda_max"])


def test_every_variable_says_what_it_is(lorenz):
    for name in lorenz.variables:
        assert {"long_name", "units"} <= set(lorenz[name].attrs), name


def test_the_error_of_the_dimension_is_that_of_its_spread(lorenz):
    # Exponents sum up to S = −41/3, so D = 2 + (λ₁ + λ₂) / |λ₃| = 3 + S / |λ₃|: |dD| = |S| / λ₃² dλ₃.
    last, error = lorenz["spectrum_per_time"][2], lorenz["spectrum_per_time_std_error"][2]
    expected = 41 / 3 / last**2 * error
    assert lorenz["kaplan_yorke_std_error"] == pytest.approx(float(expected), rel=0.01)


@pytest.mark.parametrize(
    "settings",
    [{"observe": ["x"]}, {"observe": ["z", "x"], "noise": 0.5}, {"dynamical_noise": 0.1}],
)
def test_noise_and_partial_observation_leave_the_truth_alone(settings):
    found = truth(simulated("lorenz63", steps=4_000, **settings), time=30.0, transient=10.0)
    assert found["lambda_max_per_time"] == pytest.approx(0.9056, abs=0.05)


def test_default_lengths_suit_maps_and_delays():
    henon = truth(simulated("henon", steps=3_000))
    assert henon["lambda_max"] == pytest.approx(
        0.4192, abs=4 * float(henon["lambda_max_std_error"])
    )
    assert henon["lambda_max_std_error"] < 0.003
    assert henon["spectrum"].sum() == pytest.approx(np.log(0.3), rel=1e-9)
    assert henon["kaplan_yorke"] == pytest.approx(1.2583, abs=0.003)  # Sprott 2003
    glass = truth(simulated("mackey_glass", dt=2.0, steps=3_000))
    assert glass["lambda_max"] == pytest.approx(0.0102, abs=0.0004)
    assert glass.sizes["exponent"] == 4
    assert glass["kaplan_yorke"] == pytest.approx(2.13, abs=0.02)  # 2.10: Farmer 1982


def test_the_phase_of_a_drive_has_an_exponent_unless_the_drive_is_an_input():
    # Sprott 2003: Ueda's exponents are 0.103, 0, −0.153, the dimension 2.675.
    inside = truth(simulated("ueda", steps=3_000), time=200.0)
    beside = truth(simulated("ueda", steps=3_000, drive="input"), time=200.0)
    assert inside["spectrum"][1] == 0.0
    assert inside["kaplan_yorke"] == pytest.approx(2.675, abs=0.06)
    np.testing.assert_allclose(inside["spectrum"][[0, 2]], beside["spectrum"])
    assert inside["kaplan_yorke"] == pytest.approx(1 + float(beside["kaplan_yorke"]))
    assert inside["spectrum_per_time"].sum() == pytest.approx(-0.05, rel=1e-4)


def test_the_own_attractor_of_the_series_is_measured():
    # Two cycles share these equations, and one of them is left at once at the other's parameters.
    cycle = {"steps": 4_000, "parameters": {"gamma": 0.2}}
    found = truth(simulated("duffing", drive="input", **cycle), members=8, time=200.0)
    assert found.attrs["verdict"] == "not chaotic"
    assert found["lambda_max"] < 0
    assert np.isnan(found["tau_pred"])
    assert found["kaplan_yorke"] == 0.0
    assert truth(simulated("duffing", **cycle), members=8, time=200.0)["kaplan_yorke"] == 1.0


def test_hidden_states_are_those_of_the_orbit():
    ueda = simulated("ueda", steps=2_000)
    hidden = series.run(simulated("ueda", steps=2_000, observe=["v"], noise=1.0))
    sample = np.array([70, 0, 30, 30])  # soon enough for chaos not to matter
    expected = stage._known_states(series.run(ueda), ueda, sample)
    np.testing.assert_allclose(stage._known_states(hidden, ueda, sample), expected, atol=1e-6)


def test_members_that_leave_the_basin_do_not_count():
    # Beside the borders 0 and 1 of its interval, the logistic map escapes.
    found = truth(simulated("logistic", steps=3_000), members=64)
    assert found["lambda_max"] == pytest.approx(np.log(2), abs=0.002)
    assert 32 < found["members"] < 64


def test_where_most_members_leave_there_is_no_number():
    # Just beyond r = 4 the attractor is no more: orbits stay for a while, and then escape.
    orbit = series.run(simulated("logistic", steps=20, transient=0))
    orbit.attrs["parameters"] = '{"r": 4.1}'
    found = stage.run(Truth(members=8), orbit)
    assert found.attrs["verdict"] == "left the attractor"
    assert np.isnan([found["lambda_max"], found["tau_pred"], found["kaplan_yorke"]]).all()
    assert found["members"] < 4


def test_exponents_may_be_minus_infinity():
    # At r = 2 the slope at the fixed point 1/2 is zero; with b = 0 the Hénon map is of one dimension.
    fixed = truth(simulated("logistic", steps=100, parameters={"r": 2.0}))
    assert fixed.attrs["verdict"] == "not chaotic"
    assert fixed["lambda_max"] == -np.inf
    assert fixed["kaplan_yorke"] == 0.0
    flat = truth(simulated("henon", steps=100, parameters={"a": 1.8, "b": 0.0}))
    assert flat.attrs["verdict"] == "chaotic"
    assert flat["spectrum"][1] == -np.inf
    assert flat["kaplan_yorke"] == 1.0


def test_the_largest_few_exponents_are_those_of_all():
    system = simulated("lorenz96", steps=500, parameters={"N": 6})
    few = truth(system, members=8, time=20.0, exponents=2)
    more = truth(system, members=8, time=20.0, exponents=50)
    assert (few.sizes["exponent"], more.sizes["exponent"]) == (2, 6)
    assert more["spectrum_per_time"].sum() == pytest.approx(-6.0, rel=1e-4)
    assert few["spectrum"][0] > 0
    assert np.isnan(few["kaplan_yorke"])  # more exponents are needed for it
    assert 2 < more["kaplan_yorke"] < 6


def test_a_series_without_equations_is_refused():
    attrs = {"title": "Series: test", "system": "file", "parameters": "{}"}
    measured = dataset.make(np.ones((9, 1)), ["x"], dt=1.0, time_unit="1", attrs=attrs)
    with pytest.raises(ValueError, match="system 'file' has no equations"):
        stage.run(Truth(), measured)


def test_the_truth_of_dysts():
    pytest.importorskip("dysts.flows", exc_type=ImportError)
    orbit = simulated("dysts", name="Lorenz", dt=0.02, steps=4_000, observe=["x"])
    found = truth(orbit, time=20.0, transient=5.0)
    assert found["lambda_max_per_time"] == pytest.approx(0.9056, abs=0.06)
