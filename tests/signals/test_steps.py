"""What each step takes away is known."""

import numpy as np
import pytest

from tausweep.signal import stage as signal
from tausweep.signal.steps.mix import seen

from .made import SMOOTH, applied, cell_of, samples, series_of


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


def test_sensors_see_mixtures_that_stay_in_the_variables_subspace():
    x = samples(300, variables=3)
    raw = series_of(x)
    found = signal.run(cell_of({"step": "mix", "variables": 7}, scaling="none"), raw)
    assert found["variable"].values.tolist() == [f"sensor{i}" for i in range(7)]
    W = found["mix_matrix"].values
    np.testing.assert_array_equal(found["x"], x @ W)
    assert np.linalg.matrix_rank(found["x"] - found["x"].mean("time")) == 3
    np.testing.assert_allclose(found["x"].values @ np.linalg.pinv(W), x, atol=1e-11)
    np.testing.assert_array_equal(seen(raw, found)["x"], found["x"])
    other = signal.run(cell_of({"step": "mix", "variables": 7, "seed": 1}), raw)
    assert not np.allclose(other["mix_matrix"], W)


def test_weights_of_sensors_have_length_one_in_the_mean():
    found = signal.run(cell_of({"step": "mix", "variables": 2_000}), series_of(samples(20)))
    assert (found["mix_matrix"] ** 2).sum("mix_source").mean() == pytest.approx(1.0, abs=0.05)


def test_other_steps_follow_what_sensors_see():
    raw = series_of(samples(400))
    steps = [
        {"step": "mix", "variables": 3},
        {"step": "detrend"},
        {"step": "embed", "dimension": 2, "delay": 4},
    ]
    found = signal.run(cell_of(*steps), raw)
    assert found["variable"].values[-1] == "sensor2(t-4)"
    sensors = seen(raw, found)["x"]
    assert sensors["variable"].values.tolist() == found["observed"].values.tolist()
    restored = signal.restore(found)
    np.testing.assert_allclose(restored, sensors.sel(time=found["time"]), atol=1e-12)


def test_a_series_that_is_not_mixed_is_seen_as_it_is():
    raw = series_of(samples(50))
    assert seen(raw, signal.run(cell_of({"step": "detrend"}), raw)) is raw
