"""Chains of steps: all is undone, recorded, and adds up."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated import simulated

from tausweep.lyapunov import stage as lyapunov
from tausweep.lyapunov.settings import Lyapunov
from tausweep.series import dataset
from tausweep.series import stage as series
from tausweep.signal import stage as signal

from .made import SMOOTH, cell_of, samples, series_of

PERIOD = st.floats(1.0, 9.0)
INVERTIBLE = st.one_of(
    st.fixed_dictionaries({"step": st.just("detrend"), "order": st.integers(0, 3)}),
    st.fixed_dictionaries(
        {"step": st.just("cycle"), "by": st.just("harmonics"), "period": PERIOD}
        | {"order": st.integers(1, 3)}
    ),
    st.fixed_dictionaries(
        {"step": st.just("cycle"), "by": st.just("climatology"), "period": PERIOD}
        | {"bins": st.integers(2, 9), "smoothing": st.sampled_from([0.0, 0.1])}
    ),
)
EMBED = st.fixed_dictionaries(
    {"step": st.just("embed"), "dimension": st.integers(1, 3), "delay": st.integers(1, 9)}
)
SCALING = st.sampled_from(["standardise", "jointly", "whiten", "none"])
HELD_OUT = st.floats(0.1, 0.5)


@settings(deadline=None, max_examples=60)
@given(
    steps=st.lists(INVERTIBLE, max_size=4),
    embed=st.none() | EMBED,
    scaling=SCALING,
    held_out=HELD_OUT,
)
def test_restoring_undoes_every_chain_of_invertible_steps(steps, embed, scaling, held_out):
    raw = series_of(samples())
    chain = [*steps, embed] if embed else steps
    found = signal.run(cell_of(*chain, scaling=scaling, held_out=held_out), raw)
    restored = signal.restore(found)
    assert restored["variable"].values.tolist() == raw["variable"].values.tolist()
    expected = raw["x"].sel(time=restored["time"])
    np.testing.assert_allclose(restored, expected, rtol=0, atol=1e-12)


@settings(deadline=None, max_examples=60)
@given(
    steps=st.lists(st.one_of(INVERTIBLE, st.sampled_from(SMOOTH[:2])), max_size=3),
    decimate=st.integers(1, 3),
    embed=st.none() | EMBED,
    scaling=SCALING,
    held_out=st.floats(0.2, 0.5),
)
def test_what_was_removed_adds_up_to_the_series_and_nothing_leaks(
    steps, decimate, embed, scaling, held_out
):
    chain = [*steps, *([{"step": "decimate", "factor": decimate}] if decimate > 1 else [])]
    chain += [embed] if embed else []
    cell = cell_of(*chain, scaling=scaling, held_out=held_out)
    x = samples()
    raw = series_of(x)
    found = signal.run(cell, raw)
    train = int(found["train_steps"])
    assert train == cell.train_steps(len(x))

    total = signal.restore(found).values
    for name in signal.removed(found):
        if found[name].attrs["restored"] == "no":
            total = total + found[name].values
    np.testing.assert_allclose(total, raw["x"].sel(time=found["time"]), rtol=0, atol=1e-11)

    x[int(len(x) * (1 - held_out)) :] *= -1e3
    other = signal.run(cell, series_of(x))
    xr.testing.assert_identical(found.isel(time=slice(0, train)), other.isel(time=slice(0, train)))
    assert not np.array_equal(found["x"][train:], other["x"][train:])


def test_every_step_is_recorded_in_its_place_with_its_settings_and_units():
    steps = [
        {"step": "cycle", "by": "harmonics", "period": 5.0},
        {"step": "detrend"},
        {"step": "cycle", "by": "climatology", "period": 2.0},
        *SMOOTH,
        {"step": "embed", "dimension": 2, "delay": 3},
    ]
    found = signal.run(cell_of(*steps, scaling="whiten"), series_of(samples()))
    assert signal.removed(found) == [
        f"removed_by_{name}"
        for name in ("cycle", "detrend", "cycle_2", "smooth", "smooth_2", "decimate")
    ]
    assert {"cycle_cosine", "detrend_coefficients", "cycle_2_mean"} <= set(found.data_vars)
    assert found["removed_by_detrend"].attrs["settings"] == '{"step":"detrend","order":1}'
    for name in found.variables:
        assert {"long_name", "units"} <= set(found[name].attrs), name


def test_an_external_input_follows_decimation_and_embedding():
    x = samples(variables=3)
    attrs = {"subject": "test", "system": "file", "parameters": "{}"}
    driven = dataset.make(x, ["a", "b", "u"], dt=0.1, time_unit="1", attrs=attrs, inputs=["u"])
    steps = [
        {"step": "decimate", "factor": 2, "antialias": False},
        {"step": "embed", "dimension": 2, "delay": 5},
    ]
    found = signal.run(cell_of(*steps), driven)
    u = x[10::2, 2]
    train = int(found["train_steps"])
    assert (len(u), train) == (295, 145)
    expected = (u - u[:train].mean()) / u[:train].std()
    np.testing.assert_allclose(found["input"][:, 0], expected, atol=1e-12)


def test_decimation_changes_the_exponent_per_step_and_not_that_per_time():
    lorenz = simulated("lorenz63", steps=12_000, transient=20.0)
    found = signal.run(
        cell_of({"step": "decimate", "factor": 3}, scaling="whiten"), series.run(lorenz)
    )
    measured = lyapunov.run(Lyapunov(reference_points=200, bootstrap=2), found)
    assert measured["lambda_max"] / 0.03 == pytest.approx(0.9056, rel=0.1)
    assert measured["lambda_max_per_time"] == pytest.approx(0.9056, rel=0.1)
