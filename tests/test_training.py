"""Training: methods against plain loops, independence of members, records, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import xarray as xr
from pydantic import TypeAdapter
from torch.utils._python_dispatch import TorchDispatchMode

from tausweep.engines.choose import choose
from tausweep.engines.eager import Eager
from tausweep.engines.windows import Data
from tausweep.execution import Execution
from tausweep.models.rnn.cell import Parameters
from tausweep.models.rnn.cells import CELLS, force
from tausweep.models.rnn.initial import initial_parameters
from tausweep.models.rnn.layout import Layout
from tausweep.models.rnn.settings import Recurrent
from tausweep.training.adam import Adam
from tausweep.training.adaptation import strength
from tausweep.training.checkpoint import Checkpoint
from tausweep.training.data import colouring, directions, with_noise
from tausweep.training.methods.method import Moment
from tausweep.training.settings import Method, Noise, RelativeTau, Train, Training
from tausweep.training.stage import run, steps_of
from tausweep.training.trainer import Problem, Trained, Trainer

SIGNAL = np.random.default_rng(0).standard_normal((400, 3)).cumsum(axis=0)
SIGNAL = (SIGNAL - SIGNAL.mean(axis=0)) / SIGNAL.std(axis=0)
SHORT = Training(epochs=20, batches=3, batch_size=4, sequence_length=30)


def method(name: str, **settings: object) -> Method:
    if name not in ("bptt", "gtf", "gtf_adaptive"):
        settings.setdefault("tau", [7])
    return TypeAdapter(Method).validate_python({"method": name, **settings})


def problem(
    cell: str = "rnn",
    by: Method | None = None,
    settings: Training = SHORT,
    members: range = range(3),
    tau: int = 7,
    latent: int = 10,
    x: np.ndarray = SIGNAL,
) -> Problem:
    by = by or method("sparse_tf")
    return Problem(
        layout=Layout(CELLS[cell], latent, x.shape[1]),
        scheme="default",
        data=Data(torch.tensor(x, dtype=torch.float32)),
        updates=by.updates,
        tau=tau,
        length=settings.sequence_length,
        clip=by.clip,
        mixing=by.mixing,
        settings=settings,
        members=members,
    )


def train(engine: str = "auto", **changes: object) -> Trained:
    task = problem(**changes)
    found = choose(engine, task.layout, mixed=task.mixing is not None)
    return Trainer(task, found).run(Checkpoint(None, 60.0))


# ---------------------------------------------------------- methods, against plain training loops


def plain_training(by: Method, tau: int, settings: Training, clip: dict | None) -> Parameters:
    """One RNN trained step after step by what the method's name says, with torch.nn's own tools."""
    draw = initial_parameters(CELLS["rnn"], 10, 3, np.random.default_rng([0, 0, 0]))
    p = {k: torch.tensor(v, dtype=torch.float32).requires_grad_() for k, v in draw.items()}
    adam = torch.optim.Adam(p.values(), lr=settings.learning_rate)
    x = torch.tensor(SIGNAL, dtype=torch.float32)
    L = settings.sequence_length
    for epoch in range(settings.epochs):
        shared = np.random.default_rng([0, 3, epoch])
        stream = np.random.default_rng([0, 0, 1, epoch])
        for starts in stream.integers(0, len(x) - L, (settings.batches, settings.batch_size)):
            interval = tau
            if by.method == "annealed":
                interval = 1 + round(
                    (tau - 1) * min(1.0, epoch / (by.until * (settings.epochs - 1)))
                )
            if by.method == "jittered":
                interval = int(shared.integers(tau // 2, tau + tau // 2 + 1))
                interval = max(1, interval)
            z = torch.zeros(settings.batch_size, 10)
            losses = []
            for t in range(L):
                at_window = t % interval == 0
                if (by.method in ("sparse_tf", "annealed", "jittered") and at_window) or t == 0:
                    z = x[starts + t] @ torch.linalg.pinv(p["B"]).T
                elif by.method == "windowing" and at_window:
                    z = torch.zeros_like(z) if by.initial == "zero" else z.detach()
                elif by.method == "truncated" and at_window:
                    z = z.detach()
                if by.method == "windowing" and by.initial == "zero" and t == 0:
                    z = torch.zeros_like(z)
                elif by.method == "gtf":
                    (alpha,) = by.alpha
                    z = (1 - alpha) * z + alpha * x[starts + t] @ torch.linalg.pinv(p["B"]).T
                z = torch.tanh(z @ p["W_hh"].T + p["b_ih"] + p["b_hh"])
                losses.append((z @ p["B"].T - x[starts + t + 1]).square().mean())
                whole = t == L - 1
                if whole or (by.method == "truncated" and (t + 1) % interval == 0):
                    adam.zero_grad()
                    torch.stack(losses).mean().backward()
                    if clip and "norm" in clip:
                        torch.nn.utils.clip_grad_norm_(p.values(), clip["norm"])
                    if clip and "value" in clip:
                        torch.nn.utils.clip_grad_value_(p.values(), clip["value"])
                    adam.step()
                    losses = []
    return p


@pytest.mark.parametrize("engine", ["eager", "fused"])
@pytest.mark.parametrize(
    ("name", "settings", "clip"),
    [
        ("sparse_tf", {}, None),
        ("sparse_tf", {}, {"norm": 0.05}),
        ("sparse_tf", {}, {"value": 0.01}),
        ("bptt", {"sequence_length": 30}, {"norm": 0.1}),
        ("windowing", {"initial": "zero"}, None),
        ("windowing", {"initial": "last"}, None),
        ("truncated", {}, {"norm": 0.1}),
        ("annealed", {"until": 0.7}, None),
        ("jittered", {"spread": 0.5}, None),
    ],
)
def test_a_method_is_its_plain_loop(
    engine: str, name: str, settings: dict, clip: dict | None
) -> None:
    """The same parameters after some epochs, to single precision."""
    short = Training(epochs=5, batches=3, batch_size=4, sequence_length=30)
    tau = 30 if name == "bptt" else 8
    by = method(name, **settings, **({"clip": clip} if clip else {}))
    ours = train(engine, by=by, settings=short, members=range(1), tau=tau)
    plain = plain_training(by, tau, short, clip)
    moved = 0.0
    first = initial_parameters(CELLS["rnn"], 10, 3, np.random.default_rng([0, 0, 0]))
    for key, value in ours.parameters.items():
        np.testing.assert_allclose(value[0], plain[key].detach(), atol=3e-5)
        moved = max(moved, np.abs(value[0] - first[key]).max())
    assert moved > 5e-3


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_generalised_teacher_forcing_is_its_plain_loop(alpha: float) -> None:
    test_a_method_is_its_plain_loop("eager", "gtf", {"alpha": [alpha]}, {"norm": 0.1})


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("alpha", "tau"), [(0.0, 30), (1.0, 1)])
def test_generalised_teacher_forcing_ends_where_it_must(cell: str, alpha: float, tau: int) -> None:
    """At α = 1 it forces at every step, at 0 only at the first: with what a cell remembers too."""
    mixed = train("eager", cell=cell, by=method("gtf", alpha=[alpha]), tau=30)
    sparse = train("eager", cell=cell, by=method("sparse_tf"), tau=tau)
    for name, value in mixed.parameters.items():
        np.testing.assert_allclose(value, sparse.parameters[name], atol=3e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_the_strength_of_forcing_follows_the_jacobians(cell: str) -> None:
    """α = 1 − 1/σ of the mean Jacobian of a sequence, the largest: against autograd, by sample."""
    layout = problem(cell=cell, latent=4).layout
    torch.manual_seed(0)
    theta = torch.randn(2, layout.size)
    data = Data(torch.tensor(SIGNAL, dtype=torch.float32))
    starts = torch.tensor([[0, 50, 9], [7, 99, 3]])
    found = strength(layout, theta, data, starts, 5)
    for member in range(2):
        p = layout.views(theta[member : member + 1])
        F = layout.cell.map(p)
        sigmas = []
        for start in starts[member]:
            jacobians = []
            for t in range(5):
                state = force(layout.cell, p["B"], data.x[start + t][None, :, None])
                flat = torch.cat(state, dim=1).flatten()

                def step(flat: torch.Tensor, F: Any = F) -> torch.Tensor:
                    parts = flat.split(4)
                    return torch.cat(
                        [o.flatten() for o in F(tuple(q[None, :, None] for q in parts))]
                    )

                jacobians.append(torch.autograd.functional.jacobian(step, flat))
            sigmas.append(torch.linalg.matrix_norm(torch.stack(jacobians).mean(dim=0), ord=2))
        expected = max(0.0, 1 - 1 / float(max(sigmas)))
        assert float(found[member]) == pytest.approx(expected, abs=1e-5)


def test_adaptive_strength_falls_slowly_and_is_kept() -> None:
    by = method("gtf_adaptive", initial=1.0, every=1, decay=0.9)
    alpha = train("auto", by=by).alpha
    assert alpha.shape == (3, 20)
    assert (alpha[:, 0] >= 0.9**3 - 1e-6).all()
    assert (alpha[:, -1] < alpha[:, 0]).all()
    alone = train("auto", by=by, members=range(1, 2)).alpha
    np.testing.assert_array_equal(alpha[1:2], alone)


def test_an_engine_that_cannot_mix_says_so() -> None:
    with pytest.raises(ValueError, match="'fused' cannot mix state and data"):
        train("fused", by=method("gtf", alpha=[0.1]))


def test_annealed_grows_from_one_to_tau() -> None:
    by = method("annealed", until=0.5)
    rng = np.random.default_rng(0)
    taus = [by.updates(Moment(30, 21, epoch, 9, rng))[0][0].steps[0] for epoch in range(9)]
    assert taus == [1, 6, 11, 16, 21, 21, 21, 21, 21]


def test_jittered_stays_within_its_bounds_and_moves() -> None:
    by = method("jittered", spread=0.5)
    rng = np.random.default_rng(0)
    taus = [by.updates(Moment(30, 20, 0, 9, rng))[0][0].steps[0] for _ in range(300)]
    assert set(taus) == set(range(10, 31))


# --------------------------------------------------------------------------- members and records


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


# ---------------------------------------------------------------------------------- the optimiser


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


# ------------------------------------------------------------------------------ noise, whitening


def flat() -> np.ndarray:
    """Three variables on a plane: no energy along (1, 1, 1)."""
    return SIGNAL - SIGNAL.mean(axis=1, keepdims=True)


def test_noise_has_its_strength_and_place() -> None:
    rng = np.random.default_rng(0)
    everywhere = with_noise(flat(), Noise(strength=0.2), rng) - flat()
    assert everywhere.std(axis=0) == pytest.approx(0.2, rel=0.1)
    empty = with_noise(flat(), Noise(strength=0.2, where="unexcited"), rng) - flat()
    along = np.ones(3) / np.sqrt(3)
    np.testing.assert_allclose(empty, np.outer(empty @ along, along), atol=1e-12)
    assert (empty @ along).std() == pytest.approx(0.2, rel=0.1)


def test_noise_needs_a_direction_without_energy() -> None:
    noise = Noise(strength=0.1, where="unexcited")
    with pytest.raises(ValueError, match=r"energy in all directions .* use 'everywhere'"):
        with_noise(SIGNAL, noise, np.random.default_rng(0))


def test_whitened_data_have_equal_energy_in_all_directions() -> None:
    w = np.linalg.solve(colouring(SIGNAL), SIGNAL.T).T
    np.testing.assert_allclose(directions(w)[0], 1, rtol=1e-9)
    with pytest.raises(ValueError, match=r"no energy in some direction \("):
        colouring(flat())


def test_whitening_changes_the_loss_and_not_what_is_saved_is_about() -> None:
    """A model trained on whitened data observes the data itself: B⁺ puts it onto them."""
    signal = dataset()
    plain, white = (
        run(train_cell(Training(epochs=300, batch_size=8, sequence_length=30, whiten=w)), signal)
        for w in (False, True)
    )
    assert not np.allclose(plain.loss, white.loss, rtol=0.01)
    x = torch.tensor(SIGNAL[:300], dtype=torch.float32)
    p = {k: torch.tensor(white[k].values) for k in ("W_hh", "b_ih", "b_hh", "B")}
    z = x[:-1] @ torch.linalg.pinv(p["B"][0]).T
    step = torch.tanh(z @ p["W_hh"][0].T + p["b_ih"][0] + p["b_hh"][0]) @ p["B"][0].T
    assert (step - x[1:]).square().mean() < 0.15
    assert float(white.loss[0, -1]) < 0.5 * float(white.loss[0, 0])


# -------------------------------------------------------------------------------------- the stage


def dataset(x: np.ndarray = SIGNAL) -> xr.Dataset:
    return xr.Dataset(
        {"x": (("time", "variable"), x), "train_steps": 300},
        coords={"variable": ["x", "y", "z"]},
    )


def train_cell(settings: Training, by: Method | None = None, cell: str = "rnn") -> Train:
    return Train(
        model=Recurrent(cell=cell, latent=8),
        method=by or method("sparse_tf"),
        training=settings,
        first_member=0,
        members=2,
    )


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
