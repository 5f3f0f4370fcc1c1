"""Noise reduction as a step, embeddings that choose themselves, and λ_max before and after."""

import functools
import re

import numpy as np
import pytest
import xarray as xr
from simulated import simulated

from tausweep import store
from tausweep.errors import ConfigError
from tausweep.experiment import load
from tausweep.job import key_of
from tausweep.lyapunov import stage as lyapunov
from tausweep.lyapunov.settings import Lyapunov
from tausweep.plan import Plan
from tausweep.series import stage as series
from tausweep.signal import stage as signal
from tausweep.signal.settings import Signal
from tausweep.statespace import embedding
from tausweep.statespace.neighbours import mean_period
from tausweep.statespace.noise_reduction import reduce_noise


def cell_of(*steps, **others):
    return Signal.model_validate({"steps": list(steps), **others})


@functools.cache
def lorenz(noise=0.05, steps=4_000, observe=("x",)):
    job = simulated(
        "lorenz63", dt=0.02, steps=steps, noise=noise, observe=list(observe), noise_seed=1
    )
    made = series.run(job)
    # In the order of memory that files have, on which the last bit of sums depends.
    return made.assign(x=made["x"].copy(data=np.ascontiguousarray(made["x"].values)))


@pytest.mark.parametrize("method", ["ghkss", "simple"])
def test_each_part_is_cleaned_by_itself_and_as_the_library_does_it(method):
    raw, x = lorenz(), lorenz()["x"].values
    found = signal.run(cell_of({"step": "denoise", "method": method}, scaling="none"), raw)
    for part in (slice(None, 2_000), slice(2_000, None)):
        np.testing.assert_array_equal(found["x"][part], reduce_noise(x[part], method=method)[0])
    assert signal.removed(found) == ["removed_by_denoise"]
    assert found["removed_by_denoise"].attrs["restored"] == "no"
    np.testing.assert_allclose(found["x"] + found["removed_by_denoise"], x, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(signal.restore(found), found["x"])  # noise is not put back

    truth = lorenz(noise=0.0)["x"].values
    before, after = (np.abs(v - truth).std() for v in (x, found["x"].values))
    assert after < 0.65 * before


@pytest.mark.parametrize("held_out", [0.5, 0.3])
def test_the_training_part_knows_nothing_of_the_held_out_one(held_out):
    raw = lorenz(observe=("x", "z"))
    job = cell_of(
        {"step": "detrend"},
        {"step": "denoise", "iterations": 2},
        {"step": "embed"},
        scaling="whiten",
        held_out=held_out,
    )
    found = signal.run(job, raw)
    x = raw["x"].values.copy()
    train = int(len(x) * (1 - held_out))
    x[train:] = -2 * np.random.default_rng(0).permutation(x[train:])
    other = signal.run(job, raw.assign(x=raw["x"].copy(data=x)))
    mine = [name for name in found.data_vars if name.startswith("denoise_")]
    assert len(mine) == 12
    known, same = (
        s.drop_vars(mine).isel(time=slice(0, int(found["train_steps"]))) for s in (found, other)
    )
    xr.testing.assert_identical(known, same)
    for name in mine:
        xr.testing.assert_identical(found[name][0], other[name][0])
    assert (found["denoise_level"][1] != other["denoise_level"][1]).all()


def test_what_was_found_is_kept_for_each_part_and_iteration(tmp_path):
    raw = lorenz(observe=("x", "z"))
    found = signal.run(cell_of({"step": "denoise", "iterations": 8}, held_out=0.4), raw)
    key = key_of("{}")
    path = tmp_path / f"{key}.nc"
    store.write(found, path, stage="signal", key=key, job="{}", provenance={})
    found = store.without_bookkeeping(store.read(path, stage="signal"))
    assert found["denoise_part"].values.tolist() == ["training", "held-out"]
    for p, part in enumerate((raw["x"][:2_400], raw["x"][2_400:])):
        _, report = reduce_noise(part.values, iterations=8)
        at, done = found.isel(denoise_part=p), len(report.iterations)
        assert str(at["denoise_stopped"].values) == report.stopped
        assert (at["denoise_dimension"], at["denoise_projected"]) == (5, 3)
        np.testing.assert_array_equal(at["denoise_level"], [n.level for n in report.noise])
        assert at["denoise_resolved"].values.all()
        for name in ("noise", "correction", "radius", "stride", "mean_neighbours", "untouched"):
            values = at[f"denoise_{name}"].transpose("denoise_iteration", ...).values
            expected = np.array([getattr(i, name) for i in report.iterations])
            np.testing.assert_array_equal(values[:done], expected)
            assert np.isnan(values[done:]).all()
    assert found["denoise_noise"].dims == ("denoise_part", "denoise_iteration", "variable")
    np.testing.assert_allclose(found["denoise_level"], 0.05, rtol=0.2)
    for name in found.variables:
        assert {"long_name", "units"} <= set(found[name].attrs), name


def test_clean_data_are_left_alone_and_the_record_says_why():
    found = signal.run(cell_of({"step": "denoise"}), lorenz(noise=0.0))
    np.testing.assert_array_equal(found["x"], signal.run(Signal(), lorenz(noise=0.0))["x"])
    assert not found["removed_by_denoise"].any()
    assert not found["denoise_resolved"].any()
    assert np.isnan(found["denoise_correction"]).all()
    assert set(found["denoise_stopped"].values) == {"no noise can be told from the dynamics"}


def test_an_external_input_is_not_denoised():
    raw = lorenz()
    u = xr.DataArray(np.sin(np.arange(4_000.0))[:, None], dims=("time", "channel"))
    found = signal.run(cell_of({"step": "denoise"}), raw.assign(input=u))
    plain = signal.run(Signal(), raw.assign(input=u))
    xr.testing.assert_identical(found["input"], plain["input"])


# -------------------------------------------------------------------------------------- embedding


@pytest.mark.parametrize("given", [{}, {"delay": 3}, {"dimension": 4, "delay": "auto"}])
@pytest.mark.parametrize("observe", [("x",), ("x", "z")])
def test_an_embedding_is_chosen_from_the_training_part(given, observe):
    raw = lorenz(noise=0.0, observe=observe)
    found = signal.run(cell_of({"step": "embed", **given}, held_out=0.4, scaling="none"), raw)
    train = raw["x"].values[:2_400]
    train = (train - train.mean(axis=0)) / train.std(axis=0)
    numbers = {name: n for name, n in given.items() if n != "auto"}
    chosen = embedding.choose(train, theiler=round(mean_period(train)), **numbers)
    assert (found["embed_chosen_delay"], found["embed_chosen_dimension"]) == (
        chosen.delay,
        chosen.dimension,
    )
    for name in ("mutual_information", "autocorrelation", "false_neighbours", "cao_e1", "cao_e2"):
        np.testing.assert_array_equal(found[f"embed_{name}"], getattr(chosen, name))
    assert found["embed_mutual_information"].dims == ("embed_lag", "observed")
    explicit = {"step": "embed", "delay": chosen.delay, "dimension": chosen.dimension}
    same = signal.run(cell_of(explicit, held_out=0.4, scaling="none"), raw)
    xr.testing.assert_identical(same, found[list(same.variables)])
    assert not [name for name in same.variables if "chosen" in str(name)]
    for name in found.variables:
        assert {"long_name", "units"} <= set(found[name].attrs), name


def test_lorenz_x_is_embedded_as_is_known():
    """Delay about a sixth of a turn round a wing, and three dimensions."""
    found = signal.run(cell_of({"step": "embed"}), lorenz(noise=0.0, steps=20_000))
    assert 0.12 <= float(found["embed_chosen_delay"]) * 0.02 <= 0.24
    assert int(found["embed_chosen_dimension"]) in (3, 4)


def test_the_exponent_of_an_embedded_signal_is_that_of_the_system():
    """What is embedded already is not spoilt by the embedding that λ_max chooses on top of it."""
    embedded = signal.run(cell_of({"step": "embed"}), lorenz(noise=0.0, steps=20_000))
    found = lyapunov.run(Lyapunov(bootstrap=20), embedded)
    lower, upper = found["lambda_max_interval"] / found.attrs["dt"]
    assert found.attrs["verdict"] == "chaotic"
    assert lower < 0.9056 < upper
    assert float(found["lambda_max_per_time"]) == pytest.approx(0.9056, rel=0.05)


# -------------------------------------------------------------------------------- before and after


def experiment(*steps):
    return load(
        {
            "experiment": "a",
            "series": {"l": {"system": "lorenz63", "steps": 4_000}},
            "signal": {"steps": list(steps)},
            "models": {"R": {"cell": "rnn"}},
            "methods": [{"method": "sparse_tf", "tau": [5]}],
            "members": 1,
            "block": 1,
        }
    )


def test_the_exponent_before_denoising_is_planned_and_nothing_is_trained_on_that():
    decimate, denoise = {"step": "decimate", "factor": 2}, {"step": "denoise"}
    plain, both = Plan(experiment(decimate)), Plan(experiment(denoise, decimate))
    assert "lyapunov-noisy_l" not in plain.figures
    before = both.figures["a/lyapunov-noisy_l"].inputs["lyapunov"]
    after = both.figures["a/lyapunov_l"].inputs["lyapunov"]
    assert plain.figures["a/lyapunov_l"].inputs["lyapunov"] == before != after
    assert both.figures["a/lyapunov-noisy_l"].settings.figure.kind == "lyapunov"
    assert [c.stage for c in both.jobs.values()].count("train") == 1
    (train,) = (job for job in both.jobs.values() if job.stage == "train")
    assert train.inputs["signal"] == both.jobs[after].inputs["signal"]


# -------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"method": "simple", "dimension": 4},
         r"steps\[0\]: dimension must be odd for method simple, found 4$"),
        ({"method": "simple", "projected": 2},
         r"steps\[0\]: projected is for method ghkss, and method is simple: leave it out$"),
        ({"method": "svd"}, r"steps\[0\]\.method: must be 'ghkss' or 'simple', found 'svd'$"),
        ({"noise": 0}, r"steps\[0\]\.noise: must be greater than 0, found 0$"),
        ({"step": "embed", "delay": 0},
         r"steps\[0\]\.delay: must be greater than 0, found 0$"),
        ({"step": "embed", "dimension": "many"},
         r"steps\[0\]\.dimension: must be 'auto', found 'many'$"),
    ],
)  # fmt: skip
def test_wrong_settings_are_one_line_with_their_path(step, message):
    wrong = {
        "experiment": "a",
        "series": {"l": {"system": "lorenz63"}},
        "signal": {"steps": [{"step": "denoise"} | step]},
    }
    with pytest.raises(ConfigError, match=message) as error:
        load(wrong)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("step", "held_out", "message"),
    [
        ({"step": "denoise", "dimension": 100}, 0.05,
         "signal.steps[0] (denoise): in the held-out part, 50 samples give 0 delay vectors"),
        ({"step": "denoise", "dimension": 3, "projected": 3}, 0.5,
         "in the training part, delay vectors have 3 coordinates, and projected is 3: lower it"),
        ({"step": "embed", "delay": 400}, 0.5,
         "signal.steps[0] (embed): a delay of 400 steps is too long for 500 samples"),
    ],
)  # fmt: skip
def test_a_step_that_cannot_be_applied_says_where_and_why(step, held_out, message):
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        signal.run(cell_of(step, held_out=held_out), lorenz(steps=1_000))
    assert "\n" not in str(error.value)


def test_steps_to_train_on_are_counted_but_for_what_the_job_chooses():
    assert cell_of({"step": "embed", "dimension": 3, "delay": 10}).train_steps(1_000) == 480
    for chosen in ({}, {"delay": 10}, {"dimension": 3}):
        assert cell_of({"step": "embed", **chosen}).train_steps(1_000) == 500
