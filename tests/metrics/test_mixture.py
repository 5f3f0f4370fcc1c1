"""D_stsp by Gaussian mixtures: exact identities, analytic divergences."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from motions import noise

from tausweep.metrics import mixture
from tausweep.metrics.d_stsp import DStsp
from tausweep.metrics.mixture import Mixture


def d_stsp(data, orbit, **settings):
    metric = DStsp(**settings)
    p, q = metric.describe(data, data), metric.describe(orbit, data)
    return metric.distance(p, q)["D_stsp"]


@settings(deadline=None, max_examples=20)
@given(st.integers(6, 40), st.integers(2, 300), st.floats(0.01, 10), st.integers(0, 9))
def test_identical_trajectories_have_no_divergence(variables, steps, variance, seed):
    x = noise(steps, variables, seed=seed)
    assert d_stsp(x, x.copy(), variance=variance) == 0
    assert abs(d_stsp(x, x[::-1], variance=variance)) < 1e-9


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 12), st.floats(0.1, 4), st.floats(-2, 2))
def test_two_gaussians_have_their_analytic_divergence(variables, variance, shift):
    """KL(N(0, σ²) ‖ N(a, σ²)) = |a|² / 2σ²."""
    a = np.full((1, variables), shift)
    p, q = Mixture(np.zeros_like(a), 1, variance), Mixture(a, 1, variance)
    expected = variables * shift**2 / (2 * variance)
    error = math.sqrt(2 * expected / 100_000)  # of the mean over samples
    assert mixture.divergence(p, q, 100_000) == pytest.approx(expected, abs=5 * error + 1e-9)


def test_density_is_that_of_the_mixture():
    centres, x = noise(7, 3), noise(5, 3, seed=1)
    expected = [
        math.log(
            sum(math.exp(-sum((a - b) ** 2) / (2 * 0.3)) for b in centres)
            / (7 * (2 * math.pi * 0.3) ** 1.5)
        )
        for a in x
    ]
    assert Mixture(centres, 7, 0.3).log_density(x) == pytest.approx(expected, rel=1e-12)


def test_blocks_change_nothing(monkeypatch):
    x, y = noise(300, 8), noise(300, 8, seed=1)
    whole = d_stsp(x, y)
    monkeypatch.setattr(mixture, "BLOCK", 1_000)
    assert d_stsp(x, y) == pytest.approx(whole, rel=1e-12)


def test_far_points_do_not_underflow():
    data = noise(200, 6)
    assert d_stsp(data, data + 1e3, variance=1.0) == pytest.approx(3e6, rel=0.2)


def test_units_of_the_variables_do_not_matter():
    data, orbit = noise(200, 6), noise(200, 6, seed=1)
    scale, shift = 10.0 ** np.arange(-3, 3), np.arange(6)
    assert d_stsp(data * scale + shift, orbit * scale + shift) == pytest.approx(
        d_stsp(data, orbit), rel=1e-9
    )


def test_what_an_orbit_lacks_after_divergence_makes_it_worse():
    data, orbit = noise(2_000, 6), noise(2_000, 6, seed=1)
    scores = []
    for steps in (2_000, 1_000, 100, 0):
        lost = orbit.copy()
        lost[steps:] = math.nan
        scores.append(d_stsp(data, lost))
    assert scores == sorted(scores)
    assert scores[1] == pytest.approx(scores[0] + math.log(2), abs=0.1)
    assert scores[-1] == math.inf


def test_it_is_chosen_above_five_variables_only():
    for variables, method in ((5, "histogram"), (6, "gaussian mixture")):
        x = noise(50, variables)
        assert isinstance(DStsp().describe(x, x), Mixture) == (variables == 6)
        assert DStsp().about(variables)["method"] == method


def test_centres_are_spread_over_all_of_the_trajectory():
    x = np.arange(10.0)[:, None]
    assert mixture.around(x, x, 1.0, 4).number == 4
    centres = mixture.around(x, x, 1.0, 4).centres * x.std() + x.mean()
    assert centres[:, 0] == pytest.approx([0, 3, 6, 9])
