"""Signals: split and standardised by their training part."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tausweep import config, signal
from tausweep.series import dataset


def series_of(x, **attrs):
    names = [f"x{i}" for i in range(x.shape[1])]
    attrs = {"title": "Series: test", "system": "file", "parameters": "{}"} | attrs
    return dataset.make(x, names, dt=0.1, time_unit="1", attrs=attrs)


@settings(deadline=None)
@given(
    seed=st.integers(0, 99),
    scale=st.floats(1e-6, 1e6),
    shift=st.floats(-1e3, 1e3),
    held_out=st.floats(0.05, 0.95),
)
def test_restoring_undoes_standardising(seed, scale, shift, held_out):
    x = scale * (np.random.default_rng(seed).normal(size=(200, 3)) + shift)
    found = signal.run(config.Signal(held_out=held_out), series_of(x))
    np.testing.assert_allclose(signal.restore(found), x, rtol=1e-12, atol=1e-10 * scale)


def test_only_the_training_part_sets_mean_and_scale():
    x = np.random.default_rng(0).normal(size=(1_000, 2))
    found = signal.run(config.Signal(held_out=0.25), series_of(x))
    assert int(found["train_steps"]) == 750
    train = found["x"][:750]
    np.testing.assert_allclose(train.mean("time"), 0, atol=1e-12)
    np.testing.assert_allclose(train.std("time"), 1)
    x[750:] = 1e3 * x[750:] + 7
    other = signal.run(config.Signal(held_out=0.25), series_of(x))
    np.testing.assert_array_equal(train, other["x"][:750])


def test_attributes_are_carried_over():
    x = np.random.default_rng(0).normal(size=(100, 2))
    found = signal.run(config.Signal(), series_of(x, literature_lambda_max=0.9))
    assert found.attrs["literature_lambda_max"] == 0.9
    assert found.attrs["dt"] == 0.1
    assert found.attrs["title"] == "Signal: test"
    for name in found.variables:
        assert {"long_name", "units"} <= set(found[name].attrs), name


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e9 / 3])
def test_a_constant_variable_is_refused_by_name(constant):
    x = np.random.default_rng(0).normal(size=(100, 2))
    x[:50, 1] = constant
    with pytest.raises(ValueError, match=r"variable x1 is constant in the training part"):
        signal.run(config.Signal(), series_of(x))


def test_a_training_part_of_nothing_is_refused():
    x = np.random.default_rng(0).normal(size=(10, 2))
    with pytest.raises(ValueError, match=r"signal\.held_out leaves 0 of 10 samples"):
        signal.run(config.Signal(held_out=0.99), series_of(x))


def test_an_external_input_is_standardised_by_its_training_part():
    x = np.random.default_rng(0).normal(size=(1_000, 3)) * [1, 2, 300] + 5
    x[:, 1] = 7.0
    attrs = {"title": "Series: test", "system": "file", "parameters": "{}"}
    driven = dataset.make(x, ["a", "b", "c"], dt=0.1, time_unit="1", attrs=attrs, inputs=["c", "b"])
    found = signal.run(config.Signal(held_out=0.25), driven)
    s = found["input"][:750]
    np.testing.assert_allclose(s.mean("time"), 0, atol=1e-9)
    np.testing.assert_allclose(s[:, 0].std("time"), 1)
    assert not s[:, 1].any()  # a constant input is no error, and harms nothing
