"""What orbits do in the end."""

import numpy as np
import pytest
import xarray as xr
from by_hand import lorenz_by_hand

from tausweep.metrics.behaviour import APERIODIC, CYCLE, DIVERGED, FIXED_POINT, Behaviour
from tausweep.metrics.stage import run
from tausweep.reference.settings import Reference
from tausweep.reference.stage import run as reference

TRAIN, STEPS = 4_000, 3_000


def around(period, phase=0.0):
    return np.sin(2 * np.pi * np.arange(STEPS) / period + phase)[:, None] * [1, 0.5, 0.2]


def tent_cycle():
    """A cycle of period 8 of the logistic map, in all variables."""
    x = np.empty(STEPS + 1_000)
    x[0] = 0.3
    for t in range(len(x) - 1):
        x[t + 1] = 3.55 * x[t] * (1 - x[t])
    return np.tile(x[1_000:, None], 3)


@pytest.fixture(scope="module")
def signal():
    x = lorenz_by_hand(TRAIN + STEPS)
    x = (x - x[:TRAIN].mean(axis=0)) / x[:TRAIN].std(axis=0)
    return xr.Dataset(
        {"x": (("time", "variable"), x), "train_steps": TRAIN}, coords={"variable": list("xyz")}
    )


ORBITS = {
    "fixed point": (lambda x: 0 * x + 0.3, FIXED_POINT),
    "spiral": (lambda x: 0.3 + np.exp(-np.arange(STEPS) / 300)[:, None] * around(31), FIXED_POINT),
    "slow spiral": (
        lambda x: 0.3 + np.exp(-np.arange(STEPS) / 1500)[:, None] * around(31), FIXED_POINT
    ),
    "cycle": (lambda x: around(40.4), CYCLE),
    "small cycle": (lambda x: 0.3 + 0.01 * around(40.4), CYCLE),
    "cycle at last": (lambda x: np.concatenate([x[:1000], around(40.4)[1000:]]), CYCLE),
    "cycle of a map": (lambda x: tent_cycle(), CYCLE),
    "torus": (lambda x: around(40.4) + around(40.4 / 2**0.5), APERIODIC),
    "Lorenz": (lambda x: x, APERIODIC),
    "grows": (lambda x: 0.3 + np.exp(np.arange(STEPS) / 900)[:, None] * around(31), APERIODIC),
    "diverged": (lambda x: np.where(np.arange(STEPS)[:, None] < 50, x, np.nan), DIVERGED),
    "infinite": (lambda x: np.where(np.arange(STEPS)[:, None] < 50, x, np.inf), DIVERGED),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(signal):
    data = signal["x"].values[TRAIN:]
    x = np.stack([make(data) for make, _ in ORBITS.values()])
    lost = [kind == DIVERGED for _, kind in ORBITS.values()]
    orbit = xr.Dataset(
        {
            "x": (("member", "time", "variable"), x.astype(np.float32)),
            "diverged": ("member", np.array(lost, np.int8)),
        },
        coords={"member": list(ORBITS)},
    )
    return run(Behaviour(), signal, orbit=[orbit]).swap_dims(run="member")


@pytest.mark.parametrize("name", ORBITS)
def test_kinds(name, found):
    assert found["behaviour"].sel(member=name) == ORBITS[name][1]


def test_periods_are_those_of_the_cycles(found):
    period = found["period"]
    assert period.sel(member="cycle") == pytest.approx(40.4, rel=1e-3)
    assert period.sel(member="cycle at last") == pytest.approx(40.4, rel=1e-3)
    assert period.sel(member="cycle of a map") == 8
    assert (np.isfinite(period) == (found["behaviour"] == CYCLE)).all()


def test_speed_is_that_of_the_orbit(found):
    frequency = found["mean_frequency"]
    assert frequency.sel(member="cycle") == pytest.approx(1 / 40.4, rel=0.02)
    moves = found["behaviour"].isin([CYCLE, APERIODIC])
    assert (np.isfinite(frequency) == moves).all()


def test_kinds_are_named_as_cf_asks(found, signal, tmp_path):
    found.to_netcdf(tmp_path / "file.nc")
    with xr.open_dataset(tmp_path / "file.nc") as read:
        kinds = read["behaviour"]
        assert kinds.dtype == kinds.attrs["flag_values"].dtype == np.int8
        assert kinds.attrs["flag_values"].tolist() == [0, 1, 2, 3]
        assert kinds.attrs["flag_meanings"] == "diverged fixed_point cycle aperiodic"


def test_one_that_diverges_after_the_steps_compared_diverged(signal):
    x = signal["x"].values[None, TRAIN:]
    orbit = xr.Dataset(
        {"x": (("member", "time", "variable"), x), "diverged": ("member", [1])},
        coords={"member": [0]},
    )
    late = run(Behaviour(), signal, orbit=[orbit])
    assert late["behaviour"].values.tolist() == [DIVERGED]
    assert np.isnan(late["period"]).all()
    assert np.isnan(late["mean_frequency"]).all()


def test_the_data_have_a_kind_of_their_own(signal):
    beside = reference(Reference(metric=Behaviour(), steps=STEPS), signal)
    names = {"behaviour_data", "period_data", "mean_frequency_data", "n"}
    assert set(beside.data_vars) == names
    assert beside["behaviour_data"] == APERIODIC
    assert 0.01 < beside["mean_frequency_data"] < 0.1
    assert beside["behaviour_data"].attrs["flag_meanings"].split()[APERIODIC] == "aperiodic"


@pytest.mark.parametrize("steps", [2, 5, 20])
def test_short_orbits_have_a_kind(steps, signal):
    data = signal["x"].values[TRAIN : TRAIN + steps]
    assert Behaviour().describe(data, data).kind in (FIXED_POINT, APERIODIC)
