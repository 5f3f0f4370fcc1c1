"""What a metric is read between, and whether there is anything between."""

import math

import numpy as np
import pytest
import xarray as xr

from tausweep.metrics.bounds import Bounds


@pytest.mark.parametrize(
    ("value", "floor", "ceiling", "expected"),
    [
        (1, 0, 2, True),
        (1.1, 0, 2, False),
        (9, np.nan, np.nan, True),
        (1.9, np.nan, 2, True),  # of forecasts, which have no floor: better than the mean
        (2, np.nan, 2, False),
        (9, 0, np.inf, True),
    ],
)
def test_what_is_nearer_to_the_ceiling_was_not_learned(value, floor, ceiling, expected):
    assert Bounds(floor, ceiling).learned(value) is expected
    assert not Bounds(floor, ceiling).learned(math.inf)
    assert not Bounds(floor, ceiling).learned(math.nan)


@pytest.mark.parametrize(
    ("floor", "ceiling", "expected"),
    [
        (0.06, 15.6, False),  # long Lorenz
        (6.57, 12.4, False),  # a tenth as long
        (11.249, 11.285, True),  # five delays of a short, smooth series in 30⁵ boxes
        (0.54, 0.44, True),  # a floor above the ceiling
        (math.nan, 1.0, False),
        (0.1, math.nan, False),
        (0.0, 0.0, False),
    ],
)
def test_they_meet_where_a_floor_is_most_of_its_ceiling(floor, ceiling, expected):
    assert Bounds(floor, ceiling).meet is expected


def test_they_are_read_from_a_file_and_only_where_they_are_one_number():
    found = xr.Dataset(
        {"a_floor": 1.0, "a_ceiling": 2.0, "b_ceiling": 3.0, "c_floor": ("n", [1.0, 2.0])}
    )
    assert Bounds.of(found, "a") == (1.0, 2.0)
    assert np.isnan(Bounds.of(found, "b").floor)
    assert Bounds.of(found, "b").ceiling == 3
    assert not Bounds.of(found, "c").known


def test_of_several_numbers_one_can_be_named():
    found = xr.Dataset({"a_ceiling": ("ahead", [1.0, 2.0])}, {"ahead": [5, 20]})
    assert Bounds.of(found, "a@20").ceiling == 2
    assert np.isnan(Bounds.of(found, "a@20").floor)
    assert np.isnan(Bounds.of(found, "a@7").ceiling)


@pytest.mark.parametrize(("floor", "times"), [(0.5, 4), (0.0, np.nan), (np.nan, np.nan)])
def test_how_many_times_the_floor(floor, times):
    np.testing.assert_equal(Bounds(floor, 9.0).times_floor(2.0), times)
