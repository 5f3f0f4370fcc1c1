"""Training: the window identity, independence of members, what is recorded, what is refused."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from tausweep.config import Model, RelativeTau, TrainCell, Training
from tausweep.models import CELLS, Cell, Parameters, initial_parameters
from tausweep.training import run, sparse_tf_loss, steps_of, train


def step_by_step(cell: Cell, p: Parameters, x: Tensor, tau: int) -> Tensor:
    """Eqs. 15-16 of the main paper as they are written: one step after the other.

    `x` is (member, sequence, time, variable); the loss of each member is returned.
    """
    pinv = torch.linalg.pinv(p["B"])
    F = cell.map(p)
    length = x.shape[2] - 1
    losses = []
    state: tuple[Tensor, ...] = ()
    for t in range(length):
        if t % tau == 0:
            z = pinv @ x[:, :, t].mT
            state = (z, *(torch.zeros_like(z) for _ in range(cell.memory)))
        state = F(state)
        error = p["B"] @ state[0] - x[:, :, t + 1].mT
        losses.append(error.square().mean(dim=(1, 2)))
    return torch.stack(losses).mean(dim=0)


def parameters(name: str, members: int, latent: int, variables: int) -> Parameters:
    draws = [
        initial_parameters(CELLS[name], latent, variables, np.random.default_rng([7, m]))
        for m in range(members)
    ]
    return {k: torch.tensor(np.stack([d[k] for d in draws]), requires_grad=True) for k in draws[0]}


def agree(name: str, length: int, tau: int, latent: int, variables: int) -> None:
    """Loss to 1e-6 and gradients to 1e-5, relative, in float64."""
    p = parameters(name, 2, latent, variables)
    x = torch.as_tensor(np.random.default_rng(1).standard_normal((2, 3, length + 1, variables)))
    windows = sparse_tf_loss(CELLS[name], p, x, tau)
    plain = step_by_step(CELLS[name], p, x, tau)
    torch.testing.assert_close(windows, plain, rtol=1e-6, atol=0)
    for ours, reference in zip(
        torch.autograd.grad(windows.sum(), list(p.values()), materialize_grads=True),
        torch.autograd.grad(plain.sum(), list(p.values()), materialize_grads=True),
        strict=True,
    ):
        scale = float(reference.abs().max())
        torch.testing.assert_close(ours, reference, rtol=1e-5, atol=1e-5 * scale + 1e-300)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize(
    ("length", "tau", "latent", "variables"),
    [(30, 5, 8, 3), (30, 7, 8, 3), (30, 30, 8, 3), (30, 1, 8, 3), (29, 16, 8, 3), (30, 8, 3, 3)],
)
def test_window_identity(name: str, length: int, tau: int, latent: int, variables: int) -> None:
    agree(name, length, tau, latent, variables)


@given(
    st.sampled_from(list(CELLS)),
    st.integers(1, 40),
    st.integers(1, 40),
    st.integers(3, 9),
    st.integers(1, 3),
)
@settings(max_examples=60, deadline=None)
def test_window_identity_for_any_shape(
    name: str, length: int, tau: int, latent: int, variables: int
) -> None:
    agree(name, length, min(tau, length), latent, variables)


SIGNAL = np.random.default_rng(0).standard_normal((400, 3)).cumsum(axis=0)
SIGNAL = (SIGNAL - SIGNAL.mean(axis=0)) / SIGNAL.std(axis=0)
SHORT = Training(epochs=20, batches=3, batch_size=4, sequence_length=30)


@pytest.mark.parametrize("name", CELLS)
def test_a_member_does_not_depend_on_its_companions(name: str) -> None:
    """20 epochs alone, or as one of 8: the same parameters to float tolerance."""
    loss = partial(sparse_tf_loss, CELLS[name], tau=7)
    together = train(CELLS[name], 10, SIGNAL, loss, SHORT, range(8))
    for member in (0, 5):
        alone = train(CELLS[name], 10, SIGNAL, loss, SHORT, range(member, member + 1))
        for key, value in alone.parameters.items():
            np.testing.assert_allclose(together.parameters[key][member], value[0], atol=2e-5)


def test_training_is_repeatable_bit_for_bit() -> None:
    loss = partial(sparse_tf_loss, CELLS["plrnn"], tau=7)
    one, two = (train(CELLS["plrnn"], 10, SIGNAL, loss, SHORT, range(3)) for _ in range(2))
    for key in one.parameters:
        assert np.array_equal(one.parameters[key], two.parameters[key])


def test_members_differ_and_learn() -> None:
    loss = partial(sparse_tf_loss, CELLS["rnn"], tau=5)
    trained = train(CELLS["rnn"], 10, SIGNAL, loss, SHORT, range(3))
    assert len(np.unique(trained.loss[:, 0])) == 3
    assert (trained.loss[:, -1] < 0.9 * trained.loss[:, 0]).all()
    assert (trained.gradient_norm > 0).all()


def test_a_diverging_member_is_recorded_and_harms_no_other() -> None:
    kind = CELLS["plrnn"]
    healthy = partial(sparse_tf_loss, kind, tau=7)

    def broken(p: Parameters, x: Tensor) -> Tensor:
        factor = torch.tensor([1.0, torch.inf, 1.0])
        return healthy(p, x) * factor

    trained = train(kind, 10, SIGNAL, broken, SHORT, range(3))
    reference = train(kind, 10, SIGNAL, healthy, SHORT, range(3))
    assert trained.diverged.tolist() == [False, True, False]
    for key in trained.parameters:
        assert np.array_equal(trained.parameters[key][::2], reference.parameters[key][::2])


def test_gradient_norm_is_of_all_parameters() -> None:
    kind, once = CELLS["rnn"], Training(epochs=1, batches=1, batch_size=2, sequence_length=20)
    loss = partial(sparse_tf_loss, kind, tau=5)
    trained = train(kind, 6, SIGNAL, loss, once, range(1))
    starts = np.random.default_rng([0, 0, 1]).integers(0, 380, size=(1, 2))[0]
    draw = initial_parameters(kind, 6, 3, np.random.default_rng([0, 0, 0]))
    p = {k: torch.tensor(v[None], dtype=torch.float32, requires_grad=True) for k, v in draw.items()}
    x = torch.tensor(SIGNAL[starts[:, None] + np.arange(21)][None], dtype=torch.float32)
    value = loss(p, x).sum()
    grads = torch.autograd.grad(value, list(p.values()))
    norm = float(torch.sqrt(sum(g.square().sum() for g in grads)))
    assert trained.loss[0, 0] == pytest.approx(value.item(), rel=1e-5)
    assert trained.gradient_norm[0, 0] == pytest.approx(norm, rel=1e-5)


def test_learning_rate_decays_to_its_final_value() -> None:
    from tausweep.training.trainer import _learning_rate

    t = Training(epochs=11, learning_rate=1e-2, final_learning_rate=1e-4)
    rates = [_learning_rate(t, e) for e in range(11)]
    np.testing.assert_allclose(rates, np.geomspace(1e-2, 1e-4, 11))
    assert _learning_rate(Training(epochs=11), 5) == 1e-3


def test_too_short_a_signal_is_one_clear_line() -> None:
    loss = partial(sparse_tf_loss, CELLS["rnn"], tau=5)
    with pytest.raises(ValueError, match=r"sequence_length is 30, .* only 30 samples"):
        train(CELLS["rnn"], 5, SIGNAL[:30], loss, SHORT, range(1))


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


def test_stage_holds_parameters_and_records() -> None:
    signal = xr.Dataset(
        {"x": (("time", "variable"), SIGNAL), "train_steps": 300},
        coords={"variable": ["x", "y", "z"]},
    )
    cell = TrainCell(
        model=Model(cell="lstm", latent=5),
        method="sparse_tf",
        tau=RelativeTau(of_tau_pred=0.5),
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
    assert out.loss.shape == (2, 20)
    assert all("long_name" in v.attrs and "units" in v.attrs for v in out.data_vars.values())
    # Only the training part may be read: another held-out part changes nothing.
    other = signal.copy(deep=True)
    other.x[300:] = 99.0
    xr.testing.assert_identical(run(cell, other, lyapunov=lyapunov(20.0)), out)
