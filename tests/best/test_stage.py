"""Stage `best` on a sweep made by hand, whose best τ and costs are known."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from tausweep.best.settings import Judging
from tausweep.best.stage import run

TAU = [5.0, 10.0, 20.0, 40.0]
MEDIAN = np.array([12.0, 3.0, 1.0, 40.0])
SPREAD = np.array([0.9, 1.0, 1.1])
"""Of the members, whose middle one is the median."""


def sweep(values, tau=TAU, block=None):
    """A training job for each τ and block of members, and the metric of all of them."""
    values = np.asarray(values, float)
    members = np.arange(values.shape[1])
    block = block or len(members)
    parts = [(t, members[i : i + block]) for t in tau for i in range(0, len(members), block)]
    train = [
        xr.Dataset({"tau": ((), t)}, {"member": m}, {"subject": "rnn trained by sparse_tf"})
        for t, m in parts
    ]
    metrics = xr.Dataset({"D_stsp": ("run", values.ravel())}, attrs={"metric": "d_stsp"})
    return train, [metrics]


def found(values, *, quantities=("D_stsp",), reference=(), **how):
    settings = Judging(quantities=list(quantities), resamples=500)
    return run(settings, *sweep(values, **how), list(reference))


def test_the_suggestion_its_range_and_what_another_costs(tmp_path):
    best = found(np.outer(MEDIAN, SPREAD))
    by = best.sel(quantity="D_stsp")
    assert (best["suggested"], best["members"]) == (20, 3)
    assert (by["best_tau"], by["edge"], by["learned"]) == (20, 0, 1)
    assert by["good"].values.tolist() == [20, 20]
    np.testing.assert_allclose(by["median"], MEDIAN)
    np.testing.assert_allclose(by["cost"], MEDIAN)
    # Half as long, 10 steps: 3 times as bad; twice as long, 40: 40 times.
    assert by["cost_otherwise"].values.tolist() == pytest.approx([3, 40])
    low, high = by["best_tau_interval"].values
    assert np.sqrt(200) <= low < 20 < high <= np.sqrt(800)
    assert {"long_name", "units"} <= set(by["cost_otherwise"].attrs)
    best.to_netcdf(tmp_path / "best.nc")


def test_at_an_edge_the_cost_beyond_is_not_known():
    best = found(np.outer([1.0, 2, 3, 4], SPREAD)).sel(quantity="D_stsp")
    assert (best["suggested"], best["edge"]) == (5, -1)
    assert np.isnan(best["cost_otherwise"].values[0])
    assert best["cost_otherwise"].values[1] == pytest.approx(2)


def test_where_half_of_the_members_are_lost_everywhere_nothing_is_suggested():
    lost = np.outer(MEDIAN, SPREAD)
    lost[:, 1:] = np.nan
    best = found(lost)
    assert np.isnan(best["suggested"])
    assert not best["learned"].any()
    assert np.isnan(best["cost_otherwise"]).all()


def test_a_sweep_that_stays_near_the_ceiling_was_not_learned():
    values = np.outer(MEDIAN, SPREAD)
    for ceiling, learned in ((10.0, 1), (1.5, 0)):
        bounds = xr.Dataset({"D_stsp_floor": 0.1, "D_stsp_ceiling": ceiling})
        assert found(values, reference=[bounds])["learned"].item() == learned


def test_what_has_its_floor_at_its_ceiling_tells_nothing():
    values = np.outer(MEDIAN, SPREAD)
    for ceiling, tells in ((10.0, 1), (1.2, 0)):
        bounds = xr.Dataset({"D_stsp_floor": 1.0, "D_stsp_ceiling": ceiling})
        assert found(values, reference=[xr.Dataset(), bounds])["tells"].item() == tells
    assert found(values)["tells"].item() == 1


def test_the_first_quantity_is_the_one_that_suggests():
    train, metrics = sweep(np.outer(MEDIAN, SPREAD))
    other = xr.Dataset({"D_H": ("run", np.repeat([1.0, 2, 3, 4], 3))}, attrs={"metric": "d_h"})
    for names, tau in ((["D_stsp", "D_H"], 20), (["D_H", "D_stsp"], 5)):
        settings = Judging(quantities=names, resamples=100)
        assert run(settings, train, [*metrics, other], [])["suggested"] == tau


def test_a_quantity_with_several_values_is_judged_at_one_place():
    train, _ = sweep(np.outer(MEDIAN, SPREAD))
    near, far = np.outer([2.0, 1, 3, 4], SPREAD), np.outer([2.0, 4, 1, 3], SPREAD)
    ahead = {"ahead": [1, 20]}
    values = ("run", "ahead"), np.stack([near.ravel(), far.ravel()], axis=1)
    metrics = xr.Dataset({"prediction_error": values}, ahead)
    reference = xr.Dataset({"prediction_error_ceiling": ("ahead", [5.0, 0.5])}, ahead)
    names = ["prediction_error@1", "prediction_error@20"]
    best = run(Judging(quantities=names, resamples=100), train, [metrics], [reference])
    assert best["best_tau"].values.tolist() == [10, 20]
    assert best["learned"].values.tolist() == [1, 0]  # at 20 even the best is above the ceiling
    assert np.isnan(best["times_floor"]).all()


@pytest.mark.parametrize(
    ("quantity", "told"),
    [
        ("D_stpp", "must be a distance .* found 'D_stpp'; allowed: D_stsp, .*prediction_error@N"),
        ("prediction_error", "a value for each number of steps ahead: name one, as prediction_e"),
        ("D_stsp@3", "D_stsp has one value, found 'D_stsp@3': name it without @3"),
        ("lyapunov_dimension", "must be a distance from the data, lower being better"),
    ],
)
def test_what_a_tau_cannot_be_judged_by(quantity, told):
    with pytest.raises(ValueError, match=told):
        Judging(quantities=[quantity])


def test_of_a_costly_metric_files_follow_each_other():
    train, [metrics] = sweep(np.outer(MEDIAN, SPREAD))
    parts = [metrics.isel(run=slice(3 * i, 3 * i + 3)) for i in range(len(TAU))]
    settings = Judging(quantities=["D_stsp"], resamples=100)
    xr.testing.assert_identical(
        run(settings, train, [metrics], []), run(settings, train, parts, [])
    )


def test_blocks_of_members_and_the_order_of_tau_do_not_count():
    values = np.outer(MEDIAN, SPREAD)
    one = found(values)
    xr.testing.assert_identical(one, found(values, block=1))
    xr.testing.assert_identical(one, found(values[::-1], tau=TAU[::-1]))


positive = st.floats(1e-3, 1e3) | st.just(np.nan)


@given(
    st.lists(st.lists(positive, min_size=4, max_size=4), min_size=4, max_size=4),
    st.permutations(range(4)),
    st.sampled_from([2.0**-10, 0.5, 4.0, 1024.0]),
)
def test_neither_the_order_of_members_nor_units_change_what_is_said(values, order, unit):
    values = np.array(values)
    one, other = found(values), found(unit * values[:, order])
    exact = ["suggested", "best_tau", "good", "edge", "learned"]
    xr.testing.assert_equal(one[exact], other[exact])
    np.testing.assert_allclose(one["cost"], other["cost"], rtol=1e-12)
    np.testing.assert_allclose(one["cost_otherwise"], other["cost_otherwise"], rtol=1e-9)
