"""Stage `claims` on collected results made by hand, whose answer is known."""

import numpy as np
import pytest
import xarray as xr

from tausweep.claims.settings import ClaimsOf
from tausweep.claims.stage import run
from tausweep.claims.words import MEANING

TAU = [5.0, 10.0, 20.0, 40.0]


def collected(series="lorenz", tau_pred=20.0, half=0.001, best=2, members=4):
    """An RNN by sparse_tf whose τ of this place is best, and one by bptt."""
    step = np.array([4.0, 3.0, 2.0, 3.0])
    step[best] = 0.1
    value = np.repeat(step, members) + 0.001 * np.tile(np.arange(members), len(TAU))
    tau = np.repeat(TAU, members)
    n = len(tau) + members
    lambda_max = np.log(2) / tau_pred
    text = np.full(n, series, dtype=object)
    method = np.array(["sparse_tf"] * len(tau) + ["bptt"] * members, dtype=object)
    setting = np.array(["tau"] * len(tau) + [""] * members, dtype=object)
    return xr.Dataset(
        {
            "D_stsp": ("run", np.r_[value, np.full(members, 9.0)]),
            "lambda_max": ("signal", [lambda_max]),
            "lambda_max_interval": (
                ("signal", "bound"),
                [[lambda_max * (1 - half), lambda_max * (1 + half)]],
            ),
            "tau_pred": ("signal", [tau_pred]),
            "tau_pred_equations": ("signal", [np.nan]),
            "lambda_max_equations": ("signal", [np.nan]),
        },
        {
            "series": ("run", text),
            "model": ("run", np.full(n, "RNN", dtype=object)),
            "method": ("run", method),
            "setting": ("run", setting),
            "tau": ("run", np.r_[tau, np.full(members, np.nan)]),
            "member": ("run", np.r_[np.tile(np.arange(members), len(TAU)), np.arange(members)]),
            "signal": ("signal", [series]),
        },
    )


def settings(*names):
    return ClaimsOf(experiments=list(names), resamples=1_000)


def test_the_best_tau_and_its_ratio(tmp_path):
    found = run(settings("e"), [collected()])
    assert dict(found.sizes) == {"sweep": 1, "quantity": 2, "source": 2, "bound": 2, "signal": 1}
    assert found["best_tau"].sel(quantity="D_stsp").item() == 20
    assert found["ratio"].sel(quantity="D_stsp", source="data").item() == pytest.approx(1)
    assert found["verdict"].sel(quantity="D_stsp", source="data").item() == "near one"
    low, high = found["ratio_interval"].sel(quantity="D_stsp", source="data").values[0]
    # Half-way to the neighbours: √2 each way, less what 95 % leave out at both ends.
    assert low == pytest.approx(2 ** (-0.5 * 0.95), rel=0.02)
    assert high == pytest.approx(2 ** (0.5 * 0.95), rel=0.02)
    # What is not measured, or not known, is no number and breaks nothing.
    assert np.isnan(found["best_tau"].sel(quantity="D_H").item())
    assert found["verdict"].sel(quantity="D_stsp", source="equations").item() == "unknown"
    found.to_netcdf(tmp_path / "claims.nc")
    assert "1 [" in found["sentence"].sel(quantity="D_stsp").item()


@pytest.mark.parametrize(
    ("ceiling", "verdict"), [(9.0, "near one"), (0.15, "not learned"), (0.012, "cannot tell")]
)
def test_a_sweep_that_stays_at_the_ceiling_says_nothing(ceiling, verdict):
    bounds = {"D_stsp_floor": ("signal", [0.01]), "D_stsp_ceiling": ("signal", [ceiling])}
    found = run(settings("e"), [collected().assign(bounds)])
    assert found["verdict"].sel(quantity="D_stsp", source="data").item() == verdict
    assert MEANING.get(verdict, "cannot tell") in found["sentence"].values[0, 0]


def test_what_is_far_above_its_floor_is_said_to_be():
    for floor, said in ((0.001, True), (0.02, False)):
        bounds = {"D_stsp_floor": ("signal", [floor]), "D_stsp_ceiling": ("signal", [9.0])}
        found = run(settings("e"), [collected().assign(bounds)])
        assert found["times_floor"][0, 0] == pytest.approx(found["best_median"][0, 0] / floor)
        times = "; even there it is 1e+02 times the floor."
        assert found["sentence"].values[0, 0].endswith(times) is said


def test_forecasts_judge_a_tau_at_one_number_of_steps():
    rows = collected()
    errors = np.stack([rows["D_stsp"], rows["D_stsp"][::-1]], axis=1)
    ahead = {"prediction_error": (("run", "ahead"), errors), "ahead": [5, 20]}
    by = settings("e").model_copy(update={"quantities": ["prediction_error@5", "D_stsp"]})
    found = run(by, [rows.assign(ahead)])
    both = found["best_tau"].values[0].tolist()
    assert both == [20, 20]
    assert "by prediction_error@5 the best" in found["sentence"].values[0, 0]
    elsewhere = by.model_copy(update={"quantities": ["prediction_error@7"]})
    nowhere = run(elsewhere, [rows.assign(ahead)])
    assert np.isnan(nowhere["best_tau"]).all()
    assert (nowhere["verdict"] == "not measured").all()
    assert nowhere["sentence"].values[0, 0] == "lorenz: prediction_error@7 is not measured."


def test_a_metric_that_cannot_tell_is_named_also_where_there_is_no_tau_pred():
    bounds = {"D_stsp_floor": ("signal", [11.25]), "D_stsp_ceiling": ("signal", [11.28])}
    found = run(settings("e"), [collected(tau_pred=np.nan).assign(bounds)])
    for name in ("verdict", "signal_verdict"):
        assert (found[name].sel(quantity="D_stsp") == "cannot tell").all()
        assert (found[name].sel(quantity="D_H") == "not measured").all()
    assert "D_stsp says nothing" in found["sentence"].values[0, 0]


def test_the_uncertainty_of_lambda_enters_the_ratio():
    sharp, vague = (run(settings("e"), [collected(half=half)]) for half in (0.001, 0.8))

    def width(found):
        low, high = found["ratio_interval"].sel(quantity="D_stsp", source="data").values[0]
        return high / low

    assert width(vague) > 2 * width(sharp)


def test_experiments_are_told_apart_and_adding_one_changes_no_other():
    one = run(settings("a"), [collected()])
    two = run(settings("a", "b"), [collected(), collected(best=1)])
    assert two["experiment"].values.tolist() == ["a", "b"]
    assert two["best_tau"].sel(quantity="D_stsp").values.tolist() == [20, 10]
    xr.testing.assert_equal(one["ratio_interval"][0], two["ratio_interval"][0])


def test_an_experiment_that_measures_none_of_them_is_named():
    with pytest.raises(ValueError, match=r"claims.quantities: none of D_x is measured in .* e:"):
        run(settings("e").model_copy(update={"quantities": ["D_x"]}), [collected()])
