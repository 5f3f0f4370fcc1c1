"""What the workflow computes of the theory: descent is where theory says, and shares add up."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from pydantic import ValidationError

from tausweep.theory import spectra, stage
from tausweep.theory.analyses.continuous import Continuous
from tausweep.theory.analyses.convergence import Convergence
from tausweep.theory.analyses.depth import Depth
from tausweep.theory.analyses.forcing import OUTCOMES, Forcing
from tausweep.theory.analyses.modes import Modes
from tausweep.theory.analyses.remedies import Remedies
from tausweep.theory.analyses.spectra import Spectra
from tausweep.theory.settings import KINDS, Theory

SMALL = Theory(
    spectra=Spectra(n=[3, 20], eigenvalues=6_000),
    remedies=Remedies(draws=40),
    forcing=Forcing(longest=12, tau=[1, 4, 8], starts=12, steps=300),
    convergence=Convergence(n=[4], decades=1.0),
    continuous=Continuous(truth=[0.5], samples=1_000, time=10.0),
    depth=Depth(followed=[2], depths=[2], strengths=[1.0]),
)


@pytest.fixture(scope="module")
def found() -> dict[str, xr.Dataset]:
    return {name: stage.run(analysis) for name, analysis in SMALL.chosen.items()}


def test_all_kinds_are_on_and_say_what_their_numbers_are(found: dict[str, xr.Dataset]) -> None:
    assert {type(analysis) for analysis in SMALL.chosen.values()} == set(KINDS)
    for name, dataset in found.items():
        assert dataset.attrs["subject"] == name
        for variable in dataset.variables.values():
            assert variable.attrs["long_name"]
            assert variable.attrs["units"]


def test_seeds_decide(found: dict[str, xr.Dataset]) -> None:
    modes = SMALL.chosen["modes"]
    xr.testing.assert_identical(modes.compute(), modes.compute())
    other = modes.model_copy(update={"seed": 1}).compute()
    assert not np.array_equal(other["theory"], modes.compute()["theory"])


def test_a_spectrum_is_the_same_in_any_company(found: dict[str, xr.Dataset]) -> None:
    alone = Spectra(n=[20], eigenvalues=6_000, initial=["gershgorin"]).compute()
    beside = found["spectra"].sel(initial=["gershgorin"], n=[20])
    for name in ("density", "outside", "kept_unstable"):
        np.testing.assert_array_equal(alone[name], beside[name])


def test_glorot_matrices_are_unstable_as_often_as_expected(found: dict[str, xr.Dataset]) -> None:
    glorot = found["spectra"].sel(initial="glorot_normal")
    # Eigenvalues of one matrix are not independent, which the standard error takes them for.
    off = (glorot["outside"] - glorot["expected"]) / glorot["outside_std_error"]
    assert (np.abs(off) < 5).all()
    np.testing.assert_allclose(glorot["expected"], [spectra.expected_outside(n) for n in (3, 20)])
    assert (glorot["kept_unstable"] < glorot["unstable"]).all()


def test_gershgorin_matrices_are_stable_within_their_region(found: dict[str, xr.Dataset]) -> None:
    others = found["spectra"].drop_sel(initial="glorot_normal")
    assert (others["outside"] == 0).all()
    area = float(others["re"][1] - others["re"][0]) ** 2
    np.testing.assert_allclose(others["density"].sum(("re", "im")) * area, 1)
    # In continuous time they are about -1, and all in the left half plane.
    radius = np.hypot(others["re"], others["im"])
    assert (others["density"].where(radius > 1.03, 0) == 0).all()


def test_modes_descend_as_they_flow_to_an_error_that_falls_with_the_step() -> None:
    def error(step: float) -> np.ndarray:
        found = Modes(step=step, steps=4_000).compute()
        flow = found["theory"].interp(time=found["point_time"])
        return np.abs(flow - found["descent"]).max(("point", "mode")).values

    errors = np.array([error(step) for step in (0.2, 0.1, 0.05)])
    np.testing.assert_allclose(errors[:-1, 0] / errors[1:, 0], 2, rtol=0.1)
    assert (errors[:, 1] < errors[:, 0] + 0.03).all()  # of noise drawn once, in 20 000 samples


def test_modes_end_where_theory_says(found: dict[str, xr.Dataset]) -> None:
    modes = found["modes"]
    assert modes["theory"].isel(noise=0, time=-1).values == pytest.approx([0.9, 0.5, 1.2])
    noise = float(modes["noise"][1])
    biased = [0.9 / (1 + noise**2), 0.5 * 0.05 / (0.05 + noise**2), 0]
    assert modes["theory"].isel(noise=1, time=-1).values == pytest.approx(biased, abs=1e-6)
    np.testing.assert_allclose(modes["limit"], modes["theory"].isel(time=-1), atol=1e-6)
    np.testing.assert_allclose(modes["learning_time"], [3, 60, np.inf])


def test_several_unlearnable_modes_are_those_of_their_block() -> None:
    modes = Modes(truth=[0.5, 0.4, 0.3], energies=[1, 0, 0], coupling=0.3).compute()
    assert np.isinf(modes["learning_time"][1:]).all()
    # What is kept is the block of the first weights: no learning changes its trace.
    kept = modes["theory"].isel(noise=0).sum("mode") - 0.5
    assert float(kept[-1]) == pytest.approx(2.4)


def test_remedies_do_what_they_say(found: dict[str, xr.Dataset]) -> None:
    dataset = found["remedies"].set_xindex("remedy")
    after = {name: dataset.sel(remedy=name) for name in np.unique(dataset["remedy"])}
    assert float(after["nothing"]["unstable_limit"].item()) > 0.05
    assert after["whitening"]["unstable_limit"].item() == after["nothing"]["unstable_limit"].item()
    for name in ("projection", "stable_initial", "isotropic_noise", "unexcited_noise"):
        assert (after[name]["unstable_limit"] == 0).all()
    for name in ("nothing", "projection", "stable_initial", "unexcited_noise", "whitening"):
        assert (after[name]["bias"] < 1e-9).all()
    noise, decay = after["isotropic_noise"], after["weight_decay"]
    assert (np.diff(noise["bias"]) > 0).all()
    for name in ("bias", "unstable", "error", "learning_time", "memory"):
        np.testing.assert_allclose(noise[name], decay[name])
    assert after["whitening"]["learning_time"].item() == pytest.approx(16)
    assert after["nothing"]["learning_time"].item() == pytest.approx(1600)
    np.testing.assert_allclose(noise["memory"], 16 / np.array([0.03, 0.1, 0.3]) ** 2)
    assert after["projection"]["memory"].item() == 0


def test_remedies_descend_as_they_flow(found: dict[str, xr.Dataset]) -> None:
    remedies = found["remedies"]
    late = remedies["point_time"] > 500  # before, steps of half the largest size are seen
    flow = remedies["error"].interp(time=remedies["point_time"]).isel(point=late)
    gap = np.abs(flow - remedies["error_descent"].isel(point=late))
    assert (gap < 0.05).all()


def test_steps_to_learn_are_those_of_theory(found: dict[str, xr.Dataset]) -> None:
    forcing = found["forcing"]
    counted = np.isfinite(forcing["steps_descent"])
    assert counted.mean() > 0.8
    np.testing.assert_allclose(
        forcing["steps_descent"].where(counted, 0), forcing["steps"].where(counted, 0), rtol=2e-3
    )
    # At one step between forcings all modes of equal energy are learned alike.
    assert forcing["steps"].sel(tau=1).values == pytest.approx([-1 / np.log(0.5)] * 4)


def test_every_start_has_an_outcome(found: dict[str, xr.Dataset]) -> None:
    shares = found["forcing"]["outcome_share"]
    assert tuple(shares["outcome"].values) == OUTCOMES
    np.testing.assert_allclose(shares.sum("outcome"), 1)
    assert shares.sel(tau=1, outcome="learned") == 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Modes(truth=[0.9, 0.5], energies=[1.0]), "energies"),
        (lambda: Modes(energies=[0, 0, 0]), "not all be zero"),
        (lambda: Remedies(n=4, rank=4), "rank must be less than n"),
        (lambda: Remedies(n=100, samples=50), "samples must be at least n"),
        (lambda: Forcing(moduli=(1.0, 0.5)), "moduli must rise"),
        (lambda: Forcing(tau=[2, 2]), "twice"),
    ],
)
def test_what_does_not_go_together_is_refused(make: object, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        make()  # type: ignore[operator]
