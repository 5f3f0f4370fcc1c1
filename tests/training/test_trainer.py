"""Independence of members, records, and the optimiser."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from tausweep.engines.choose import choose
from tausweep.engines.eager import Eager
from tausweep.engines.windows import Data
from tausweep.models.rnn.cells import CELLS
from tausweep.models.rnn.initial import initial_parameters
from tausweep.models.rnn.layout import Layout
from tausweep.training.adam import Adam
from tausweep.training.checkpoint import Checkpoint
from tausweep.training.methods.method import Moment
from tausweep.training.settings import Training
from tausweep.training.trainer import Problem, Trainer

from .problems import SHORT, SIGNAL, method, problem, train


@pytest.mark.parametrize("engine", ["eager", "fused"])
@pytest.mark.parametrize("name", CELLS)
def test_a_member_does_not_depend_on_its_companions(engine: str, name: str) -> None:
    """20 epochs alone, or as one of 8: the same; on the fused engine to the last bit."""
    together = train(engine, cell=name, members=range(8))
    for member in (0, 5):
        alone = train(engine, cell=name, members=range(member, member + 1))
        for key, value in alone.parameters.items():
            tolerance = 0 if engine == "fused" else 2e-5
            np.testing.assert_allclose(together.parameters[key][member], value[0], atol=tolerance)


def test_training_is_repeatable_bit_for_bit() -> None:
    one, two = (train(cell="plrnn") for _ in range(2))
    for key in one.parameters:
        assert np.array_equal(one.parameters[key], two.parameters[key])


def test_members_differ_and_learn() -> None:
    trained = train(tau=5, settings=SHORT.model_copy(update={"learning_rate": 0.01}))
    assert len(np.unique(trained.loss[:, 0])) == 3
    assert (trained.loss[:, -1] < 0.9 * trained.loss[:, 0]).all()
    assert (trained.gradient_norm > 0).all()
    assert (trained.largest_gradient_norm >= trained.gradient_norm).all()


@pytest.mark.parametrize("engine", ["eager", "fused"])
def test_a_diverging_member_is_recorded_and_harms_no_other(engine: str) -> None:
    """Member 1 meets a NaN in its data from the first epoch on."""
    task = problem("plrnn")
    x = task.data.x.repeat(3, 1, 1)
    x[1] = torch.nan
    broken = Problem(**{**vars(task), "data": Data(x)})
    trained = Trainer(broken, choose(engine, task.layout)).run(Checkpoint(None, 60.0))
    reference = train(engine, cell="plrnn")
    assert trained.diverged.tolist() == [False, True, False]
    assert trained.nonfinite_epoch.tolist() == [-1, 1, -1]
    for key in trained.parameters:
        assert np.array_equal(trained.parameters[key][::2], reference.parameters[key][::2])


def test_when_no_member_is_left_training_ends(caplog: pytest.LogCaptureFixture) -> None:
    settings = Training(epochs=10_000, batches=2, batch_size=2, sequence_length=30)
    trained = train(x=np.full((50, 3), np.nan), settings=settings)
    assert trained.diverged.all()
    assert np.isnan(trained.loss).all()


def test_gradient_norm_is_of_all_parameters_and_before_clipping() -> None:
    once = Training(epochs=1, batches=1, batch_size=2, sequence_length=20)
    clipped = method("sparse_tf", clip={"norm": 1e-3})
    trained = train(by=clipped, settings=once, members=range(1), tau=5, latent=6)
    starts = np.random.default_rng([0, 0, 1, 0]).integers(0, 380, size=(1, 2))
    layout = Layout(CELLS["rnn"], 6, 3)
    draw = initial_parameters(CELLS["rnn"], 6, 3, np.random.default_rng([0, 0, 0]))
    theta = layout.pack({k: torch.tensor(v[None], dtype=torch.float32) for k, v in draw.items()})
    gradient = torch.zeros_like(theta)
    (windows,) = clipped.updates(Moment(20, 5, 0, 1, np.random.default_rng()))[0]
    loss, _ = Eager(layout).gradient(
        theta, gradient, Data(torch.tensor(SIGNAL, dtype=torch.float32)),
        torch.tensor(starts), windows, 1 / (2 * 20 * 3),
    )  # fmt: skip
    assert trained.loss[0, 0] == pytest.approx(loss.item(), rel=1e-5)
    assert trained.gradient_norm[0, 0] == pytest.approx(gradient.norm().item(), rel=1e-5)


def test_learning_rate_decays_to_its_final_value() -> None:
    from tausweep.training.trainer import _learning_rate

    t = Training(epochs=11, learning_rate=1e-2, final_learning_rate=1e-4)
    rates = [_learning_rate(t, e) for e in range(11)]
    np.testing.assert_allclose(rates, np.geomspace(1e-2, 1e-4, 11))
    assert _learning_rate(Training(epochs=11), 5) == 1e-3


def test_too_short_a_signal_is_one_clear_line() -> None:
    with pytest.raises(ValueError, match=r"sequence_length is 30, .* only 30 samples"):
        train(x=SIGNAL[:30])


@pytest.mark.parametrize("as_on_a_gpu", [False, True])
def test_adam_is_torchs(as_on_a_gpu: bool) -> None:
    """With the step and the rate as numbers, or as the tensors that a captured graph reads."""
    rng = np.random.default_rng(0)
    start = torch.tensor(rng.standard_normal((2, 33)), dtype=torch.float32)
    reference = start.clone().requires_grad_()
    ours = Adam(start.clone())
    if as_on_a_gpu:
        ours.steps, ours.rate = ours._scalar(0.0), ours._scalar(0.0)
    theirs = torch.optim.Adam([reference], lr=1.0)
    for k in range(50):
        gradient = torch.tensor(rng.standard_normal((2, 33)), dtype=torch.float32)
        reference.grad = gradient
        theirs.param_groups[0]["lr"] = rate = 0.01 / (k + 1)
        theirs.step()
        ours.set_rate(rate)
        ours.step(gradient)
    torch.testing.assert_close(ours.theta, reference.detach(), rtol=1e-5, atol=1e-6)


class Operations(TorchDispatchMode):
    """Collects the names of all torch operations."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.seen.add(str(func))
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("name", ["sparse_tf", "bptt", "windowing", "truncated"])
@pytest.mark.parametrize("cell", CELLS)
def test_an_update_reads_nothing_back_and_copies_nothing_in(cell: str, name: str) -> None:
    """What the cuda engine captures are these operations; none may wait for the host."""
    settings = {"initial": "last"} if name == "windowing" else {}
    by = method(name, clip={"norm": 1.0}, **settings)
    task = problem(cell, by)
    trainer = Trainer(task, Eager(task.layout))
    trainer.adam.steps, trainer.adam.rate = trainer.adam._scalar(0.0), trainer.adam._scalar(0.01)
    starts = torch.zeros(3, 4, dtype=torch.long)
    updates = task.updates(Moment(30, 7, 0, 20, np.random.default_rng(0)))
    trainer._learn(updates, starts)
    with Operations() as operations:
        trainer._learn(updates, starts)
    assert any("baddbmm" in name for name in operations.seen)
    waiting = ("_local_scalar_dense", "nonzero", "lift_fresh", "is_nonzero", "_to_copy", "equal.")
    assert not [name for name in operations.seen if any(part in name for part in waiting)]
