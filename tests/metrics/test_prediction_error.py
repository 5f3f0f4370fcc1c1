"""Errors of forecasts: none of the true map, the climatological one of the mean."""

import math

import numpy as np
import pytest
from linear import Linear, followed, signal
from motions import noise
from pydantic import ValidationError

from tausweep.metrics.prediction_error import PredictionError
from tausweep.reference.settings import Reference
from tausweep.reference.stage import run as reference

TURN = np.array([[math.cos(0.3), -math.sin(0.3)], [math.sin(0.3), math.cos(0.3)]])
"""A rotation: it neither grows nor shrinks."""


def error(model, data, **settings):
    return PredictionError(**settings).measure(model, data)["prediction_error"]


def test_the_true_map_makes_no_error():
    data = signal(followed(TURN, [1.0, 0.5], 900), 500)
    found = error(Linear(np.array([TURN, np.eye(2)])), data, steps=(1, 7, 50))
    assert found[0] == pytest.approx(np.zeros(3), abs=1e-12)
    assert (found[1] > 0.1).all()


def test_the_input_is_that_of_its_time():
    A, C = np.array([[0.5, 0.2], [0.0, -0.4]]), np.array([[1.0], [2.0]])
    s = noise(900, 1)
    data = signal(followed(A, [1.0, 1.0], 900, s, C), 500, s)
    assert error(Linear(A[None], C), data, steps=(1, 2, 20)) == pytest.approx(
        np.zeros((1, 3)), abs=1e-12
    )
    late = signal(data["x"].values, 500, np.roll(s, 1, axis=0))
    assert (error(Linear(A[None], C), late, steps=(1, 2, 20)) > 0.5).all()


def test_persistence_of_a_sine_by_hand():
    """x(t + n) − x(t) = 2 sin(ωn/2) cos(…), of root mean square √2 sin(ωn/2); that of x is 1/√2."""
    omega, steps = 2 * math.pi / 100, (1, 10, 50)
    x = np.sin(omega * np.arange(3_000))[:, None]
    found = error(Linear(np.eye(1)[None]), signal(x, 1_000), steps=steps, starts=100_000)
    assert found[0] == pytest.approx([2 * math.sin(omega * n / 2) for n in steps], rel=1e-2)


def test_forecasting_the_mean_is_the_ceiling():
    x = noise(4_000, 2) * [3.0, 0.1]
    x[:2_000] -= x[:2_000].mean(axis=0)
    data = signal(x, 2_000)
    metric = PredictionError(steps=(1, 30))
    bounds = reference(Reference(metric=metric, steps=1), data)
    found = metric.measure(Linear(np.zeros((1, 2, 2))), data)["prediction_error"]
    assert bounds["prediction_error_ceiling"].values == pytest.approx(found[0], rel=1e-9)
    assert found[0] == pytest.approx([1, 1], abs=0.05)
    stays = metric.measure(Linear(np.eye(2)[None]), data)["prediction_error"]
    assert bounds["prediction_error_persistence"].values == pytest.approx(stays[0], rel=1e-9)
    assert set(bounds.data_vars) == {f"prediction_error_{b}" for b in ("ceiling", "persistence")}
    assert bounds["ahead"].values.tolist() == [1, 30]


def test_a_model_that_leaves_for_infinity_has_an_infinite_error():
    data = signal(noise(900, 1), 100)
    found = error(Linear(np.array([[[1e10]], [[0.5]]])), data, steps=(1, 100))
    assert found[0, 1] == math.inf
    assert np.isfinite(found[1]).all()


def test_a_member_is_judged_alone():
    data = signal(noise(900, 2), 400)
    A = np.array([TURN, 0.5 * TURN, np.eye(2)])
    together = error(Linear(A), data)
    for order in ([1], [2, 0]):
        np.testing.assert_array_equal(error(Linear(A[order]), data), together[order])


def test_starts_are_spread_over_all_that_is_held_out():
    """Of 30 held-out samples the first and the last are used, and none before."""
    x = np.zeros((50, 1))
    x[[20, 49]] = 1.0
    data = signal(x, 20)
    still = Linear(np.zeros((1, 1, 1)))
    scale = PredictionError(steps=(1,), starts=29).measure(still, data)["prediction_error"]
    assert scale[0, 0] == pytest.approx(math.sqrt(1 / 29))
    x[20] = math.nan
    assert error(still, signal(x, 20), steps=(1,), starts=29)[0, 0] == math.inf


def test_more_steps_than_are_held_out_are_refused():
    data = signal(noise(100, 1), 80)
    with pytest.raises(ValueError, match=r"metrics\.prediction_error\.steps: 20 steps ahead"):
        error(Linear(np.eye(1)[None]), data, steps=(1, 20))
    assert error(Linear(np.eye(1)[None]), data, steps=(1, 19)).shape == (1, 2)


@pytest.mark.parametrize("steps", [(), (0,), (2, 1), (3, 3)])
def test_steps_ascend(steps):
    with pytest.raises(ValidationError):
        PredictionError(steps=steps)
