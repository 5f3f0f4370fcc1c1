"""λ_max from data, and verdicts where there is none."""

from typing import NamedTuple

import numpy as np
import pytest
import xarray as xr
from by_hand import henon
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.signal import lfilter
from simulated import simulated

from tausweep.lyapunov import stage as lyapunov
from tausweep.lyapunov.data import measure
from tausweep.lyapunov.settings import Embedding, Lyapunov
from tausweep.series import stage as series
from tausweep.signal import stage as signal
from tausweep.signal.settings import Signal
from tausweep.statespace.surrogates import phase_randomised
from tausweep.systems.system import Simulated

from .samples import SMALL, signal_of, standard

STEPS = 10_000


class Known(NamedTuple):
    """A simulated system whose exponent is known, in nats per unit of time."""

    series: Simulated
    truth: float
    within: float = 0.05
    """Largest relative error of the estimate."""


def long(name: str, **settings) -> Simulated:
    return simulated(name, steps=STEPS, **settings)


WOLF = {"sigma": 16.0, "rho": 45.92, "beta": 4.0}
KNOWN = {
    "henon": Known(long("henon"), 0.4192, 0.03),
    "logistic 4": Known(long("logistic"), np.log(2), 0.02),
    "logistic 3.9": Known(long("logistic", parameters={"r": 3.9}), 0.4953, 0.02),
    "lorenz": Known(long("lorenz63", dt=0.05), 0.9056),
    "lorenz, one variable": Known(long("lorenz63", dt=0.05, observe=["x"]), 0.9056, 0.1),
    "wolf": Known(long("lorenz63", dt=0.03, parameters=WOLF), 1.504),
    "rossler": Known(long("rossler", dt=0.2), 0.0711, 0.15),
    "ueda": Known(long("ueda", dt=0.1), 0.1039, 0.25),
    "mackey-glass": Known(long("mackey_glass"), 0.00513, 0.25),
}


def measured(known: Known, seed: int) -> tuple[float, float, float, xr.Dataset]:
    """The estimate and its interval per unit of time."""
    own = known.series.model_copy(update={"seed": seed})
    # Few reference points: the curves are not what is tested here.
    found = lyapunov.run(SMALL, signal.run(Signal(held_out=0.0), series.run(own)))
    lower, upper = found["lambda_max_interval"].values / own.dt
    return float(found["lambda_max_per_time"]), lower, upper, found


@pytest.mark.parametrize("name", list(KNOWN))
def test_the_exponent_of_known_systems(name):
    known = KNOWN[name]
    value, lower, upper, found = measured(known, seed=1)
    assert found.attrs["verdict"] == "chaotic"
    assert found.attrs["estimated_by"] == "maps"
    assert value == pytest.approx(known.truth, rel=known.within)
    assert lower <= known.truth <= upper


@pytest.mark.slow
def test_the_exponent_of_a_system_of_many_dimensions():
    known = Known(long("lorenz96", parameters={"N": 20}), 1.546)
    value, lower, upper, found = measured(known, seed=1)
    assert found.attrs["verdict"] == "chaotic"
    assert lower <= known.truth <= upper
    assert value == pytest.approx(known.truth, rel=known.within)
    assert found["maps_kind"][0] == "global"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["logistic 4", "lorenz"])
def test_the_interval_holds_the_truth_of_other_seeds(name):
    known = KNOWN[name]
    held = 0
    for seed in range(1, 11):
        _, lower, upper, _ = measured(known, seed)
        held += lower <= known.truth <= upper
    assert held >= 9


@pytest.mark.parametrize("sensors", [12, 64])
def test_many_sensors_of_one_attractor_have_its_exponent(sensors):
    """tanh of mixtures of the Lorenz variables: most of their directions hold nothing new."""
    z = standard(series.run(simulated("lorenz63", steps=5_000, dt=0.05))["x"].values)
    mixed = np.tanh(0.5 * z @ np.random.default_rng(1).standard_normal((3, sensors)))
    found = lyapunov.run(SMALL, signal_of(mixed, dt=0.05))
    assert found.attrs["verdict"] == "chaotic"
    lower, upper = found["lambda_max_interval"].values / 0.05
    assert lower <= 0.9056 <= upper
    assert upper - lower < 0.3


@pytest.mark.slow
@pytest.mark.parametrize("name", ["henon", "lorenz", "wolf"])
def test_the_curves_alone_hold_the_truth(name):
    known = KNOWN[name]
    found = lyapunov.run(
        Lyapunov(estimator="curves"), signal.run(Signal(held_out=0.0), series.run(known.series))
    )
    assert found.attrs["estimated_by"] == "curves"
    assert found["lambda_max_per_time"] == pytest.approx(known.truth, rel=0.15)
    lower, upper = found["lambda_max_interval"].values / known.series.dt
    assert lower <= known.truth <= upper


@pytest.fixture(scope="module")
def lorenz():
    return series.run(simulated("lorenz63", steps=4_000, dt=0.05, transient=20.0))["x"].values


# ----------------------------------------------------------------------- units and invariances


@settings(deadline=None, max_examples=3)
@given(
    scale=st.tuples(*3 * [st.floats(1e-3, 1e3)]),
    shift=st.tuples(*3 * [st.floats(-1e2, 1e2)]),
    dt=st.floats(0.01, 10.0),
)
def test_units_of_the_variables_change_nothing(lorenz, scale, shift, dt):
    found = lyapunov.run(SMALL, signal_of(lorenz))
    other = lyapunov.run(SMALL, signal_of(np.array(scale) * lorenz + shift, dt=dt))
    value = float(found["lambda_max"])
    assert other["lambda_max"] == pytest.approx(value, rel=1e-4)
    assert other["lambda_max_per_time"] == pytest.approx(value / dt, rel=1e-4)
    assert other["tau_pred"] == pytest.approx(np.log(2) / value, rel=1e-4)


def test_samples_are_standardised_whatever_the_signal(lorenz):
    """A signal in the series' own units, of sizes that differ by 10⁷."""
    one = measure(lorenz, SMALL)
    other = measure(lorenz * [1e4, 1.0, 1e-3], SMALL)
    assert other.maps.exponent == pytest.approx(one.maps.exponent, rel=1e-4)


def test_the_order_of_the_variables_changes_nothing(lorenz):
    x = standard(lorenz[:2_000])
    one, other = (measure(y, SMALL).maps.exponent for y in (x, x[:, ::-1]))
    assert other == pytest.approx(one, rel=1e-4)


def test_both_units_and_the_predictability_time(lorenz):
    found = lyapunov.run(SMALL, signal_of(lorenz, dt=0.05))
    value = float(found["lambda_max"])
    assert found["lambda_max_per_time"] == pytest.approx(value / 0.05)
    assert found["tau_pred"] == pytest.approx(np.log(2) / value)
    assert found["lambda_max"].attrs["units"] == "nat step-1"
    lower, upper = found["lambda_max_interval"].values
    assert lower < value < upper
    np.testing.assert_allclose(
        found["tau_pred_interval"].values, [np.log(2) / upper, np.log(2) / lower]
    )


def test_the_held_out_part_is_not_looked_at(lorenz):
    sample = signal_of(lorenz, held_out=0.5)
    found = lyapunov.run(SMALL, sample)
    spoilt = sample.copy(deep=True)
    spoilt["x"][int(sample["train_steps"]) :] = 0.0
    assert found.identical(lyapunov.run(SMALL, spoilt))


def test_every_variable_says_what_it_is(lorenz):
    found = lyapunov.run(SMALL, signal_of(lorenz))
    for name in found.variables:
        assert {"long_name", "units"} <= set(found[name].attrs), name


def test_the_estimate_alone_has_no_interval_and_no_curves(lorenz):
    alone = lyapunov.run(SMALL.model_copy(update={"interval": False}), signal_of(lorenz))
    whole = lyapunov.run(SMALL, signal_of(lorenz))
    assert alone.attrs["verdict"] == "chaotic"
    assert alone["lambda_max"] == whole["lambda_max"]
    assert alone["lambda_max_interval"].isnull().all()
    assert alone.sizes["curve"] == 0


def test_noise_that_a_step_took_off_is_known():
    own = simulated("henon", steps=4_000, observe=["x"], noise=0.05)
    steps = {"held_out": 0.0, "steps": [{"step": "denoise"}]}
    found = lyapunov.run(SMALL, signal.run(Signal(**steps), series.run(own)))
    assert found["noise_removed"] == pytest.approx(0.05, rel=0.2)
    lower, upper = found["lambda_max_interval"].values
    assert lower <= 0.4192 <= upper


def test_a_range_by_hand_in_a_signal(lorenz):
    found = lyapunov.run(
        Lyapunov(fit_range=(8, 48), reference_points=1_000), signal_of(lorenz, dt=0.05)
    )
    # The first and last lag in it at which the curve is computed.
    spacing = int(found["lag"][1])
    assert 8 <= found["fit_start"] < 8 + spacing
    assert 48 - spacing < found["fit_stop"] <= 48
    assert found.attrs["estimated_by"] == "curves"
    assert found["lambda_max_per_time"] == pytest.approx(0.9, rel=0.3)


# ------------------------------------------------------------------------------------- surrogates


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 1_000), length=st.integers(50, 401), variables=st.integers(1, 3))
def test_surrogates_keep_all_spectra(seed, length, variables):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((length, variables)).cumsum(axis=0) @ rng.standard_normal(
        (variables, variables)
    )
    copy = phase_randomised(x, rng)
    before, after = np.fft.rfft(x, axis=0), np.fft.rfft(copy, axis=0)
    cross = before[:, :, None] * before[:, None].conj()
    scale = np.abs(cross).max()
    np.testing.assert_allclose(
        after[:, :, None] * after[:, None].conj(), cross, rtol=0, atol=1e-10 * scale
    )
    np.testing.assert_allclose(copy.mean(axis=0), x.mean(axis=0), atol=1e-10 * np.abs(x).max())
    assert not np.allclose(copy, x)


def p_value(x: np.ndarray, seed: int = 0) -> float:
    given_both = Embedding(dimension=3, delay=2)
    own = SMALL.model_copy(update={"surrogates": 19, "embedding": given_both, "seed": seed})
    return measure(standard(x), own).p_value


def test_surrogates_tell_determinism_from_noise(lorenz):
    assert p_value(lorenz[:2_000]) == pytest.approx(1 / 20)


def test_noise_is_like_its_surrogates():
    found = [
        p_value(
            lfilter([1], [1, -0.9], np.random.default_rng(seed).standard_normal((1_000, 1)), axis=0)
        )
        for seed in range(5)
    ]
    assert sum(p > 0.05 for p in found) >= 4


# --------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("settings", "length", "message"),
    [
        ({"max_lag": 1_500}, 2_000, r"lyapunov.max_lag is 1500 steps.* 2000: lower it"),
        ({"fit_range": (0, 1_900)}, 2_000, r"lyapunov.fit_range must end within the \d+ steps"),
        ({"fit_range": (5, 8)}, 2_000, r"lyapunov.fit_range must hold more than 8 lags"),
        (
            {"embedding": Embedding(dimension=100, delay=100)},
            2_000,
            r"lyapunov.embedding spans 9900 steps",
        ),
    ],
)
def test_settings_that_do_not_fit_the_signal_are_refused(lorenz, settings, length, message):
    with pytest.raises(ValueError, match=message):
        lyapunov.run(Lyapunov(**settings), signal_of(lorenz[:length]))


def test_a_range_is_of_the_curves():
    with pytest.raises(ValidationError, match="fit_range is of the curves, and estimator is maps"):
        Lyapunov(estimator="maps", fit_range=(5, 50))


@pytest.mark.parametrize("samples", [20, 60, 200, 500])
def test_short_series_get_a_verdict(samples):
    found = lyapunov.run(SMALL, signal_of(henon(samples)[:, 0]))
    assert found.attrs["verdict"] in ("undecided", "chaotic", "no scaling range")
    assert found.attrs["reason"]
    if samples >= 500:
        assert found.attrs["verdict"] == "chaotic"
