"""Methods against plain training loops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from tausweep.engines.windows import Data
from tausweep.models.rnn.cell import Parameters
from tausweep.models.rnn.cells import CELLS
from tausweep.models.rnn.forcing import force
from tausweep.models.rnn.initial import initial_parameters
from tausweep.training.adaptation import strength
from tausweep.training.methods.method import Moment
from tausweep.training.settings import Method, Training

from .problems import SIGNAL, method, problem, train

SPARSE = ("sparse_tf", "annealed", "jittered", "jitter")
"""Methods that put the whole state on the data at the beginning of a window."""


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
            if by.method == "jitter":
                (delta,) = by.spread
                interval = max(1, int(shared.integers(by.tau - delta, by.tau + delta + 1)))
                interval = min(interval, L)
            z = torch.zeros(settings.batch_size, 10)
            losses = []
            for t in range(L):
                at_window = t % interval == 0
                if (by.method in SPARSE and at_window) or t == 0:
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
        ("jitter", {"tau": 6, "spread": [9]}, None),
        ("clipped_bptt", {"sequence_length": 30, "by": "norm", "threshold": [0.1]}, None),
        ("clipped_bptt", {"sequence_length": 30, "by": "value", "threshold": [0.01]}, None),
    ],
)
def test_a_method_is_its_plain_loop(
    engine: str, name: str, settings: dict, clip: dict | None
) -> None:
    """The same parameters after some epochs, to single precision."""
    short = Training(epochs=5, batches=3, batch_size=4, sequence_length=30)
    tau = 30 if name.endswith("bptt") else 8
    by = method(name, **settings, **({"clip": clip} if clip else {}))
    ours = train(engine, by=by, settings=short, members=range(1), tau=tau)
    if name == "clipped_bptt":
        clip = {by.by: by.threshold[0]}
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


def test_a_threshold_is_the_only_clipping() -> None:
    with pytest.raises(ValueError, match="clip is what threshold sweeps"):
        method("clipped_bptt", by="norm", threshold=[1.0], clip={"norm": 1.0})
    with pytest.raises(ValueError, match="every threshold may stand once"):
        method("clipped_bptt", by="norm", threshold=[1.0, 1.0])
    each = [
        one.clipping for one in method("clipped_bptt", by="value", threshold=[1.0, 9.0]).single()
    ]
    assert [(clip.norm, clip.value) for clip in each] == [(None, 1.0), (None, 9.0)]


def test_jitter_beyond_its_interval_stays_within_one_and_the_sequence() -> None:
    (by,) = method("jitter", tau=5, spread=[12]).single()
    rng = np.random.default_rng(0)
    taus = [by.updates(Moment(14, 14, 0, 9, rng))[0][0].steps[0] for _ in range(500)]
    assert set(taus) == set(range(1, 15))
    assert taus.count(1) > 100  # nine of 25 draws are below 2


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
