"""Which maps are chosen, and what their interval is made of."""

import numpy as np
import pytest
from by_hand import henon
from scipy.signal import lfilter

from tausweep.lyapunov import estimate as lyapunov
from tausweep.lyapunov import maps
from tausweep.lyapunov.estimate import Errors, Estimate
from tausweep.lyapunov.search import Search

from .samples import standard


def estimate(x: np.ndarray, **how) -> Estimate | None:
    tried = Search(
        x, np.zeros(len(x), dtype=bool), delay=1, dimension=2, vary_dimension=True, period=3.0,
        flow=False, theiler=3,
    )  # fmt: skip
    return lyapunov.estimate(tried, **{"removed": 0.0, "interval": True, "confidence": 0.95} | how)


@pytest.fixture(scope="module")
def found() -> Estimate:
    made = estimate(standard(henon(4_000)[:, :1]))
    assert made is not None
    return made


def test_the_best_recipe_leaves_the_least_unexplained_per_step(found):
    biases = [each.bias for each in found.tried]
    assert biases == sorted(biases)
    assert found.best == found.tried[0]
    assert {each.recipe.rank for each in found.tried} > {1, 2, 3}
    assert {each.recipe.dimension for each in found.tried} > {1, 2, 3}


def test_the_interval_is_the_sum_of_its_parts(found):
    lower, upper = found.interval
    assert lower == pytest.approx(found.exponent - found.errors.total)
    assert upper == pytest.approx(found.exponent + found.errors.total)
    parts = Errors(3.0, 4.0, 2.0, 0.0, 0.0, 12.0, 0.0)
    assert parts.total == 13.0  # of neighbourhood and density the larger
    assert parts._replace(rare=84.0).total == 85.0


def test_maps_of_a_deterministic_series_predict_better_the_nearer_neighbours_are(found):
    assert found.order > 1.2
    walk = np.random.default_rng(0).standard_normal(3_000)
    noise = estimate(standard(lfilter([1], [1, -0.9], walk)))
    assert noise.order < 0.7


def test_maps_that_predict_badly_are_those_that_err_much_or_the_worst_tenth():
    few = np.r_[np.full(95, 0.01), np.full(5, 0.5)]
    assert lyapunov._known(few).sum() == 95
    many = np.linspace(0, 1, 101)
    assert lyapunov._known(many).sum() == 91


def test_noise_that_was_taken_off_widens_upwards():
    x = standard(henon(2_000)[:, :1])
    clean, noisy = estimate(x), estimate(x, removed=0.1)
    assert noisy.exponent == clean.exponent
    assert noisy.interval[1] - noisy.exponent > 0.19 * noisy.exponent
    assert noisy.interval[0] >= clean.interval[0]


def test_the_estimate_alone_is_the_same(found):
    alone = estimate(standard(henon(4_000)[:, :1]), interval=False)
    assert alone.exponent == found.exponent
    assert np.isnan(alone.interval).all()


def test_a_longer_series_narrows_the_interval():
    widths = []
    for steps in (1_000, 16_000):
        made = estimate(standard(henon(steps)[:, :1]))
        widths.append(made.interval[1] - made.interval[0])
    assert widths[1] < 0.5 * widths[0]


def test_too_few_states_make_no_map():
    assert estimate(standard(henon(40)[:, :1])) is None


def test_a_drift_is_seen_and_its_absence_too(found):
    assert found.drift < 1.5
    x, out = np.array([0.1, 0.1]), []
    for t in range(4_000):
        x = np.array([1 - (1.2 + 0.2 * t / 4_000) * x[0] ** 2 + x[1], 0.3 * x[0]])
        out.append(x[0])
    assert estimate(standard(out)).drift > 2


@pytest.mark.parametrize("correlated", [0.0, 0.8])
def test_the_sampling_error_is_that_of_a_correlated_mean(correlated):
    # ln of the growths as an AR(1): the standard error of its mean is σ / (1 − a) / √n.
    errors, means = [], []
    for seed in range(40):
        noise = np.random.default_rng(seed).standard_normal(6_000)
        growth = lfilter([1], [1, -correlated], noise)[1_000:]
        errors.append(maps.sampling_error(growth))
        means.append(growth.mean())
    expected = 1 / (1 - correlated) / np.sqrt(5_000)
    assert np.mean(errors) == pytest.approx(expected, rel=0.1)
    assert np.std(means, ddof=1) == pytest.approx(expected, rel=0.35)
