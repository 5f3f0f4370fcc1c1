"""The stages metrics, reference and members: lengths, divergence, floors, ceilings, order."""

import math

import numpy as np
import pytest
import xarray as xr
from motions import red_noise

from tausweep.members import stage as members
from tausweep.members.settings import Members
from tausweep.metrics.d_h import DH
from tausweep.metrics.d_h_legacy import DHLegacy
from tausweep.metrics.d_stsp import DStsp
from tausweep.metrics.d_stsp_legacy import DStspLegacy
from tausweep.metrics.settings import KINDS, Metrics
from tausweep.metrics.stage import run
from tausweep.reference.settings import Reference
from tausweep.reference.stage import run as reference

TRAIN, HELD_OUT, STEPS = 3_000, 2_600, 4_000
N = 2_600
COMPARISONS = (DStsp(bins=8), DH(), DStspLegacy(), DHLegacy(piece=500))
TRUE, STILL, LOST, LOST_LATE = range(4)
SCALE, MEAN = np.array([2.0, 0.5]), np.array([1.0, -0.3])  # of the series before standardising


def inputs(truth, scale, mean):
    """Four members: the truth itself, a constant, one diverged early and one after step n."""
    truth = (truth - truth[:TRAIN].mean(axis=0)) / truth[:TRAIN].std(axis=0)
    held_out = truth[TRAIN : TRAIN + HELD_OUT]
    x = np.stack([truth[TRAIN : TRAIN + STEPS]] * 4)
    x[STILL] = held_out.mean(axis=0)
    x[LOST, 200:] = math.nan
    x[LOST_LATE, 3_000:] = math.nan
    member = {"member": [4, 5, 6, 7]}
    loss = np.arange(4 * 30, dtype=float).reshape(4, 30)
    by_epochs = ("loss", "gradient_norm", "largest_gradient_norm")
    orbit = xr.Dataset(
        {
            "x": (("member", "time", "variable"), x.astype(np.float32)),
            "diverged": ("member", np.array([0, 0, 1, 1], dtype=np.int8)),
            "diverged_at": ("member", [-1, -1, 200, 3_000]),
        },
        coords=member,
    )
    about = {"long_name": "variable", "units": "1"}
    signal = xr.Dataset(
        {
            "x": (("time", "variable"), truth[: TRAIN + HELD_OUT]),
            "train_steps": TRAIN,
            "scale": ("variable", scale),
            "mean": ("variable", mean),
        },
        coords={"variable": ("variable", [f"u{i}" for i in range(truth.shape[1])], about)},
    )
    train = xr.Dataset(
        {
            **dict.fromkeys(by_epochs, (("member", "epoch"), loss)),
            "tau": 7,
            "of_tau_pred": 0.5,
        },
        coords=member,
    )
    return signal, orbit, train


@pytest.fixture(scope="module")
def two():
    return inputs(red_noise(TRAIN + HELD_OUT + STEPS, 2), SCALE, MEAN)


@pytest.fixture(scope="module")
def ten():
    return inputs(red_noise(TRAIN + HELD_OUT + STEPS, 10), np.ones(10), np.zeros(10))


def distance(metric, data, x, name):
    p, q = metric.describe(data, data), metric.describe(x, data)
    return metric.distance(p, q)[name]


@pytest.mark.parametrize("metric", COMPARISONS, ids=lambda m: m.name)
def test_files_have_their_schema(metric, two, tmp_path):
    signal, orbit, _ = two
    found = run(metric, signal, orbit=[orbit, orbit])
    assert set(found.data_vars) == set(metric.variables)
    for name, v in metric.variables.items():
        assert found[name].dims == ("run", *v.dims)
    assert found["member"].values.tolist() == [4, 5, 6, 7] * 2
    bounds = reference(Reference(metric=metric, steps=STEPS), signal)
    assert bounds["n"] == N
    wanted = {f"{n}_{b}" for n, v in metric.variables.items() for b in ("floor", "ceiling")
              if v.reference}  # fmt: skip
    assert set(bounds.data_vars) == wanted | {"n"}
    for file in (found, bounds):
        assert all({"long_name", "units"} <= file[v].attrs.keys() for v in file.variables)
        assert file.attrs["subject"]
        assert file.attrs["metric"] == metric.name
        file.to_netcdf(tmp_path / "file.nc")
        with xr.open_dataset(tmp_path / "file.nc") as read:
            xr.testing.assert_identical(read.load(), file)


def test_all_is_compared_over_the_same_length_or_all_there_is(two):
    signal, orbit, _ = two
    x = signal["x"].to_numpy()
    data, other = x[TRAIN : TRAIN + N], x[TRAIN - N : TRAIN]
    lost = orbit["x"].to_numpy()[LOST, :N]
    for metric in COMPARISONS:
        raw = (
            (lambda part: part * SCALE + MEAN)
            if metric.coordinates_of == "series"
            else (lambda part: part)
        )
        name = next(iter(metric.variables))
        bounds = reference(Reference(metric=metric, steps=STEPS), signal)
        assert bounds[f"{name}_floor"] == distance(metric, raw(data), raw(other), name)
        judged, still = (x, x.mean(axis=0)) if metric.part == "whole" else (data, data.mean(axis=0))
        length = STEPS if metric.part == "whole" else N
        ceiling = distance(metric, raw(judged), raw(np.tile(still, (length, 1))), name)
        assert bounds[f"{name}_ceiling"] == pytest.approx(ceiling, nan_ok=True)
        found = run(metric, signal, orbit=[orbit])[name]
        if metric.name != "d_h":
            if metric.part == "whole":
                expected = distance(metric, raw(x), raw(orbit["x"].to_numpy()[LOST]), name)
            else:
                expected = distance(metric, raw(data), raw(lost), name)
            np.testing.assert_array_equal(found[LOST], expected)  # NaN where no piece is whole


def test_a_metric_that_cannot_tell_models_apart_is_named_in_the_log(two, caplog):
    """Few samples in many boxes: two stretches of one system share none."""
    signal, _, _ = two
    reference(Reference(metric=DStsp(bins=8), steps=STEPS), signal)
    reference(Reference(metric=DH(), steps=STEPS), signal)
    assert not caplog.records
    found = reference(Reference(metric=DStsp(bins=1_000), steps=50), signal)
    assert found["D_stsp_floor"] > 0.75 * found["D_stsp_ceiling"]
    (said,) = caplog.messages
    assert said.startswith("D_stsp cannot tell models apart on this signal: its floor")


@pytest.mark.parametrize("few", [20, 600])
def test_the_shortest_part_sets_the_length(two, few):
    signal, _, _ = two
    x = signal["x"].to_numpy()
    metric = DStsp(bins=8)
    short = reference(Reference(metric=metric, steps=few), signal)
    expected = distance(metric, x[TRAIN : TRAIN + few], x[TRAIN - few : TRAIN], "D_stsp")
    assert short["n"] == few
    assert short["D_stsp_floor"] == expected
    little = reference(Reference(metric=metric, steps=STEPS), signal.assign(train_steps=few))
    assert little["n"] == few
    assert little["D_stsp_floor"] == distance(metric, x[few : 2 * few], x[:few], "D_stsp")


@pytest.mark.parametrize("series", ["two", "ten"])
def test_members_are_ranked(series, request):
    """The truth is perfect; a constant is the ceiling; a diverged member is never missing.

    With ten variables D_stsp is by mixtures, and says so.
    """
    signal, orbit, _ = request.getfixturevalue(series)
    metric = DStsp(bins=8)
    bounds = reference(Reference(metric=metric, steps=STEPS), signal)
    found = run(metric, signal, orbit=[orbit])["D_stsp"]
    value = found.to_numpy()
    assert value[TRUE] == pytest.approx(0, abs=1e-6)
    assert value[TRUE] < bounds["D_stsp_floor"] < value[LOST]
    assert value[STILL] == pytest.approx(float(bounds["D_stsp_ceiling"]), rel=1e-5)
    assert value[LOST_LATE] == value[TRUE]
    assert found.attrs["method"] == {"two": "histogram", "ten": "gaussian mixture"}[series]
    spectra = run(DH(), signal, orbit=[orbit])
    assert spectra["D_H"].values == pytest.approx([0, 1, 1, 1], abs=1e-5)
    assert spectra["D_H_variable"].values[:, 1] == pytest.approx([0, 1, 1, 1], abs=1e-5)
    assert spectra["constant"].values[:, :2].tolist() == [[0, 0], [1, 1], [0, 0], [0, 0]]
    assert reference(Reference(metric=DH(), steps=STEPS), signal)["D_H_ceiling"] == 1


@pytest.mark.parametrize("metric", COMPARISONS, ids=lambda m: m.name)
def test_a_member_is_judged_alone(metric, two):
    signal, orbit, _ = two
    together = run(metric, signal, orbit=[orbit])
    for order in ([LOST], [LOST_LATE, TRUE], [3, 1, 0, 2]):
        some = run(metric, signal, orbit=[orbit.isel(member=[i]) for i in order])
        xr.testing.assert_equal(some, together.isel(run=order))


def test_data_that_are_not_finite_are_refused(two):
    signal, orbit, _ = two
    x = signal["x"].copy()
    x[TRAIN + 5] = math.nan
    for metric in COMPARISONS:
        with pytest.raises(ValueError, match=rf"metrics\.{metric.name}: the data to compare with"):
            run(metric, signal.assign(x=x), orbit=[orbit])


def test_members_say_what_became_of_them(two):
    signal, orbit, train = two
    other = train.assign(tau=9).assign_coords(member=[0, 1, 2, 3])
    settings = Members(setting="tau", values=[None, 9], excerpt=50)
    found = members.run(
        settings,
        signal,
        train=[train, other],
        orbit=[orbit, orbit.assign_coords(member=other["member"])],
    )
    assert set(found.data_vars) == {*members.VARIABLES, "data_excerpt"}
    assert found["member"].values.tolist() == [4, 5, 6, 7, 0, 1, 2, 3]
    assert found["value"].values.tolist() == found["tau"].values.tolist() == [7] * 4 + [9] * 4
    assert found["of_tau_pred"].values.tolist() == [0.5] * 8
    assert found["final_loss"].values[:4].tolist() == [24.5, 54.5, 84.5, 114.5]  # epochs 20 to 29
    assert found["diverged"].values[:4].tolist() == [0, 0, 1, 1]
    assert found["diverged_at"].values[:4].tolist() == [-1, -1, 200, 3_000]
    data = signal["x"][TRAIN : TRAIN + 50]
    np.testing.assert_array_equal(found["data_excerpt"], data.astype(np.float32))
    np.testing.assert_array_equal(found["excerpt"][:4], orbit["x"][:, :50])
    assert all({"long_name", "units"} <= found[v].attrs.keys() for v in found.data_vars)


def test_a_model_that_is_not_trained_by_epochs_is_a_member_too(two):
    signal, orbit, train = two
    settings = Members(setting=None, values=[None], excerpt=50)
    found = members.run(settings, signal, train=[train[["member"]]], orbit=[orbit])
    for name in ("value", "tau", "of_tau_pred", "final_loss"):
        assert np.isnan(found[name]).all()


def test_orbits_of_other_members_are_refused(two):
    signal, orbit, train = two
    settings = Members(setting="tau", values=[7], excerpt=50)
    with pytest.raises(ValueError, match="member"):
        members.run(
            settings, signal, train=[train.assign_coords(member=[0, 1, 2, 3])], orbit=[orbit]
        )


def test_every_metric_is_named_as_configurations_name_it():
    for kind in KINDS:
        name = kind.model_fields["metric"].default
        assert kind in Metrics.model_fields[name].annotation.__args__
        assert kind.version >= 1
        assert kind.needs in ("orbit", "train")
    assert [m.name for m in Metrics().chosen] == ["d_stsp", "d_h"]
    off = Metrics.model_validate(
        {"d_h": None, "d_h_legacy": {}, "prediction_error": {"steps": [3]}}
    )
    assert [m.name for m in off.chosen] == ["d_stsp", "d_h_legacy", "prediction_error"]
