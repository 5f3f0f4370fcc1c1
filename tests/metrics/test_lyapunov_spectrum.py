"""Exponents of trained models: those of linear ones, and of a map that a model learned exactly."""

import math

import numpy as np
import pytest
from linear import Linear, signal
from motions import noise

from tausweep.experiment import load
from tausweep.metrics.lyapunov_spectrum import LyapunovSpectrum
from tausweep.metrics.prediction_error import PredictionError
from tausweep.metrics.stage import run
from tausweep.series import stage as series
from tausweep.signal import stage as prepare
from tausweep.training import stage as training
from tausweep.training.settings import Fit


def spectrum(model, data=None, **settings):
    data = signal(noise(50, model.variables), 20) if data is None else data
    metric = LyapunovSpectrum(**{"steps": 400, "transient": 100, **settings})
    found = metric.measure(model, data)
    return found["lyapunov_spectrum"], found["lyapunov_dimension"]


def matrices(*eigenvalues, seed=0):
    """A matrix for each set of eigenvalues, with eigenvectors that are not orthogonal."""
    rng = np.random.default_rng(seed)
    bases = [np.eye(len(e)) + 0.3 * rng.standard_normal((len(e), len(e))) for e in eigenvalues]
    return np.array(
        [S @ np.diag(e) @ np.linalg.inv(S) for S, e in zip(bases, eigenvalues, strict=True)]
    )


@pytest.mark.parametrize("interval", [1, 3])
def test_those_of_a_linear_model_are_of_its_eigenvalues(interval):
    eigenvalues = np.array([[0.9, -0.5, 0.2], [-0.99, 0.6, 0.3]])
    found, dimension = spectrum(Linear(matrices(*eigenvalues)), interval=interval)
    assert found[:, :3] == pytest.approx(np.log(np.abs(eigenvalues)), abs=1e-9)
    assert np.isnan(found[:, 3:]).all()  # asked are two more than there are variables
    assert dimension.tolist() == [0, 0]


def test_kaplan_yorke_dimension_of_a_linear_model():
    """ln 1.02 + ln .9 < 0: D = 1 + ln 1.02 / |ln .9|, in the time it takes to leave."""
    A = matrices([1.02, 0.9])
    _, dimension = spectrum(Linear(A), transient=50, steps=50, bound=1e6)
    assert dimension[0] == pytest.approx(1 + math.log(1.02) / -math.log(0.9), rel=1e-2)
    _, unknown = spectrum(Linear(A), transient=50, steps=50, bound=1e6, exponents=1)
    assert np.isnan(unknown)  # one exponent does not say where the sum turns negative


def test_a_member_that_diverged_has_none_and_harms_no_other():
    alone, _ = spectrum(Linear(matrices([0.9, 0.5])))
    lost = np.diag([1.5, 0.5])
    wild = np.diag([1e200, 1e200])
    found, dimension = spectrum(Linear(np.array([lost, *matrices([0.9, 0.5]), wild])))
    assert np.isnan(found[[0, 2]]).all()
    assert np.isnan(dimension[[0, 2]]).all()
    assert found[1] == pytest.approx(alone[0], abs=1e-9, nan_ok=True)


def test_order_of_the_members_does_not_matter():
    A = matrices([0.9, 0.5], [0.8, -0.3], [-0.95, 0.1])
    together, _ = spectrum(Linear(A))
    turned, _ = spectrum(Linear(A[[2, 0, 1]]))
    assert turned == pytest.approx(together[[2, 0, 1]], abs=1e-9, nan_ok=True)


def test_an_external_input_ends_the_orbit_earlier():
    A, C = matrices([0.9, 0.5]), np.ones((2, 1))
    short = signal(noise(400, 2), 100, noise(400, 1))
    found, _ = spectrum(Linear(A, C), short, steps=10_000, transient=100)
    assert found[0, :2] == pytest.approx(np.log([0.9, 0.5]), abs=1e-6)
    with pytest.raises(ValueError, match=r"lyapunov_spectrum\.transient: 300 steps"):
        spectrum(Linear(A, C), short, transient=300)


@pytest.fixture(scope="module")
def henon():
    """A polynomial fitted to Hénon's map, which is one: it is learned exactly."""
    experiment = load(
        {"experiment": "h", "series": {"henon": {"system": "henon", "steps": 6_000}},
         "models": {"exact": {"model": "ngrc", "delays": 1, "degree": 2, "ridge": 1e-10}}}
    )  # fmt: skip
    data = prepare.run(experiment.signal, series.run(experiment.series["henon"]))
    settings = Fit(model=experiment.models["exact"], first_member=0, members=2)
    return data, training.fit(settings, data)


def test_a_model_that_learned_a_map_has_its_exponents(henon):
    """Hénon: λ = .419, and λ₁ + λ₂ = ln .3, exactly; D = 1 + λ₁ / |λ₂| = 1.26 (Grassberger &
    Procaccia 1983, Physica D 9, 189).
    """
    data, train = henon
    found = run(LyapunovSpectrum(steps=6_000), data, train=[train, train])
    assert found.sizes["run"] == 4
    assert found["exponent"].values.tolist() == [1, 2, 3, 4]
    two = found["lyapunov_spectrum"].values[:, :2]
    assert two[:, 0] == pytest.approx(0.4192, abs=0.02)
    assert two.sum(axis=1) == pytest.approx(math.log(0.3), abs=1e-4)
    assert found["lyapunov_dimension"].values == pytest.approx(1.26, abs=0.015)
    assert all({"long_name", "units"} <= found[v].attrs.keys() for v in found.variables)


def test_its_forecasts_err_as_fast_as_the_map_is_chaotic(henon):
    """From the error of the fit, by e^λ a step, to that of unrelated states."""
    data, train = henon
    found = run(PredictionError(steps=(1, 11, 100)), data, train=[train])["prediction_error"]
    first, eleventh, last = found.values[0]
    assert first < 1e-4
    assert math.log(eleventh / first) / 10 == pytest.approx(0.42, abs=0.15)
    assert last == pytest.approx(math.sqrt(2), abs=0.05)
