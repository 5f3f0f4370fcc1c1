"""The exact model beside forward Euler: descent is where theory says."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import xarray as xr
from pydantic import ValidationError

from tausweep.theory.analyses.continuous import Continuous

SMALL = Continuous(truth=[-2.0, -0.1, 0.5], near=[-3.0, 0.0, 1.0], samples=10_000, time=20.0)


@pytest.fixture(scope="module")
def found():
    return SMALL.compute()


def off(found):
    """By how much descent errs from the flow, by mode."""
    gaps = []
    for mode in range(found.sizes["mode"]):
        each = found.isel(mode=mode)
        flow = np.interp(each["point_time"], each["theory_time"], each["theory"])
        gaps.append(float(np.abs(flow - each["descent"]).max()))
    return np.array(gaps)


def test_descent_errs_from_the_flow_in_proportion_to_its_step():
    errors = [off(SMALL.model_copy(update={"step": step}).compute()) for step in (0.1, 0.05, 0.025)]
    assert (errors[0] < 0.06).all()
    for coarse, fine in pairwise(errors):
        np.testing.assert_allclose(coarse / fine, 2, rtol=0.15)


def half_time(time, learned, truth):
    """When a mode that begins at zero is half learned."""
    return float(np.interp(0.5, learned / truth, time))


def test_what_decays_is_learned_later_than_euler_says_and_what_grows_sooner(found):
    modes = [found.isel(mode=i) for i in range(3)]
    for each in modes:
        euler = half_time(each["time"], each["euler"], each["mode"])
        assert euler == pytest.approx(np.log(2), rel=0.01)
    fast, slow, growing = (half_time(m["theory_time"], m["theory"], m["mode"]) for m in modes)
    assert fast > 1.5 * np.log(2)
    assert slow == pytest.approx(np.log(2), rel=0.1)
    assert growing < 0.8 * np.log(2)


def test_rates_near_the_truth_are_those_of_theory(found):
    np.testing.assert_allclose(found["measured_rate"], np.exp(2 * found["near"]), rtol=1e-5)
    np.testing.assert_allclose(found["rate"], np.exp(2 * found["exponent"]))


def test_of_exact_data_euler_goes_elsewhere(found):
    np.testing.assert_allclose(found["euler_limit"], np.expm1(found["mode"]))
    np.testing.assert_allclose(found["euler"].isel(time=-1), found["mode"])


def test_noise_damps_the_exact_model_for_ever_and_euler_to_a_limit(found):
    flow = np.interp(found["noise_time"], found["time"], found["noise_theory"])
    np.testing.assert_allclose(found["noise_descent"], flow, atol=0.25)  # a step is a fifth of 2w²
    late = found["noise_theory"].interp(time=[5, 10, 20])
    np.testing.assert_allclose(np.diff(late), -np.log(2) / 2, atol=0.05)
    assert found["noise_euler"].isel(time=-1) == pytest.approx(-1)


def test_noise_that_is_drawn_converges_to_the_mean_over_it():
    """Its moments decide: b = Σ y x / Σ x² of independent noise is of order 1/√m."""
    ends = [
        [float(SMALL.model_copy(update={"samples": m, "seed": s}).compute()["noise_descent"][-1])
         for s in range(4)]
        for m in (1_000, 1_000_000)
    ]  # fmt: skip
    assert np.std(ends[1]) < 0.1 * np.std(ends[0])


def test_seeds_decide(found):
    xr.testing.assert_identical(SMALL.compute(), found)
    other = SMALL.model_copy(update={"seed": 1}).compute()
    assert not np.array_equal(other["noise_descent"], found["noise_descent"])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"truth": [0.0]}, "truth must not hold zero"),
        ({"truth": [2.0], "time": 1e5}, "time 100000 takes 13,649,538 steps of descent"),
        ({"truth": [5.0]}, "less than or equal to 2"),
        ({"step": 0.9}, "less than or equal to 0.5"),
    ],
)
def test_what_would_not_end_or_not_be_learned_is_refused(settings, message):
    with pytest.raises(ValidationError, match=message):
        Continuous(**settings)
