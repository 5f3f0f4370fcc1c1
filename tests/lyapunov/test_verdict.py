"""What is not chaotic is not called so, and what cannot be told is undecided."""

import numpy as np
import pytest
from by_hand import henon
from scipy.signal import lfilter
from simulated import simulated

from tausweep.lyapunov import stage as lyapunov
from tausweep.lyapunov.data import measure
from tausweep.lyapunov.verdict import Verdict, verdict
from tausweep.series import stage as series

from .samples import GOLDEN, SMALL, signal_of, standard


def quasi(steps: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two incommensurate phases of random period and beginning."""
    turn = 2 * np.pi * (np.arange(steps) / rng.uniform(10, 60) + rng.uniform())
    return turn, GOLDEN * turn


def sine(steps, rng):
    return np.sin(quasi(steps, rng)[0])


def circle(steps, rng):
    turn, _ = quasi(steps, rng)
    return np.c_[np.sin(turn), np.cos(turn)]


def torus(steps, rng):
    one, two = quasi(steps, rng)
    return np.sin(one) + 0.7 * np.sin(two)


def flat_torus(steps, rng):
    one, two = quasi(steps, rng)
    return np.c_[np.sin(one), np.cos(one), np.sin(two), np.cos(two)]


def spiral(steps, rng):
    return circle(steps, rng) * np.exp(-np.arange(steps) / rng.uniform(100, 600))[:, None]


def sawtooth(steps, rng):
    period = int(rng.integers(5, 60))
    return np.arange(steps) % period / period


def diffusing(steps, rng):
    """A circle whose phase is driven by noise."""
    turn = quasi(steps, rng)[0] + 0.05 * rng.standard_normal(steps).cumsum()
    return np.c_[np.sin(turn), np.cos(turn)]


def telegraph(steps, rng):
    return np.sign(np.cumprod(np.where(rng.uniform(size=steps) < 0.05, -1, 1)) + 0.0)


def beats(steps, rng):
    """Pulses of one shape at random intervals."""
    x = np.zeros(steps + 100)
    at = 10
    while at < steps:
        x[at : at + 20] += np.hanning(20)
        at += int(rng.normal(60, 8))
    return x[:steps]


def strange(steps, rng):
    """A strange non-chaotic attractor (Grebogi, Ott, Pelikan, Yorke 1984, Physica D 13, 261)."""
    x, phase, out = 0.3, rng.uniform(), []
    for _ in range(steps + 200):
        x = 3.0 * np.tanh(x) * np.cos(2 * np.pi * phase)
        phase = (phase + GOLDEN) % 1
        out.append(x)
    return np.array(out[200:])


def white(steps, rng):
    return rng.standard_normal(steps)


def autoregressive(steps, rng):
    return lfilter([1], [1, -0.9], rng.standard_normal(steps))


NEVER_CHAOTIC = {
    "sine": sine,
    "circle": circle,
    "torus, one variable": torus,
    "torus": flat_torus,
    "decay": spiral,
    "decay, one variable": lambda steps, rng: spiral(steps, rng)[:, 0],
    "decay, tiny noise": lambda n, rng: spiral(n, rng) + 1e-6 * rng.standard_normal((n, 2)),
    "noisy sine": lambda n, rng: sine(n, rng) + 0.05 * white(n, rng),
    "noisy circle": lambda n, rng: circle(n, rng) + 0.05 * rng.standard_normal((n, 2)),
    "sawtooth of whole steps": sawtooth,
    "quantised sine": lambda steps, rng: sine(steps, rng).round(2),
    "square wave": lambda steps, rng: np.sign(sine(steps, rng)),
    "diffusing phase": diffusing,
    "telegraph": telegraph,
    "random beats": beats,
    "strange, not chaotic": strange,
    "white": white,
    "white, three variables": lambda steps, rng: rng.standard_normal((steps, 3)),
    "noise with memory": autoregressive,
    "random walk": lambda steps, rng: rng.standard_normal(steps).cumsum(),
    "1/f² noise of steps": lambda n, rng: lfilter([1], [1, -0.999], rng.standard_normal(n)),
}


def judge(x: np.ndarray) -> Verdict:
    x = standard(x)
    return verdict(measure(x, SMALL), SMALL, len(x))


@pytest.mark.parametrize("name", list(NEVER_CHAOTIC))
def test_what_is_not_chaotic_is_not_called_so(name):
    for seed in range(2):
        found = judge(NEVER_CHAOTIC[name](1_500, np.random.default_rng(seed)))
        assert found.word != "chaotic", seed
        assert found.reason
        assert np.isnan(found.value)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(NEVER_CHAOTIC))
def test_what_is_not_chaotic_is_never_called_so(name):
    words = [
        judge(NEVER_CHAOTIC[name](1_500, np.random.default_rng([7, k]))).word for k in range(6)
    ]
    assert "chaotic" not in words


@pytest.mark.parametrize("name", ["circle", "torus, one variable", "sawtooth of whole steps"])
def test_what_is_regular_is_not_chaotic(name):
    """Its exponent is zero, and known to be: that is more than undecided."""
    found = lyapunov.run(SMALL, signal_of(NEVER_CHAOTIC[name](4_000, np.random.default_rng(0))))
    assert found.attrs["verdict"] == "not chaotic"
    for variable in ("lambda_max", "lambda_max_per_time", "lambda_max_interval", "tau_pred"):
        assert found[variable].isnull().all()
    assert found["tau_pred_interval"].isnull().all()
    assert found.attrs["estimated_by"] == "none"


def test_noise_is_not_explained():
    found = judge(white(3_000, np.random.default_rng(0)))
    assert found.word in ("no scaling range", "undecided")
    assert "unexplained: noise, too few samples, or too many dimensions" in found.reason


def test_too_few_samples_of_a_chaotic_flow_are_undecided_and_not_regular():
    x = series.run(simulated("rossler", dt=0.05, steps=1_500))["x"].values
    found = judge(x)
    assert found.word == "undecided"
    assert "series" in found.reason or "samples" in found.reason


def test_curves_that_disagree_widen_the_interval():
    x = standard(henon(2_000)[:, :1])
    made = measure(x, SMALL)
    line = made.line
    assert line is not None
    lower, upper = made.maps.interval
    far = {name: type(line)(0, 1, 9, 0.9, 0.0, (0.8, 1.0)) for name in ("rosenstein", "kantz")}
    other = type(made)(**{**vars(made), "by_estimator": far})
    assert verdict(made, SMALL, 2_000).interval == pytest.approx((lower, upper), rel=0.3)
    assert verdict(other, SMALL, 2_000).interval == pytest.approx((lower, 0.8))


def test_curves_decide_only_where_they_are_asked_for():
    """Straight curves of a series whose maps do not predict are no evidence of chaos."""
    x = standard(henon(2_000)[:, :1])
    made = measure(x, SMALL)
    tried = made.maps.best._replace(unexplained=0.5)
    worse = type(made)(
        **{**vars(made), "maps": type(made.maps)(**{**vars(made.maps), "best": tried})}
    )
    assert verdict(worse, SMALL, 2_000).word == "undecided"
    asked = SMALL.model_copy(update={"estimator": "curves"})
    assert verdict(worse, asked, 2_000).word == "chaotic"


def test_what_is_missing_is_said_however_large_the_noise():
    """The part of noise moves the upper end alone, so it is no reason that the lower is near zero."""
    made = measure(standard(henon(2_000)[:, :1]), SMALL)
    errors = made.maps.errors._replace(density=2.0, noise=9.0)
    wide = type(made.maps)(**{**vars(made.maps), "errors": errors, "interval": (-1.0, 9.0)})
    found = verdict(type(made)(**{**vars(made), "maps": wide}), SMALL, 2_000)
    assert found.word == "undecided"
    assert "moves with the length of the series" in found.reason


def test_every_part_that_lowers_the_interval_has_a_remedy():
    made = measure(standard(henon(2_000)[:, :1]), SMALL)
    reasons = set()
    for name in set(made.maps.errors._fields) - {"noise"}:
        errors = made.maps.errors._replace(**{name: 9.0})
        wide = type(made.maps)(**{**vars(made.maps), "errors": errors, "interval": (-1.0, 9.0)})
        reasons.add(verdict(type(made)(**{**vars(made), "maps": wide}), SMALL, 2_000).reason)
    assert len(reasons) == 6
    assert any("rare states" in reason for reason in reasons)


def test_a_series_whose_parameter_changes_is_undecided_and_says_so():
    x = np.concatenate([henon(2_500)[:, 0], henon(2_500, a=1.25)[:, 0]])
    found = lyapunov.run(SMALL, signal_of(x))
    assert found.attrs["verdict"] == "undecided"
    assert "its second half is not like its first" in found.attrs["reason"]


def test_a_series_that_stands_still_is_undecided():
    x = np.maximum(henon(2_000)[:, 0], 0.9)  # a sensor that reads no less
    found = judge(x)
    assert found.word == "undecided"
    assert found.reason.startswith("it stands still in ")
