"""Signals are fitted to the training part only, and scaled."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tausweep.series import dataset
from tausweep.signal import stage as signal
from tausweep.signal.settings import Signal

from .made import cell_of, samples, series_of


@settings(deadline=None)
@given(
    seed=st.integers(0, 99),
    scale=st.floats(1e-6, 1e6),
    shift=st.floats(-1e3, 1e3),
    held_out=st.floats(0.05, 0.95),
)
def test_restoring_undoes_standardising(seed, scale, shift, held_out):
    x = scale * (np.random.default_rng(seed).normal(size=(200, 3)) + shift)
    found = signal.run(Signal(held_out=held_out), series_of(x))
    np.testing.assert_allclose(signal.restore(found), x, rtol=1e-12, atol=1e-10 * scale)


@pytest.mark.parametrize(
    "step",
    [
        {"step": "detrend"},
        {"step": "cycle", "by": "climatology", "period": 5.0},
        {"step": "smooth", "by": "gaussian", "width": 2.0},
        {"step": "smooth", "by": "savitzky_golay", "window": 7},
        {"step": "decimate", "factor": 3},
        {"step": "embed", "dimension": 3, "delay": 4},
    ],
    ids=lambda step: step.get("by", step["step"]),
)
def test_all_samples_may_be_for_training(step):
    """They then are made into what a training part of the same samples is."""
    x = samples(600)
    whole = signal.run(cell_of(step, held_out=0.0), series_of(x))
    part = signal.run(cell_of(step, held_out=0.5), series_of(np.concatenate([x, x])))
    assert whole["train_steps"] == whole.sizes["time"] == part["train_steps"]
    np.testing.assert_array_equal(whole["x"], part["x"][: whole.sizes["time"]])


def test_only_the_training_part_sets_mean_and_scale():
    x = np.random.default_rng(0).normal(size=(1_000, 2))
    found = signal.run(Signal(held_out=0.25), series_of(x))
    assert int(found["train_steps"]) == 750
    train = found["x"][:750]
    np.testing.assert_allclose(train.mean("time"), 0, atol=1e-12)
    np.testing.assert_allclose(train.std("time"), 1)
    x[750:] = 1e3 * x[750:] + 7
    other = signal.run(Signal(held_out=0.25), series_of(x))
    np.testing.assert_array_equal(train, other["x"][:750])


def test_attributes_are_carried_over():
    x = np.random.default_rng(0).normal(size=(100, 2))
    found = signal.run(Signal(), series_of(x, literature_lambda_max=0.9))
    assert found.attrs["literature_lambda_max"] == 0.9
    assert found.attrs["dt"] == 0.1
    assert found.attrs["subject"] == "test"
    for name in found.variables:
        assert {"long_name", "units"} <= set(found[name].attrs), name


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e9 / 3])
def test_a_constant_variable_is_refused_by_name(constant):
    x = np.random.default_rng(0).normal(size=(100, 2))
    x[:50, 1] = constant
    with pytest.raises(ValueError, match=r"variable x1 is constant in the training part"):
        signal.run(Signal(), series_of(x))


def test_a_variable_too_small_to_square_is_refused_by_name():
    x = np.random.default_rng(0).normal(size=(100, 2)) * [1, 1e-200]
    with pytest.raises(ValueError, match=r"variable x1 has no values beyond 1e-100: give it in a"):
        signal.run(Signal(), series_of(x))


def test_a_training_part_of_nothing_is_refused():
    x = np.random.default_rng(0).normal(size=(10, 2))
    with pytest.raises(ValueError, match=r"signal\.held_out leaves 0 of 10 samples"):
        signal.run(Signal(held_out=0.99), series_of(x))


def test_an_external_input_is_standardised_by_its_training_part():
    x = np.random.default_rng(0).normal(size=(1_000, 3)) * [1, 2, 300] + 5
    x[:, 1] = 7.0
    attrs = {"subject": "test", "system": "file", "parameters": "{}"}
    driven = dataset.make(x, ["a", "b", "c"], dt=0.1, time_unit="1", attrs=attrs, inputs=["c", "b"])
    found = signal.run(Signal(held_out=0.25), driven)
    s = found["input"][:750]
    np.testing.assert_allclose(s.mean("time"), 0, atol=1e-9)
    np.testing.assert_allclose(s[:, 0].std("time"), 1)
    assert not s[:, 1].any()  # a constant input is no error, and harms nothing


def test_the_default_is_standardised_and_nothing_else():
    found = signal.run(Signal(), series_of(samples()))
    x = series_of(samples())["x"]
    mean, scale = x[:300].mean("time"), x[:300].std("time")
    np.testing.assert_array_equal(found["x"], (x - mean) / scale)
    np.testing.assert_array_equal(found["mean"], mean)
    np.testing.assert_array_equal(found["scale"], scale)
    assert set(found.data_vars) == {"x", "mean", "scale", "train_steps"}


@pytest.mark.parametrize("seed", range(3))
def test_a_whitened_training_part_has_the_identity_as_covariance(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(900, 4)) @ rng.normal(size=(4, 4)) * [1, 1e3, 1, 1e-3] + 5
    found = signal.run(cell_of(scaling="whiten"), series_of(x))
    train = found["x"].values[:450]
    np.testing.assert_allclose(train.T @ train / 450, np.eye(4), atol=1e-11)
    np.testing.assert_allclose(train.mean(axis=0), 0, atol=1e-10)  # of means of 5000 deviations
    matrix = found["whitening"].values
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-12)
    assert (np.linalg.eigvalsh(matrix) > 0).all()
    np.testing.assert_allclose(found["scale"], x[:450].std(axis=0))


def test_jointly_all_values_together_have_mean_zero_and_deviation_one():
    """And variables keep their proportions, as those of the published Lorenz series do."""
    x = samples() * 3 + 5
    x = x * np.arange(1, x.shape[1] + 1)
    found = signal.run(cell_of(scaling="jointly"), series_of(x))
    train = found["x"].values[: int(found["train_steps"])]
    assert train.mean() == pytest.approx(0, abs=1e-12)
    assert train.std() == pytest.approx(1)
    scale, mean = found["scale"].values, found["mean"].values
    np.testing.assert_allclose(np.ptp(found["x"].values, axis=0) / np.ptp(x, axis=0), 1 / scale)
    assert np.ptp(scale) == np.ptp(mean) == 0


def test_what_depends_on_other_variables_cannot_be_whitened():
    x = samples(300, 3)
    x[:, 2] = x[:, 0] - 2 * x[:, 1]
    with pytest.raises(ValueError, match=r"scaling is 'whiten', but the variables depend on one"):
        signal.run(cell_of(scaling="whiten"), series_of(x))


def test_an_orbit_of_any_shape_is_unscaled_like_the_signal():
    found = signal.run(cell_of(scaling="whiten"), series_of(samples()))
    x = found["x"].values
    np.testing.assert_allclose(signal.unscale(found, x), samples(), atol=1e-12)
    members = np.stack([x, 2 * x])
    np.testing.assert_allclose(signal.unscale(found, members)[0], samples(), atol=1e-12)
