"""Engines: the window identity, and that all of them compute the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tausweep.engines.choose import choose
from tausweep.engines.eager import Eager
from tausweep.engines.engine import Engine
from tausweep.engines.fused.engine import Fused
from tausweep.engines.fused.library import available
from tausweep.engines.windows import Data, Pass, cut
from tausweep.models.rnn.cell import State
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
) -> tuple[Layout, np.ndarray, Data]:
    """A layout, parameters of some members, and data, in double precision."""
    layout = Layout(CELLS[name], latent, variables, channels)
    draws = [
        initial_parameters(
            CELLS[name], latent, variables, np.random.default_rng([7, m]), channels=channels
        )
        for m in range(members)
    ]
    theta = layout.pack({k: np.stack([d[k] for d in draws]) for k in layout.shapes})
    rng = np.random.default_rng(1)
    x = rng.standard_normal((members, TIME, variables) if own else (TIME, variables))
    s = rng.standard_normal((TIME, channels)) if channels else None
    return layout, theta, Data(x, s)


def starts_of(members: int, sequences: int, length: int) -> np.ndarray:
    return np.random.default_rng(2).integers(0, TIME - length, (members, sequences))


def state_of(layout: Layout, members: int, n: int) -> State:
    shape = (1 + layout.cell.memory, members, layout.latent, n)
    return tuple(np.random.default_rng(3).standard_normal(shape))


def gradient(
    engine: Engine,
    theta: np.ndarray,
    data: Data,
    starts: np.ndarray,
    windows: Pass,
    state: State | None = None,
) -> tuple[np.ndarray, np.ndarray, State]:
    """Loss, gradient and last states, all in NumPy."""
    own = engine.array
    x, s = own(data.x), None if data.s is None else own(data.s)
    begin = None if state is None else tuple(own(part) for part in state)
    loss, grad, last = engine.gradient(
        own(theta), Data(x, s), own(starts), windows, 0.3, begin, keep=True
    )
    assert last is not None
    return engine.numpy(loss), engine.numpy(grad), tuple(engine.numpy(part) for part in last)


def orbit(
    engine: Engine, theta: np.ndarray, state: State, steps: int, s: np.ndarray | None = None
) -> tuple[np.ndarray, State]:
    """An orbit and its end, in NumPy."""
    own = engine.array
    begin, inputs = tuple(own(part) for part in state), None if s is None else own(s)
    z, last = engine.orbit(own(theta), begin, steps, inputs)
    return engine.numpy(z), tuple(engine.numpy(part) for part in last)


def close(ours: np.ndarray, reference: np.ndarray, tolerance: float) -> None:
    scale = float(np.abs(reference).max())
    np.testing.assert_allclose(ours, reference, rtol=tolerance, atol=tolerance * scale + 1e-300)


# ----------------------------------------------------- the window identity, on the eager engine


def step_by_step(
    layout: Layout, theta: np.ndarray, data: Data, starts: np.ndarray, L: int, tau: int
) -> tuple[np.ndarray, np.ndarray]:
    """Eqs. 15-16 of the main paper as they are written: one step after the other. Loss and gradient."""
    leaf = torch.tensor(theta, requires_grad=True)
    p = layout.views(leaf)
    pinv, F = torch.linalg.pinv(p["B"]), layout.cell.map(p)
    loss: Any = 0.0
    state: State = ()
    for t in range(L):
        x, after = (torch.tensor(data.x[starts + at]).mT for at in (t, t + 1))
        if t % tau == 0:
            z = pinv @ x
            state = (z, *(torch.zeros_like(z) for _ in range(layout.cell.memory)))
        state = F(state, None if data.s is None else torch.tensor(data.s[starts + t]).mT)
        loss = loss + 0.3 * (p["B"] @ state[0] - after).square().sum(dim=(1, 2))
    return loss.detach().numpy(), torch.autograd.grad(loss.sum(), leaf)[0].numpy()


def agrees_with_plain(
    name: str, length: int, tau: int, latent: int, variables: int, channels: int
) -> None:
    """Loss to 1e-6 and gradients to 1e-5, relative, in float64."""
    layout, theta, data = setup(name, latent, variables, channels)
    starts = starts_of(2, 3, length)
    loss, grad, _ = gradient(Eager(layout), theta, data, starts, cut(length, tau))
    plain = step_by_step(layout, theta, data, starts, length, tau)
    close(loss, plain[0], 1e-6)
    close(grad, plain[1], 1e-5)


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
    state = state_of(layout, len(theta), n) if initial == "carried" else None
    reference = gradient(Eager(layout), theta, data, starts, windows, state)
    B = layout.views(theta)["B"]
    condition = float(np.linalg.cond(B).max()) if initial == "forced" else 1.0
    if condition > 1e3:
        return
    for dtype, tolerance in ((np.float64, 1e-9), (np.float32, 3e-4)):
        engine = Fused(layout, threads=data_of.draw(st.integers(1, 3)))
        single = Data(data.x.astype(dtype), None if data.s is None else data.s.astype(dtype))
        begin = None if state is None else tuple(part.astype(dtype) for part in state)
        tolerance *= condition**2
        if dtype == np.float32:
            plain = gradient(Eager(layout), theta.astype(dtype), single, starts, windows, begin)
            error = np.abs(plain[1] - reference[1]).max()
            if error > tolerance * np.abs(reference[1]).max():
                continue
        ours = gradient(engine, theta.astype(dtype), single, starts, windows, begin)
        for a, b in zip([*ours[:2], *ours[2]], [*reference[:2], *reference[2]], strict=True):
            assert a.dtype == dtype
            close(a, b, tolerance)


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
        along = np.random.default_rng(seed).standard_normal(theta.shape)
        h = 1e-6
        up, down = (gradient(engine, theta + e * along, data, starts, windows)[0] for e in (h, -h))
        assert (up - down) / (2 * h) == pytest.approx((grad * along).sum(), rel=1e-5)


def test_threads_change_no_bit() -> None:
    layout, theta, data = setup("lstm", 12, 3, members=3)
    theta, data = theta.astype(np.float32), Data(data.x.astype(np.float32))
    starts = starts_of(3, 40, 60)
    one, two, five = (
        gradient(Fused(layout, threads), theta, data, starts, cut(60, 7)) for threads in (1, 2, 5)
    )
    for other in (two, five):
        assert np.array_equal(one[0], other[0])
        assert np.array_equal(one[1], other[1])


def test_a_member_that_is_not_finite_harms_no_other() -> None:
    for name in CELLS:
        layout, theta, data = setup(name, 6, 2, members=3)
        starts = starts_of(3, 5, 30)
        whole = gradient(Fused(layout), theta, data, starts, cut(30, 7))
        theta[1] = np.nan
        theta[2, layout.offsets["B"] :] = 0  # B has no pseudo-inverse
        broken = gradient(Fused(layout), theta, data, starts, cut(30, 7))
        assert np.array_equal(broken[0][0], whole[0][0])
        assert np.array_equal(broken[1][0], whole[1][0])
        assert not np.isfinite(broken[0][1:]).any()


@pytest.mark.parametrize("instructions", INSTRUCTIONS)
def test_tanh_is_as_exact_as_stated(instructions: str) -> None:
    """z' = tanh(b) of an RNN without weights, over all sizes of b: 4e-7, ±1 far out, NaN stays."""
    b = np.concatenate([np.linspace(-12, 12, 4001), np.logspace(-30, 30, 500), [np.nan]])
    layout = Layout(CELLS["rnn"], len(b), 1)
    p = {name: np.zeros((1, *shape), np.float32) for name, shape in layout.shapes.items()}
    p["b_ih"][0] = b
    engine = Fused(layout, instructions=instructions)
    z, _ = engine.orbit(layout.pack(p), (np.zeros((1, len(b), 1), np.float32),), 1)
    exact = np.tanh(b.astype(np.float32).astype(np.float64))
    error = np.abs(z[0, 0] - exact)
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
    state = state_of(layout, 3, 1)
    z, last = orbit(Fused(layout, 2, instructions), theta, state, 60, data.s)
    reference, end = orbit(Eager(layout), theta, state, 60, data.s)
    close(z, reference, 1e-9)
    for ours, theirs in zip(last, end, strict=True):
        close(ours, theirs, 1e-9)


# --------------------------------------------------------------------------------- the interface


def test_what_an_engine_lacks_is_said(caplog: pytest.LogCaptureFixture) -> None:
    class Own(type(CELLS["rnn"])):  # type: ignore[misc]
        pass

    layout = Layout(Own(), 3, 2)
    assert choose("auto", layout, gpu=False).name == "eager"
    assert "'fused' cannot be used: it has no Own" in caplog.text
    with pytest.raises(ValueError, match="'fused' cannot be used: it has no Own; choose 'auto'"):
        choose("fused", layout)


def test_mixed_precision_is_refused() -> None:
    layout, theta, data = setup("rnn", 3, 2)
    with pytest.raises(ValueError, match=r"x is float64 .* not float32"):
        gradient(Fused(layout), theta.astype(np.float32), data, starts_of(2, 3, 9), cut(9, 3))
