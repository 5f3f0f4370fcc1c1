"""Signals: what steps take away is known, is all of it, and is fitted to the training part only."""

import re
from typing import Any

import numpy as np
import pytest
import xarray as xr
import yaml
from conftest import REPOSITORY
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated import simulated

from tausweep.errors import ConfigError
from tausweep.experiment import load
from tausweep.lyapunov import stage as lyapunov
from tausweep.lyapunov.settings import Lyapunov
from tausweep.series import dataset
from tausweep.series import stage as series
from tausweep.signal import stage as signal
from tausweep.signal.settings import Signal
from tausweep.signal.stage import STEPS

GUIDE = REPOSITORY / "docs/signal.md"


def series_of(x, **attrs):
    names = [f"x{i}" for i in range(x.shape[1])]
    attrs = {"subject": "test", "system": "file", "parameters": "{}"} | attrs
    return dataset.make(x, names, dt=0.1, time_unit="1", attrs=attrs)


def cell_of(*steps: dict[str, Any], **others):
    return Signal.model_validate({"steps": list(steps), **others})


def applied(x, step, dt=0.1, held_out=0.5):
    """A single step on samples, without what follows it."""
    cell = cell_of(step)
    prepared = series_of(x).assign(train_steps=int(len(x) * (1 - held_out)))
    after, record = STEPS[step["step"]].apply(cell.steps[0], prepared)
    return after, record


def samples(steps=600, variables=2, seed=0):
    """Noise with a trend and cycles."""
    t = 0.1 * np.arange(steps)[:, None]
    cycles = np.sin(2 * np.pi * t / 5 + np.arange(variables)) + np.cos(2 * np.pi * t / 2)
    return np.random.default_rng(seed).normal(size=(steps, variables)) + 0.05 * t + 2 * cycles


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


# ------------------------------------------------------------------------------------------ steps


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_nothing_is_left_of_a_polynomial(order):
    s = np.linspace(-1, 2, 400)[:, None]
    x = sum(c * s**k for k, c in enumerate([5.0, -3.0, 2.0, 1.0][: order + 1])) * [1, -1e6]
    after, record = applied(x, {"step": "detrend", "order": order})
    np.testing.assert_allclose(after["x"] / [1, 1e6], 0, atol=1e-10)
    assert record.sizes["degree"] == order + 1


def test_the_coefficients_of_a_trend_are_those_of_its_polynomial():
    t = 0.1 * np.arange(201)[:, None]  # the training part runs from 0 to 9.9
    _, record = applied(7 + 3 * (t - 4.95), {"step": "detrend", "order": 2})
    np.testing.assert_allclose(record["coefficients"][:, 0], [7, 3 * 4.95, 0], atol=1e-12)
    assert (record["coefficients"].attrs["begin"], record["coefficients"].attrs["end"]) == (0, 9.9)


def test_nothing_is_left_of_a_sum_of_harmonics():
    t = 0.1 * np.arange(1_000)[:, None]
    a, b = [1.0, 0.5, -2.0], [0.3, -1.0, 0.7]
    angle = [2 * np.pi * k * t / 7.3 for k in (1, 2, 3)]  # no whole number of steps
    x = sum(p * np.cos(w) + q * np.sin(w) for p, q, w in zip(a, b, angle, strict=True))
    step = {"step": "cycle", "by": "harmonics", "period": 7.3, "order": 3}
    after, record = applied(x + 11.0, step)
    np.testing.assert_allclose(after["x"], 11.0, atol=1e-11)  # a cycle has no mean
    np.testing.assert_allclose(record["cosine"][:, 0], a, atol=1e-11)
    np.testing.assert_allclose(record["sine"][:, 0], b, atol=1e-11)


def test_nothing_is_left_of_any_periodic_pattern_by_climatology():
    pattern = np.random.default_rng(1).normal(size=(25, 2))
    x = np.tile(pattern, (16, 1))
    step = {"step": "cycle", "by": "climatology", "period": 2.5, "smoothing": 0.0}
    after, record = applied(x, step)
    np.testing.assert_allclose(after["x"], np.tile(pattern.mean(axis=0), (400, 1)), atol=1e-12)
    np.testing.assert_allclose(record["mean"], pattern - pattern.mean(axis=0), atol=1e-12)


def test_a_climatology_is_smooth_around_the_circle():
    t = 0.1 * np.arange(4_000)
    x = np.cos(2 * np.pi * t / 7.3)[:, None]
    step = {"step": "cycle", "by": "climatology", "period": 7.3, "smoothing": 0.05}
    _, record = applied(x, step)
    damped = np.exp(-((2 * np.pi * 0.05) ** 2) / 2)  # a Gaussian's effect on the first harmonic
    expected = damped * np.cos(2 * np.pi * record["phase"])
    np.testing.assert_allclose(record["mean"][:, 0], expected, atol=5e-3)


SMOOTH = [
    {"step": "smooth", "by": "gaussian", "width": 3.0},
    {"step": "smooth", "by": "savitzky_golay", "window": 9, "order": 2},
    {"step": "decimate", "factor": 3},
]


@pytest.mark.parametrize("step", SMOOTH)
def test_a_straight_line_passes_through_every_filter_also_at_the_ends(step):
    x = (3 - 0.7 * np.arange(600.0))[:, None]
    after, _ = applied(x, step, held_out=1 / 3)
    np.testing.assert_allclose(after["x"], (3 - 7 * after["time"].values)[:, None], atol=1e-10)


def test_gaussian_smoothing_damps_a_wave_as_theory_says():
    x = np.cos(0.2 * np.arange(2_000))[:, None]
    after, _ = applied(x, SMOOTH[0])
    damped = np.exp(-((0.2 * 3.0) ** 2) / 2)
    np.testing.assert_allclose(after["x"][50:950], damped * x[50:950], atol=1e-4)


def test_savitzky_golay_keeps_polynomials():
    x = (np.linspace(-1, 2, 600) ** 2)[:, None]
    np.testing.assert_allclose(applied(x, SMOOTH[1])[0]["x"], x, atol=1e-12)


@pytest.mark.parametrize("factor", [2, 5])
def test_a_band_limited_series_is_only_sampled_and_what_is_faster_is_gone(factor):
    n = np.arange(6_000)
    slow = np.sin(0.7 * np.pi / factor * n) + np.cos(0.3 * np.pi / factor * n)
    fast = np.cos(1.3 * np.pi / factor * n)
    after, _ = applied((slow + fast)[:, None], {"step": "decimate", "factor": factor})
    assert after.attrs["dt"] == 0.1 * factor
    assert int(after["train_steps"]) == 3_000 // factor
    np.testing.assert_array_equal(after["time"], 0.1 * n[::factor])
    half, edge = 3_000 // factor, 12
    for inside in (slice(edge, half - edge), slice(half + edge, 2 * half - edge)):
        np.testing.assert_allclose(after["x"][inside, 0], slow[::factor][inside], atol=3e-4)
    plain, _ = applied(
        (slow + fast)[:, None], {"step": "decimate", "factor": factor, "antialias": False}
    )
    np.testing.assert_array_equal(plain["x"][:, 0], (slow + fast)[::factor])


def test_delay_vectors_hold_the_past_and_their_names_say_so():
    x = samples(200)
    found = signal.run(
        cell_of({"step": "embed", "dimension": 3, "delay": 4}, scaling="none", held_out=0.4),
        series_of(x),
    )
    expected = ["x0", "x1", "x0(t-4)", "x1(t-4)", "x0(t-8)", "x1(t-8)"]
    assert found["variable"].values.tolist() == expected
    assert found["embed_delay"].values.tolist() == [0, 0, 4, 4, 8, 8]
    np.testing.assert_array_equal(found["x"], np.hstack([x[8:], x[4:-4], x[:-8]]))
    assert found["time"][0] == 0.8
    assert int(found["train_steps"]) == 120 - 8


# ---------------------------------------------------------------------------------------- scaling


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


# ----------------------------------------------------------------------------------------- chains

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
SCALING = st.sampled_from(["standardise", "whiten", "none"])
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


# -------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"step": "cycle", "by": "harmonics", "period": 31.0},
         r"signal\.steps\[0\] \(cycle\): period 31 is longer than the training part.* lasts 30"),
        ({"step": "cycle", "by": "harmonics", "period": 1.0, "order": 5},
         r"order 5 has a harmonic of period 0\.2"),
        ({"step": "cycle", "by": "climatology", "period": 1.0, "bins": 30},
         r"20 of 30 bins of phase have no sample"),
        ({"step": "cycle", "by": "climatology", "period": 0.04},
         r"a period of 0\.4 samples and 0 bins give no cycle"),
        ({"step": "smooth", "by": "gaussian", "width": 40.0},
         r"\(smooth\): width 40 needs 321 samples, and the training part has 300: lower width"),
        ({"step": "smooth", "by": "savitzky_golay", "window": 301},
         r"window 301 needs 301 samples"),
        ({"step": "decimate", "factor": 20}, r"factor 20 needs 420 samples"),
        ({"step": "embed", "dimension": 4, "delay": 100},
         r"span 300 steps, and the training part has 300"),
    ],
)  # fmt: skip
def test_a_step_that_cannot_be_applied_says_where_and_why(step, message):
    with pytest.raises(ValueError, match=message) as error:
        signal.run(cell_of(step), series_of(samples()))
    assert "\n" not in str(error.value)


def test_what_is_constant_after_a_step_is_refused():
    x = samples()
    x[:, 1] = 3e4 + 2.0 * np.arange(600)
    message = r"variable x1 is constant .* after signal\.steps\[0\] \(detrend\)"
    with pytest.raises(ValueError, match=message):
        signal.run(cell_of({"step": "detrend"}), series_of(x))


def test_a_gap_is_refused_by_its_place():
    x = samples()
    x[17, 1] = np.nan
    with pytest.raises(ValueError, match=r"1 values are NaN .* sample 17 of variable x1"):
        signal.run(Signal(), series_of(x))


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([{"step": "embed", "dimension": 2, "delay": 1}, {"step": "detrend"}],
         r"steps\[0\] is embed, which must be the last step"),
        ([{"step": "smooth", "by": "savitzky_golay", "window": 4}],
         r"signal\.steps\[0\]: window must be odd and greater than order \(3\), found 4"),
        ([{"step": "cycle", "period": 3.0}], r"signal\.steps\[0\]\.by: missing"),
        ([{"step": "detrend", "order": 4}],
         r"signal\.steps\[0\]\.order: must be less than or equal to 3, found 4"),
        ([{"step": "smoothe"}], r"signal\.steps\[0\]\.step: must be one of 'detrend', 'cycle'"),
    ],
)  # fmt: skip
def test_wrong_steps_are_one_line_with_their_path(steps, message):
    wrong = {"experiment": "a", "series": {"l": {"system": "lorenz63"}}, "signal": {"steps": steps}}
    with pytest.raises(ConfigError, match=message):
        load(wrong)


def test_steps_that_leave_too_little_to_train_on_are_refused_before_any_job():
    wrong = {
        "experiment": "a",
        "series": {"l": {"system": "lorenz63", "steps": 4_000}},
        "models": {"R": {"cell": "rnn"}},
        "methods": [{"method": "sparse_tf", "tau": [5]}],
        "signal": {"steps": [{"step": "decimate", "factor": 10}]},
    }
    with pytest.raises(ConfigError, match=r"series\.l\.steps must leave .* 200 are for"):
        load(wrong)


def test_the_configuration_of_the_guide_is_one_and_its_steps_are_all():
    (block,) = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(), flags=re.DOTALL)
    cell = Signal.model_validate(yaml.safe_load(block)["signal"])
    assert {step.step for step in cell.steps} == set(STEPS)
