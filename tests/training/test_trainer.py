"""Independence of members, records, and the optimiser."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from tausweep.engines.choose import choose
from tausweep.engines.cuda import Cuda
from tausweep.engines.eager import Eager
from tausweep.engines.engine import Engine
from tausweep.engines.fused.engine import Fused
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
    by = method("sparse_tf", clip={"norm": 0.5})
    together = train(engine, cell=name, by=by, members=range(8))
    assert (together.largest_gradient_norm > 0.5).any()
    tolerance = 0 if engine == "fused" else 2e-5
    for member in (0, 5):
        alone = train(engine, cell=name, by=by, members=range(member, member + 1))
        np.testing.assert_allclose(together.loss[member], alone.loss[0], atol=tolerance)
        for key, value in alone.parameters.items():
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
    x = np.stack([task.data.x] * 3)
    x[1] = np.nan
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
    theta = layout.pack({name: value[None] for name, value in draw.items()})
    (windows,) = clipped.updates(Moment(20, 5, 0, 1, np.random.default_rng()))[0]
    loss, gradient, _ = Eager(layout).gradient(
        *(torch.tensor(theta), Data(torch.tensor(SIGNAL)), torch.tensor(starts), windows),
        1 / (2 * 20 * 3),
    )
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


class AsOnAGpu(Eager):
    """The eager engine with what updates change in tensors, which a captured graph reads."""

    number = Cuda.number


@pytest.mark.parametrize("kind", [Eager, Fused, AsOnAGpu])
def test_adam_is_torchs(kind: type[Engine]) -> None:
    rng = np.random.default_rng(0)
    start = rng.standard_normal((2, 33)).astype(np.float32)
    reference = torch.tensor(start, requires_grad=True)
    engine = kind(Layout(CELLS["rnn"], 3, 2))
    ours = Adam(engine.array(start), engine)
    theirs = torch.optim.Adam([reference], lr=1.0)
    for k in range(50):
        gradient = rng.standard_normal((2, 33)).astype(np.float32)
        reference.grad = torch.tensor(gradient)
        theirs.param_groups[0]["lr"] = rate = 0.01 / (k + 1)
        theirs.step()
        ours.set_rate(rate)
        ours.step(engine.array(gradient))
    found = engine.numpy(ours.theta)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, reference.detach().numpy(), rtol=1e-5, atol=1e-6)


def test_what_a_captured_update_reads_stays_in_its_place() -> None:
    """A new rate, the state of a checkpoint and a new epoch are written into the same tensors."""
    task = problem(by=method("gtf", alpha=[0.1]))
    trainer = Trainer(task, AsOnAGpu(task.layout))
    adam = trainer.adam
    held = (trainer.theta, adam.m, adam.v, adam.steps, adam.rate, trainer.sums, trainer.alpha)
    places = [tensor.data_ptr() for tensor in held]
    trainer.learn_epoch()
    trainer.epoch += 1
    trainer._restore(trainer._state())
    trainer.learn_epoch()
    now = (trainer.theta, adam.m, adam.v, adam.steps, adam.rate, trainer.sums, trainer.alpha)
    assert [tensor.data_ptr() for tensor in now] == places
    assert float(adam.rate) == pytest.approx(task.settings.learning_rate)


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
    trainer = Trainer(task, AsOnAGpu(task.layout))
    starts = torch.zeros(3, 4, dtype=torch.long)
    updates = task.updates(Moment(30, 7, 0, 20, np.random.default_rng(0)))
    trainer._learn(updates, starts)
    with Operations() as operations:
        trainer._learn(updates, starts)
    assert any("baddbmm" in name for name in operations.seen)
    waiting = ("_local_scalar_dense", "nonzero", "lift_fresh", "is_nonzero", "_to_copy", "equal.")
    assert not [name for name in operations.seen if any(part in name for part in waiting)]
