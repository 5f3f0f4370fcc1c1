"""What is found wrong with samples, and mended."""

import numpy as np
import pytest
from by_hand import henon, lorenz_by_hand
from simulated import simulated

from tausweep.lyapunov import report
from tausweep.lyapunov import stage as lyapunov
from tausweep.lyapunov.condition import cleaned, exact_period, examine, find_spikes, grid
from tausweep.series import stage as series

from .samples import SMALL, logistic, signal_of, standard


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize("step", [0.5, 0.1, 3.0])
def test_the_step_of_rounding_is_found(step):
    x = standard(rng().standard_normal(2_000))[:, 0] * 4
    assert grid(step * np.round(x / step)) == pytest.approx(step)
    assert grid(x) == 0


def test_rounded_values_are_spread_over_their_step():
    x = henon(3_000)[:, :1].round(1)
    found = examine(x, rng())
    step = 0.1 / x.std()
    assert found.rounding == pytest.approx(step)
    apart = found.x - standard(x)
    assert np.abs(apart).max() <= step / 2
    assert apart.std() == pytest.approx(step / 12**0.5, rel=0.05)


def test_eight_bits_of_henon_have_its_exponent():
    x = henon(10_000)[:, 0]
    bits = np.round(255 * (x - x.min()) / np.ptp(x))
    found = lyapunov.run(SMALL, signal_of(bits))
    lower, upper = found["lambda_max_interval"].values
    assert lower <= 0.4192 <= upper
    assert upper - lower < 0.1
    assert any("rounded" in line for line in report.warnings(found, signal_of(bits)))


def test_spikes_are_named_and_left_out():
    x = henon(5_000)[:, 0]
    x[[1_000, 3_210]] = [40.0, -25.0]
    found = lyapunov.run(SMALL, signal_of(x))
    assert found["spike"].values.tolist() == [1_000, 3_210]
    lower, upper = found["lambda_max_interval"].values
    assert lower <= 0.4192 <= upper
    (line,) = [w for w in report.warnings(found, signal_of(x)) if "unlike" in w]
    assert "samples 1000, 3210 (counted from 0)" in line


def test_samples_far_out_are_named_and_kept():
    """A sensor that was at its stop for a while."""
    x = henon(5_000)[:, 0]
    x[2_000:2_020] = 9.0
    found = lyapunov.run(SMALL, signal_of(x))
    assert not found["spike"].size
    assert found["far"].values.tolist() == list(range(2_000, 2_020))
    (line,) = [w for w in report.warnings(found, signal_of(x)) if "far from" in w]
    assert "samples 2000, 2001" in line
    assert "… (counted from 0)" in line


@pytest.mark.parametrize("by", [1.0, -40.0])
def test_a_jump_to_another_level_is_named(by):
    """Of one variable, by a part of its range or out of it: an instrument that was moved."""
    x = lorenz_by_hand(3_000)
    x[1_700:, 1] += by * x[:, 1].std()
    found = lyapunov.run(SMALL, signal_of(x))
    assert found["jump"].values.tolist() == [1_700]
    (line,) = [w for w in report.warnings(found, signal_of(x)) if "jumps" in w]
    assert line == "jumps to another level at sample 1700 (counted from 0): is it one series?"


def test_what_jumps_again_and_again_is_made_to():
    square = (
        np.sign(np.sin(np.arange(3_000) / 97))[:, None] + 0.01 * np.sin(np.arange(3_000))[:, None]
    )
    assert not examine(square, rng()).jumps.size


@pytest.mark.parametrize("make", [henon, lorenz_by_hand])
def test_clean_series_have_no_spikes_no_grid_and_no_period(make):
    found = examine(make(2_000), rng())
    assert not found.spikes.any()
    assert not found.far.any()
    assert not found.jumps.size
    assert (found.rounding, found.repeats, found.noise) == (0, 0, 0)


def test_the_rare_and_high_is_no_spike():
    """Bursts of an excitable system are a part of it."""
    x = np.zeros(2_000)
    for at in range(50, 1_980, 97):
        x[at : at + 12] += np.hanning(12) * 20
    assert not find_spikes(standard(x + 0.1 * np.sin(np.arange(2_000)))).any()


def test_the_peaks_of_a_flow_are_no_spikes():
    x = series.run(simulated("rossler", dt=0.05, steps=1_500))["x"].values
    assert not find_spikes(standard(x)).any()


@pytest.mark.parametrize("period", [1, 2, 7])
def test_an_exact_period_is_found_after_its_transient(period):
    cycle = np.tile(rng().standard_normal(period), 1_400 // period)
    x = np.concatenate([rng().standard_normal(300), cycle])
    assert exact_period(x[:, None]) == period
    assert exact_period(rng().standard_normal((500, 1))) == 0


def test_a_series_that_repeats_is_not_chaotic():
    found = lyapunov.run(SMALL, signal_of(logistic(4_000, 3.5)))
    assert found.attrs["verdict"] == "not chaotic"
    assert found.attrs["reason"] == "it repeats itself every 4 steps"


@pytest.mark.parametrize("period", [2, 25])
def test_a_cycle_is_not_chaotic(period):
    cycle = simulated("cycle", parameters={"period": period}, steps=2_000)
    found = lyapunov.run(SMALL, signal_of(series.run(cycle)["x"].values))
    assert found.attrs["verdict"] == "not chaotic"
    assert found.attrs["reason"] == f"it repeats itself every {period} steps"


@pytest.mark.parametrize("level", [0.02, 0.1])
def test_noise_is_measured_and_taken_off(level):
    clean = standard(henon(4_000)[:, :1])
    noise = level * rng().standard_normal(clean.shape)
    found = examine(clean + noise, rng())
    assert found.noise == pytest.approx(level, rel=0.15)
    better = cleaned(found)
    assert better is not None
    truth = standard(clean)
    assert np.std(better - truth) < 0.5 * np.std(standard(clean + noise) - truth)


def test_the_exponent_of_noisy_samples_holds_the_truth():
    x = henon(5_000)[:, 0]
    x = x + 0.05 * x.std() * rng().standard_normal(len(x))
    found = lyapunov.run(SMALL, signal_of(x))
    assert found["noise_removed"] == pytest.approx(0.05, rel=0.15)
    lower, upper = found["lambda_max_interval"].values
    assert lower <= 0.4192 <= upper
