"""Stage `pool`: the members of several experiments below each other."""

import numpy as np
import pytest
import xarray as xr

from tausweep.pool.settings import Pool
from tausweep.pool.stage import run


def collected(members, floor, **more):
    """As much of collected results as is looked at."""
    n = 2 * members
    return xr.Dataset(
        {
            "D_stsp": ("run", np.arange(n) + floor, {"units": "nat"}),
            "prediction_error": (("run", "ahead"), np.ones((n, 2))),
            "excerpt": (("run", "step", "variable"), np.zeros((n, 5, 3))),
            "D_stsp_floor": ("signal", [floor, 2 * floor]),
            "prediction_error_ceiling": (("signal", "ahead"), [[1.0, 2.0], [3.0, 4.0]]),
            "lambda_max": ("signal", [0.1, 0.2]),
            **more,
        },
        {
            "series": ("run", np.repeat(np.array(["b", "a"], dtype=object), members)),
            "model": ("run", np.full(n, "RNN", dtype=object)),
            "member": ("run", np.tile(np.arange(members), 2)),
            "run": np.arange(n),
            "signal": np.array(["a", "b"], dtype=object),
            "ahead": [1, 10],
        },
    )


def test_members_have_the_name_of_their_experiment_and_the_bounds_of_their_series():
    found = run(Pool(experiments=["one", "two"]), [collected(2, 1.0), collected(3, 10.0)])
    assert found["experiment"].values.tolist() == ["one"] * 4 + ["two"] * 6
    assert found["run"].values.tolist() == list(range(10))
    np.testing.assert_array_equal(found["D_stsp"][:5], [1, 2, 3, 4, 10])
    np.testing.assert_array_equal(found["D_stsp_floor"], [2, 2, 1, 1, 20, 20, 20, 10, 10, 10])
    np.testing.assert_array_equal(found["prediction_error_ceiling"][0], [3, 4])
    assert found["D_stsp"].attrs["units"] == "nat"
    assert {"excerpt", "lambda_max", "signal"}.isdisjoint(found.variables)


def test_what_one_does_not_measure_is_nan_there():
    more = {"D_H": ("run", [0.1, 0.2])}
    found = run(Pool(experiments=["one", "two"]), [collected(1, 1.0, **more), collected(1, 1.0)])
    np.testing.assert_array_equal(found["D_H"], [0.1, 0.2, np.nan, np.nan])


def test_every_experiment_needs_its_name():
    with pytest.raises(ValueError, match="zip"):
        run(Pool(experiments=["one"]), [collected(1, 1.0), collected(1, 1.0)])
