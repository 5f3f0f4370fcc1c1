"""The stage: what it resolves, holds and refuses."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from tausweep.execution import Execution
from tausweep.models.rnn.cells import CELLS
from tausweep.models.rnn.settings import Recurrent
from tausweep.training.methods.method import BestTau
from tausweep.training.recurrent import steps_of
from tausweep.training.settings import RelativeTau, Train, Training
from tausweep.training.stage import run

from .problems import SHORT, dataset, method, train_cell


def lyapunov(tau_pred: float, verdict: str = "chaotic") -> xr.Dataset:
    return xr.Dataset({"tau_pred": tau_pred}, attrs={"verdict": verdict})


def test_relative_tau_is_resolved_and_rounded() -> None:
    assert steps_of(12, 200, None) == 12
    assert steps_of(RelativeTau(of_tau_pred=0.5), 200, lyapunov(62.9)) == 31
    assert steps_of(RelativeTau(of_tau_pred=0.001), 200, lyapunov(62.9)) == 1


def test_relative_tau_without_a_predictability_time_is_one_clear_line() -> None:
    nothing = lyapunov(np.nan, "not chaotic")
    with pytest.raises(ValueError, match=r"of_tau_pred 0.5 needs .*'not chaotic'.*in steps"):
        steps_of(RelativeTau(of_tau_pred=0.5), 200, nothing)
    with pytest.raises(ValueError, match=r"is 252 steps, more than training.sequence_length"):
        steps_of(RelativeTau(of_tau_pred=4.0), 200, lyapunov(62.9))


def test_the_best_of_a_sweep_is_resolved_and_rounded(caplog: pytest.LogCaptureFixture) -> None:
    best = xr.Dataset({"suggested": 25.0, "learned": ("quantity", [1, 0])})
    assert steps_of(BestTau(best_of="input"), 200, best=best) == 25
    assert steps_of(BestTau(best_of="input", times=0.3), 200, best=best) == 8
    assert steps_of(BestTau(best_of="input", times=1e-3), 200, best=best) == 1
    assert not caplog.text
    assert steps_of(BestTau(best_of="input"), 200, best=best.assign(learned=1 - best.learned)) == 25
    assert "at which its models did not learn" in caplog.text


def test_a_sweep_without_a_best_is_one_clear_line() -> None:
    nothing = xr.Dataset({"suggested": np.nan}, {"quantity": ["D_stsp"]})
    with pytest.raises(
        ValueError, match=r"methods.tau best_of: .* no best τ by D_stsp: .*in steps"
    ):
        steps_of(BestTau(best_of="input"), 200, best=nothing)
    best = xr.Dataset({"suggested": 25.0, "learned": ("quantity", [1])})
    with pytest.raises(ValueError, match=r"best_of, times 2 is 50 steps, more than training.seq"):
        steps_of(BestTau(best_of="input", times=2.0), 40, best=best)


def test_stage_holds_parameters_and_records() -> None:
    signal = dataset()
    cell = Train(
        model=Recurrent(cell="lstm", latent=5),
        method=method("sparse_tf", tau=[RelativeTau(of_tau_pred=0.5)]),
        training=SHORT,
        first_member=4,
        members=2,
    )
    out = run(cell, signal, lyapunov=lyapunov(20.0))
    assert out.member.values.tolist() == [4, 5]
    assert int(out.tau) == 10
    assert float(out.of_tau_pred) == 0.5
    assert out.W_hh.dims == ("member", "gate", "latent_from")
    assert out.W_hh.shape == (2, 20, 5)
    assert out.B.dims == ("member", "variable", "latent")
    assert out.loss.shape == out.gradient_norm.shape == out.largest_gradient_norm.shape == (2, 20)
    assert out.nonfinite_epoch.values.tolist() == [-1, -1]
    assert all("long_name" in v.attrs and "units" in v.attrs for v in out.data_vars.values())
    # Only the training part may be read: another held-out part changes nothing.
    other = signal.copy(deep=True)
    other.x[300:] = 99.0
    xr.testing.assert_identical(run(cell, other, lyapunov=lyapunov(20.0)), out)


def test_bptt_has_its_own_sequence_length_and_no_tau() -> None:
    out = run(train_cell(SHORT, method("bptt", sequence_length=120)), dataset())
    assert int(out.tau) == 120
    assert np.isnan(float(out.of_tau_pred))


@pytest.mark.parametrize("cell", CELLS)
def test_an_external_input_is_learned_from(cell: str) -> None:
    """x' = s is not predictable from x, and wholly from s."""
    s = np.random.default_rng(1).standard_normal((400, 1))
    x = np.roll(s, 1, axis=0) * [1.0, -0.5, 0.3]
    driven = dataset(x).assign(input=(("time", "channel"), s))
    settings = Training(epochs=150, batch_size=8, sequence_length=30, learning_rate=0.01)
    with_input = run(train_cell(settings, cell=cell), driven)
    without = run(train_cell(settings, cell=cell), dataset(x))
    assert (with_input.loss[:, -1] < 0.05 * without.loss[:, -1]).all()
    name = "C" if cell == "plrnn" else "W_ih"
    assert with_input[name].dims[-1] == "channel"


def test_the_engine_is_said_and_the_engine_asked_for_is_used() -> None:
    out = run(train_cell(SHORT), dataset(), execution=Execution(engine="eager"))
    assert out.attrs["engine"] == "eager"
    with pytest.raises(ValueError, match="needs a GPU"):
        run(train_cell(SHORT), dataset(), execution=Execution(engine="cuda"))
