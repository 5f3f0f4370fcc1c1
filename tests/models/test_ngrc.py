"""Next-generation reservoir computing: exact where it can be, and Lorenz's attractor."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
import xarray as xr
from kinds import signal as noise
from simulated import simulated

from tausweep import runner, store
from tausweep.experiment import load as load_experiment
from tausweep.models import ngrc
from tausweep.models.model import Dynamics, load
from tausweep.models.ngrc import NGRC
from tausweep.orbit import stage as orbit
from tausweep.orbit.settings import OrbitAlong
from tausweep.plan import Plan
from tausweep.series import stage as series
from tausweep.signal import stage as signal
from tausweep.signal.settings import Signal
from tausweep.statespace.exponents import exponents
from tausweep.training import stage as training
from tausweep.training.settings import Fit


def model(**settings: Any) -> NGRC:
    return NGRC(model="ngrc", **settings)


def fit(settings: NGRC, data: xr.Dataset, members: int = 1, first: int = 0) -> xr.Dataset:
    return training.run(Fit(model=settings, first_member=first, members=members), data)


def as_signal(x: np.ndarray, **more: Any) -> xr.Dataset:
    return xr.Dataset(
        {"x": (("time", "variable"), x), "train_steps": len(x), **more},
        coords={"variable": [f"x{i}" for i in range(x.shape[1])]},
        attrs={"dt": 1.0, "time_unit": "1"},
    )


def spectrum(model: Dynamics, x: np.ndarray, steps: int, count: int) -> np.ndarray:
    """Exponents per step along an orbit from these samples."""
    state = model.start(x[None])

    def advance(i: int, stand_in: np.ndarray, V: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        nonlocal state
        state, V = model.propagate(state, V[:, None])
        return stand_in, V[:, 0]

    return exponents(
        advance,
        np.zeros((model.members, model.dimension)),
        interval=1,
        length=steps,
        transient=500,
        count=count,
        rng=np.random.default_rng(0),
    )


def test_a_map_that_is_a_polynomial_is_found_exactly() -> None:
    """Hénon's: x' = 1 − 1.4 x² + y, y' = .3 x; volumes shrink by .3 in every step."""
    x = series.run(simulated("henon", steps=3_000)).x.values
    file = fit(model(delays=1, ridge=0.0), as_signal(x))
    found = {
        tuple(powers): W
        for powers, W in zip(file.exponents.values[:, 0].tolist(), file.W.values[0].T, strict=True)
    }
    expected = {
        (0, 0): (1, 0), (1, 0): (-1, 0.3), (0, 1): (1, -1), (2, 0): (-1.4, 0), (1, 1): (0, 0),
        (0, 2): (0, 0),
    }  # fmt: skip
    assert found.keys() == expected.keys()
    for powers, values in expected.items():
        np.testing.assert_allclose(found[powers], values, atol=1e-9)
    found_exponents = spectrum(load(file), x[-1:], 5_000, 2)
    assert found_exponents.sum() == pytest.approx(np.log(0.3), abs=1e-9)
    assert found_exponents[0, 0] == pytest.approx(0.419, abs=0.02)  # Sprott 2003


def test_an_external_input_is_a_feature() -> None:
    rng = np.random.default_rng(0)
    s, x = rng.standard_normal((400, 1)), np.zeros((400, 1))
    for t in range(399):
        x[t + 1] = 0.5 * x[t] + 0.3 * s[t]
    data = as_signal(x, input=(("time", "channel"), s))
    file = fit(model(delays=1, degree=1, ridge=0.0), data)
    np.testing.assert_allclose(file.C.values[0], [[0.3]], atol=1e-10)
    np.testing.assert_allclose(file.W.values[0], [[0, -0.5]], atol=1e-10)
    out = orbit.run(
        OrbitAlong(part="held_out", steps=50, transient=0), file, data.assign(train_steps=300)
    )
    np.testing.assert_allclose(out.x[0], x[301:351], atol=1e-5)


def test_coefficients_are_those_of_ridge_regression() -> None:
    """W = (ΦᵀΦ + αI)⁻¹ ΦᵀY, where samples are so many that they are taken in pieces."""
    settings = model(delays=2, skip=3, degree=2, ridge=0.7)
    data = noise(channels=1, steps=2 * (2 * ngrc.ROWS + 100))
    file = fit(settings, data)
    end = int(data.train_steps)
    x, s = data.x.values[:end], data["input"].values[:end]
    rows, steps = [], []
    for t in range(3, end - 1):
        o = [*x[t], *x[t - 3]]
        powers = file.exponents.values.reshape(-1, 4)
        rows.append([*(math.prod(a**e for a, e in zip(o, p, strict=True)) for p in powers), *s[t]])
        steps.append(x[t + 1] - x[t])
    features, targets = np.array(rows), np.array(steps)
    gram = features.T @ features + 0.7 * np.eye(features.shape[1])
    expected = np.linalg.solve(gram, features.T @ targets).T
    both = np.concatenate([file.W.values[0], file.C.values[0]], axis=1)
    np.testing.assert_allclose(both, expected, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize(("delays", "variables", "degree"), [(1, 1, 1), (2, 3, 2), (3, 2, 4)])
def test_all_monomials_are_there_once(delays: int, variables: int, degree: int) -> None:
    found = ngrc.monomials(delays, variables, degree).reshape(-1, delays * variables)
    all_powers = itertools.product(range(degree + 1), repeat=delays * variables)
    assert sorted(map(tuple, found)) == sorted(p for p in all_powers if sum(p) <= degree)
    assert len(found) == model(delays=delays, degree=degree).features(variables)


def test_members_differ_by_their_stretch_of_data_alone() -> None:
    settings, data = model(samples=60), noise()
    four = fit(settings, data, 4)
    assert len({W.tobytes() for W in four.W.values}) == 4
    xr.testing.assert_identical(fit(settings, data, 2, first=2), four.isel(member=slice(2, 4)))
    other = fit(settings.model_copy(update={"seed": 1}), data, 4)
    assert not np.array_equal(other.W, four.W)
    everything = fit(model(samples=10_000), data, 2).W.values
    np.testing.assert_array_equal(everything[0], everything[1])


def test_too_many_features_are_refused_as_early_as_they_are_known() -> None:
    with pytest.raises(ValueError, match=r"^models.N: delays 30 and degree 5 .* of 1 variables"):
        load_experiment(
            {
                "experiment": "e",
                "series": {"l": {"system": "lorenz63"}},
                "models": {"N": {"model": "ngrc", "delays": 30, "degree": 5}},
            }
        )
    with pytest.raises(ValueError, match=r"delays 10 and degree 4 .* features of 2 variables, and"):
        fit(model(delays=10, degree=4), noise())


def test_too_short_a_series_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"needs more than 201 samples to be fitted to.* found 150"
    ):
        fit(model(delays=2, skip=200), noise())


@pytest.fixture(scope="module")
def lorenz() -> xr.Dataset:
    """Sampled as by Gauthier et al., of whose 400 samples to train on we take ten times as many."""
    return signal.run(Signal(), series.run(simulated("lorenz63", dt=0.025, steps=8_000)))


def test_lorenz_is_forecast_for_several_lyapunov_times(lorenz: xr.Dataset) -> None:
    """And from all over its attractor: as far as .4 standard deviations, which others use too."""
    dynamics = load(fit(model(), lorenz))
    x, first = lorenz.x.values, int(lorenz.train_steps)
    starts = np.linspace(first + 1, len(x) - 601, 100).astype(int)
    forecast, _ = dynamics.run(dynamics.start(x[starts[:, None] + [-1, 0]]), 600)
    error = forecast[0] - x[starts[:, None] + np.arange(1, 601)]
    off = np.sqrt((error**2).mean(axis=2)) > 0.4
    valid = np.where(off.any(axis=1), off.argmax(axis=1), 600) * 0.025 * 0.906
    assert np.median(valid) > 4


def test_the_model_of_lorenz_has_its_exponents(lorenz: xr.Dataset) -> None:
    """λ = .906, 0, −14.57 (Sprott 2003); the strongly contracting one is found less well."""
    dynamics = load(fit(model(), lorenz))
    found = spectrum(dynamics, lorenz.x.values[4_000:4_002], 20_000, 3)[0] / 0.025
    assert found[0] == pytest.approx(0.906, rel=0.05)
    assert found[1] == pytest.approx(0, abs=0.02)
    assert found[2] == pytest.approx(-14.57, rel=0.05)


def test_an_experiment_needs_no_methods_and_goes_through_files(
    tmp_path: Any, tiny: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside a network, a polynomial is fitted once for each block, and changes no job of it."""
    monkeypatch.chdir(tmp_path)
    without = Plan(load_experiment(tiny)).jobs
    both = Plan(load_experiment({**tiny, "models": {**tiny["models"], "N": {"model": "ngrc"}}}))
    of_networks = {key for key in without if key.startswith(("train/", "orbit/"))}
    assert of_networks <= both.jobs.keys()
    del tiny["methods"]
    tiny["models"], tiny["members"] = {"N": {"model": "ngrc"}}, 2
    tiny["figures"] = {"sweep": None, "reconstruction": None, "models": None}
    plan = Plan(load_experiment(tiny))
    wanted = [j for j in plan.jobs.values() if j.stage in ("series", "signal", "train", "orbit")]
    assert [job.stage for job in wanted] == ["series", "signal", "train", "orbit", "train", "orbit"]
    for job in wanted:
        runner.run(job, [tmp_path / job.path])
    made = store.read(tmp_path / wanted[-1].path, stage="orbit")
    assert made.member.values.tolist() == [1]
    assert not made.diverged.any()
    assert wanted[2].settings.model.by in plan.jobs.labels[wanted[2].key]
    assert str(wanted[2].version).endswith(f".{NGRC.version}")  # beside its stage's


@pytest.mark.parametrize(
    ("models", "methods", "message"),
    [
        ({"N": {"model": "ngrc"}}, [{"method": "bptt"}], "methods without models among them"),
        ({"N": {"model": "ngrc"}, "L": {"cell": "lstm"}}, [], "models without methods: give both"),
        ({"N": {"model": "lstm"}}, [], "models.N: model must be left out, .* or be one of ngrc"),
        ({"N": {"model": "ngrc", "latent": 3}}, [], "models.N: unknown key 'latent'"),
    ],
)
def test_models_and_methods_that_do_not_fit_are_refused(
    models: dict[str, Any], methods: list[Any], message: str
) -> None:
    config = {"experiment": "e", "series": {"l": {"system": "lorenz63"}}}
    with pytest.raises(ValueError, match=message):
        load_experiment({**config, "models": models, "methods": methods})
