"""Engines: the window identity, and that all of them compute the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from tausweep.engines.choose import choose
from tausweep.engines.eager import Eager
from tausweep.engines.fused.engine import Fused
from tausweep.engines.fused.library import available
from tausweep.engines.windows import Data, Pass, cut
from tausweep.models.rnn.cell import Parameters, State
from tausweep.models.rnn.cells import CELLS
from tausweep.models.rnn.initial import initial_parameters
from tausweep.models.rnn.layout import Layout

TIME = 90
INSTRUCTIONS = available()


def test_the_fused_engine_was_compiled() -> None:
    """Not so on a machine without a C compiler; the tests ask for one."""
    assert "generic" in INSTRUCTIONS
    assert choose("auto", Layout(CELLS["rnn"], 3, 2), gpu=False).name.startswith("fused")


def setup(
    name: str,
    latent: int,
    variables: int,
    channels: int = 0,
    *,
    own: bool = False,
    members: int = 2,
) -> tuple[Layout, Tensor, Data]:
    """A layout, parameters of some members, and data, in double precision."""
    layout = Layout(CELLS[name], latent, variables, channels)
    draws = [
        initial_parameters(
            CELLS[name], latent, variables, np.random.default_rng([7, m]), channels=channels
        )
        for m in range(members)
    ]
    theta = layout.pack({k: torch.tensor(np.stack([d[k] for d in draws])) for k in layout.shapes})
    rng = np.random.default_rng(1)
    x = torch.tensor(rng.standard_normal((members, TIME, variables) if own else (TIME, variables)))
    s = torch.tensor(rng.standard_normal((TIME, channels))) if channels else None
    return layout, theta, Data(x, s)


def starts_of(members: int, sequences: int, length: int) -> Tensor:
    return torch.tensor(np.random.default_rng(2).integers(0, TIME - length, (members, sequences)))


def gradient(
    engine: Any,
    theta: Tensor,
    data: Data,
    starts: Tensor,
    windows: Pass,
    state: State | None = None,
) -> tuple[Tensor, Tensor, State]:
    out = torch.zeros_like(theta)
    loss, last = engine.gradient(theta, out, data, starts, windows, 0.3, state, keep=True)
    return loss, out, last


def close(ours: Tensor, reference: Tensor, tolerance: float) -> None:
    scale = float(reference.abs().max())
    torch.testing.assert_close(ours, reference, rtol=tolerance, atol=tolerance * scale + 1e-300)


# ----------------------------------------------------- the window identity, on the eager engine


def step_by_step(
    layout: Layout, p: Parameters, data: Data, starts: Tensor, L: int, tau: int
) -> Any:
    """Eqs. 15-16 of the main paper as they are written: one step after the other."""
    pinv, F = torch.linalg.pinv(p["B"]), layout.cell.map(p)
    loss: Any = 0.0
    state: State = ()
    for t in range(L):
        x, after = data.x[starts + t].mT, data.x[starts + t + 1].mT
        if t % tau == 0:
            z = pinv @ x
            state = (z, *(torch.zeros_like(z) for _ in range(layout.cell.memory)))
        state = F(state, None if data.s is None else data.s[starts + t].mT)
        loss = loss + (p["B"] @ state[0] - after).square().sum(dim=(1, 2))
    return 0.3 * loss


def agrees_with_plain(
    name: str, length: int, tau: int, latent: int, variables: int, channels: int
) -> None:
    """Loss to 1e-6 and gradients to 1e-5, relative, in float64."""
    layout, theta, data = setup(name, latent, variables, channels)
    starts = starts_of(2, 3, length)
    loss, grad, _ = gradient(Eager(layout), theta, data, starts, cut(length, tau))
    leaf = theta.clone().requires_grad_()
    plain = step_by_step(layout, layout.views(leaf), data, starts, length, tau)
    close(loss, plain.detach(), 1e-6)
    close(grad, torch.autograd.grad(plain.sum(), leaf)[0], 1e-5)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize(
    ("length", "tau", "latent", "variables"),
    [(30, 5, 8, 3), (30, 7, 8, 3), (30, 30, 8, 3), (30, 1, 8, 3), (29, 16, 8, 3), (30, 8, 3, 3)],
)
def test_window_identity(name: str, length: int, tau: int, latent: int, variables: int) -> None:
    agrees_with_plain(name, length, tau, latent, variables, channels=0)


@given(
    st.sampled_from(list(CELLS)),
    st.integers(1, 40),
    st.integers(1, 40),
    st.integers(3, 9),
    st.integers(1, 3),
    st.integers(0, 2),
)
@settings(max_examples=60, deadline=None)
def test_window_identity_for_any_shape(
    name: str, length: int, tau: int, latent: int, variables: int, channels: int
) -> None:
    agrees_with_plain(name, length, min(tau, length), latent, variables, channels)


# ------------------------------------------------------------------ fused against eager and truth


shapes = st.fixed_dictionaries(
    {
        "name": st.sampled_from(list(CELLS)),
        "latent": st.integers(1, 40),
        "variables": st.integers(1, 9),
        "channels": st.integers(0, 3),
        "own": st.booleans(),
        "members": st.integers(1, 3),
    }
)


@given(shapes, st.integers(1, 70), st.integers(1, 70), st.integers(1, 40), st.data())
@settings(max_examples=150, deadline=None)
def test_fused_is_eager(
    shape: dict[str, Any], length: int, tau: int, sequences: int, data_of: st.DataObject
) -> None:
    """Loss, gradient and final states of every kind of pass, in both precisions.

    Where terms cancel so far that the eager engine loses them in single precision, only double
    precision can tell: such an example is judged by that alone.
    """
    initial = data_of.draw(st.sampled_from(["forced", "zero", "carried"]))
    layout, theta, data = setup(**shape)
    windows = cut(length, min(tau, length), initial)
    starts = starts_of(len(theta), sequences, length)
    n = len(windows.offsets) * sequences
    state = None
    if initial == "carried":
        parts = torch.randn(1 + layout.cell.memory, len(theta), layout.latent, n).double()
        state = tuple(parts.unbind(0))
    reference = gradient(Eager(layout), theta, data, starts, windows, state)
    B = layout.views(theta)["B"]
    condition = float(torch.linalg.cond(B).max()) if initial == "forced" else 1.0
    if condition > 1e3:
        return
    for dtype, tolerance in ((torch.float64, 1e-9), (torch.float32, 3e-4)):
        engine = Fused(layout, threads=data_of.draw(st.integers(1, 3)))
        single = Data(data.x.to(dtype), None if data.s is None else data.s.to(dtype))
        begin = None if state is None else tuple(part.to(dtype) for part in state)
        tolerance *= condition**2
        if dtype == torch.float32:
            plain = gradient(Eager(layout), theta.to(dtype), single, starts, windows, begin)
            error = (plain[1].double() - reference[1]).abs().max()
            if error > tolerance * reference[1].abs().max():
                continue
        ours = gradient(engine, theta.to(dtype), single, starts, windows, begin)
        for a, b in zip([*ours[:2], *ours[2]], [*reference[:2], *reference[2]], strict=True):
            close(a.double(), b, tolerance)


@pytest.mark.parametrize("instructions", INSTRUCTIONS)
@pytest.mark.parametrize("name", CELLS)
def test_every_instruction_set_computes_the_same(name: str, instructions: str) -> None:
    layout, theta, data = setup(name, 13, 3, 2)
    starts = starts_of(2, 21, 50)
    reference = gradient(Eager(layout), theta, data, starts, cut(50, 16))
    engine = Fused(layout, instructions=instructions)
    ours = gradient(engine, theta, data, starts, cut(50, 16))
    for a, b in zip(ours[:2], reference[:2], strict=True):
        close(a, b, 1e-10)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("wide", [True, False])
def test_fused_gradient_is_the_difference_quotient(name: str, wide: bool) -> None:
    """Central differences along random directions, in float64, through B⁺ as well."""
    layout, theta, data = setup(name, *((7, 3) if wide else (2, 5)), 1, members=1)
    starts, windows = starts_of(1, 5, 20), cut(20, 6)
    engine = Fused(layout)
    _, grad, _ = gradient(engine, theta, data, starts, windows)
    for seed in range(5):
        generator = torch.Generator().manual_seed(seed)
        along = torch.randn(theta.shape, dtype=torch.float64, generator=generator)
        h = 1e-6
        up, down = (gradient(engine, theta + e * along, data, starts, windows)[0] for e in (h, -h))
        assert float((up - down) / (2 * h)) == pytest.approx(float((grad * along).sum()), rel=1e-5)


def test_threads_change_no_bit() -> None:
    layout, theta, data = setup("lstm", 12, 3, members=3)
    theta, data = theta.float(), Data(data.x.float())
    starts = starts_of(3, 40, 60)
    one, two, five = (
        gradient(Fused(layout, threads), theta, data, starts, cut(60, 7)) for threads in (1, 2, 5)
    )
    for other in (two, five):
        assert torch.equal(one[0], other[0])
        assert torch.equal(one[1], other[1])


def test_a_member_that_is_not_finite_harms_no_other() -> None:
    for name in CELLS:
        layout, theta, data = setup(name, 6, 2, members=3)
        starts = starts_of(3, 5, 30)
        whole = gradient(Fused(layout), theta, data, starts, cut(30, 7))
        theta[1] = torch.nan
        theta[2, layout.offsets["B"] :] = 0  # B has no pseudo-inverse
        broken = gradient(Fused(layout), theta, data, starts, cut(30, 7))
        assert torch.equal(broken[0][0], whole[0][0])
        assert torch.equal(broken[1][0], whole[1][0])
        assert not broken[0][1:].isfinite().any()


@pytest.mark.parametrize("instructions", INSTRUCTIONS)
def test_tanh_is_as_exact_as_stated(instructions: str) -> None:
    """z' = tanh(b) of an RNN without weights, over all sizes of b: 4e-7, ±1 far out, NaN stays."""
    b = np.concatenate([np.linspace(-12, 12, 4001), np.logspace(-30, 30, 500), [np.nan]])
    layout = Layout(CELLS["rnn"], len(b), 1)
    p = {name: torch.zeros(1, *shape) for name, shape in layout.shapes.items()}
    p["b_ih"][0] = torch.tensor(b)
    engine = Fused(layout, instructions=instructions)
    z, _ = engine.orbit(layout.pack(p), (torch.zeros(1, len(b), 1),), 1)
    exact = np.tanh(b.astype(np.float32).astype(np.float64))
    error = np.abs(z[0, 0].numpy() - exact)
    assert np.nanmax(error) < 4e-7
    assert np.nanmax(error / np.maximum(np.abs(exact), 1e-30)) < 4e-7
    assert np.isnan(z[0, 0, -1].item())


# -------------------------------------------------------------------------------------- orbits


@pytest.mark.parametrize("instructions", INSTRUCTIONS)
@pytest.mark.parametrize("channels", [0, 2])
@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("latent", [1, 5, 30])
def test_fused_orbits_are_eager_ones(
    name: str, channels: int, latent: int, instructions: str
) -> None:
    layout, theta, data = setup(name, latent, 2, channels, members=3)
    state = tuple(torch.randn(1 + layout.cell.memory, 3, latent, 1).double().unbind(0))
    z, last = Fused(layout, 2, instructions).orbit(theta, state, 60, data.s)
    reference, end = Eager(layout).orbit(theta, state, 60, data.s)
    close(z, reference, 1e-9)
    for ours, theirs in zip(last, end, strict=True):
        close(ours, theirs, 1e-9)


# --------------------------------------------------------------------------------- the interface


def test_what_an_engine_lacks_is_said() -> None:
    class Own(type(CELLS["rnn"])):  # type: ignore[misc]
        pass

    layout = Layout(Own(), 3, 2)
    assert choose("auto", layout, gpu=False).name == "eager"
    with pytest.raises(ValueError, match="'fused' cannot be used: it has no Own; choose 'auto'"):
        choose("fused", layout)


def test_mixed_precision_is_refused() -> None:
    layout, theta, data = setup("rnn", 3, 2)
    with pytest.raises(ValueError, match=r"x is torch\.float64 .* not torch\.float32"):
        gradient(Fused(layout), theta.float(), data, starts_of(2, 3, 9), cut(9, 3))
