"""Entropy and complexity of orbits beside those of the data."""

import numpy as np
import pytest
import xarray as xr
from by_hand import lorenz_by_hand

from tausweep.metrics.complexity import Complexity
from tausweep.metrics.stage import run
from tausweep.reference.settings import Reference
from tausweep.reference.stage import run as reference

NAMES = ("permutation_entropy", "statistical_complexity")
TRAIN, STEPS = 3_000, 2_500
SAME, STILL, CYCLE, NOISE, LOST, LOST_LATE = range(6)


def signal_of(x, train=TRAIN):
    return xr.Dataset(
        {"x": (("time", "variable"), x), "train_steps": train},
        coords={"variable": [f"v{i}" for i in range(x.shape[1])]},
    )


@pytest.fixture(scope="module")
def data():
    x = lorenz_by_hand(TRAIN + STEPS)
    return (x - x[:TRAIN].mean(axis=0)) / x[:TRAIN].std(axis=0)


@pytest.fixture(scope="module")
def found(data):
    """Of members that know the data, rest, go round, are noise, and diverged, early or late."""
    x = np.stack([data[TRAIN:]] * 6)
    x[STILL] = 0.3
    x[CYCLE] = np.sin(2 * np.pi * np.arange(STEPS) / 50)[:, None]
    x[NOISE] = np.random.default_rng(0).normal(size=(STEPS, 3))
    x[LOST, 100:] = np.nan
    orbit = xr.Dataset(
        {
            "x": (("member", "time", "variable"), x.astype(np.float32)),
            "diverged": ("member", np.array([0, 0, 0, 0, 1, 1], np.int8)),
        },
        coords={"member": range(6)},
    )
    return run(Complexity(), signal_of(data), orbit=[orbit])


def test_orbits_are_told_apart(found):
    h, c = (found[name].values for name in NAMES)
    assert found["permutation_entropy"].dims == ("run", "variable")
    assert (h[STILL] == 0).all()
    assert (c[STILL] == 0).all()
    assert (h[CYCLE] < h[SAME]).all()
    assert (h[SAME] < h[NOISE]).all()
    assert (h[NOISE] > 0.99).all()
    assert (c[NOISE] < 0.03).all()
    assert (c[SAME] > 0.3).all()
    assert np.isnan(h[[LOST, LOST_LATE]]).all()
    assert np.isnan(c[[LOST, LOST_LATE]]).all()


def test_the_data_have_values_of_their_own(found, data):
    beside = reference(Reference(metric=Complexity(), steps=STEPS), signal_of(data))
    assert set(beside.data_vars) == {f"{name}_data" for name in NAMES} | {"n"}
    for name in NAMES:
        np.testing.assert_allclose(beside[f"{name}_data"], found[name][SAME], atol=1e-3)
        assert "held-out data" in beside[f"{name}_data"].attrs["long_name"]
        assert beside[f"{name}_data"].attrs["delay"] == found[name].attrs["delay"]


def test_the_delay_follows_the_sampling_and_is_kept(data):
    every, other = (Complexity().suited(signal_of(x, len(x) // 2)) for x in (data, data[::2]))
    assert 5 <= every.delay <= 15
    assert other.delay == pytest.approx(every.delay / 2, abs=1)
    assert every.about(3) == {"order": 5, "delay": every.delay}
    given = Complexity(delay=3)
    assert given.suited(signal_of(data)) is given


def test_of_a_map_every_step_counts():
    x = np.empty((6_000, 1))
    x[0] = 0.3
    for t in range(len(x) - 1):
        x[t + 1] = 4 * x[t] * (1 - x[t])
    assert Complexity().suited(signal_of(x)).delay == 1


def test_a_fixed_point_that_flickers_in_its_last_digit_has_no_entropy(data):
    flicker = np.where(np.random.default_rng(0).random((STEPS, 3)) > 0.5, 1, 0)
    x = np.where(flicker, np.float32(0.3), np.nextafter(np.float32(0.3), np.float32(1)))
    metric = Complexity(delay=4)
    assert not metric.distance(None, metric.describe(x, data))["permutation_entropy"].any()


def test_too_few_data_are_refused_and_the_delay_keeps_within_few(data):
    with pytest.raises(ValueError, match=r"metrics\.complexity\.delay: a window of 5 samples, 700"):
        reference(Reference(metric=Complexity(delay=700), steps=STEPS), signal_of(data))
    few = signal_of(data[:40], 20)
    assert Complexity(order=7).suited(few).delay <= 3
