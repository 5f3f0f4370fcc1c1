"""Every kind of model does what the protocol says."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from kinds import CHANNELS, KINDS, MEMBERS, VARIABLES, beside, coordinates, fitted, started

from tausweep.engines.choose import choose
from tausweep.execution import Execution
from tausweep.models.model import Dynamics, load
from tausweep.models.rnn.cells import CELLS
from tausweep.models.rnn.dynamics import pseudo_inverse
from tausweep.models.rnn.layout import Layout

N = 4


@pytest.fixture(params=[0, CHANNELS], ids=["closed", "driven"])
def channels(request: pytest.FixtureRequest) -> int:
    return request.param


@pytest.fixture(params=KINDS)
def file(request: pytest.FixtureRequest, channels: int) -> xr.Dataset:
    return fitted(request.param, channels)


@pytest.fixture
def model(file: xr.Dataset) -> Dynamics:
    return load(file)


@pytest.fixture
def s(channels: int) -> np.ndarray | None:
    """An external input of some steps."""
    return np.random.default_rng(2).standard_normal((30, channels)) if channels else None


def at(s: np.ndarray | None, t: int) -> np.ndarray | None:
    return None if s is None else s[t, None]


def test_its_numbers_are_those_of_its_states(model: Dynamics) -> None:
    state = started(model, N)
    assert (model.members, model.variables) == (MEMBERS, VARIABLES)
    assert coordinates(state).shape == (MEMBERS, N, model.dimension)
    assert model.observe(state).shape == (MEMBERS, N, VARIABLES)
    assert model.observe(state).dtype == np.float64


def test_it_starts_on_the_data(model: Dynamics) -> None:
    x = np.random.default_rng(1).standard_normal((N, model.history, VARIABLES))
    seen = model.observe(model.start(x))
    np.testing.assert_allclose(seen, np.stack([x[:, -1]] * MEMBERS), atol=1e-5)


@pytest.mark.parametrize("n", [1, N])
def test_to_run_is_to_step_and_observe(model: Dynamics, n: int, s: np.ndarray | None) -> None:
    """Networks run a single state in single precision."""
    state = stepped = started(model, n)
    x, end = model.run(state, 30, s)
    assert x.shape == (MEMBERS, n, 30, VARIABLES)
    assert x.dtype == np.float64
    for t in range(30):
        stepped = model.step(stepped, at(s, t))
        np.testing.assert_allclose(x[:, :, t], model.observe(stepped), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(coordinates(end), coordinates(stepped), rtol=1e-4, atol=1e-5)


def test_to_run_on_is_to_run_longer(model: Dynamics, s: np.ndarray | None) -> None:
    state = started(model, 1)
    whole, _ = model.run(state, 30, s)
    first, between = model.run(state, 13, None if s is None else s[:13])
    rest, _ = model.run(between, 17, None if s is None else s[13:])
    np.testing.assert_array_equal(np.concatenate([first, rest], axis=2), whole)


def test_tangent_vectors_are_differences_of_steps(model: Dynamics, s: np.ndarray | None) -> None:
    """All of the Jacobian, at states that are not forced ones."""
    state = model.step(started(model, N), at(s, 0))
    unit = np.eye(model.dimension)
    V = np.broadcast_to(unit, (MEMBERS, N, *unit.shape))
    after, J = model.propagate(state, V, at(s, 1))
    step = coordinates(model.step(state, at(s, 1)))
    np.testing.assert_allclose(coordinates(after), step, rtol=1e-12, atol=1e-14)
    for i, direction in enumerate(1e-6 * unit):
        ahead, behind = (
            coordinates(model.step(beside(state, np.broadcast_to(d, V.shape[:3])), at(s, 1)))
            for d in (direction, -direction)
        )
        np.testing.assert_allclose(J[..., i], (ahead - behind) / 2e-6, rtol=1e-6, atol=1e-7)


def test_tangent_vectors_are_combined_linearly(model: Dynamics, s: np.ndarray | None) -> None:
    """Any number of them, each state and member with its own."""
    state = started(model, N)
    unit = np.eye(model.dimension)
    _, J = model.propagate(state, np.broadcast_to(unit, (MEMBERS, N, *unit.shape)), at(s, 0))
    V = np.random.default_rng(3).standard_normal((MEMBERS, N, model.dimension, 3))
    _, after = model.propagate(state, V, at(s, 0))
    np.testing.assert_allclose(after, J @ V, rtol=1e-9, atol=1e-12)


def test_a_member_is_what_it_is_alone(
    file: xr.Dataset, model: Dynamics, s: np.ndarray | None
) -> None:
    alone, state = load(file.isel(member=[1])), started(model, N)
    mine = started(alone, N)
    V = np.random.default_rng(3).standard_normal((MEMBERS, N, model.dimension, 2))
    for t in range(5):
        state, V_after = model.propagate(state, V, at(s, t))
        mine, V_mine = alone.propagate(mine, V[1:2], at(s, t))
        np.testing.assert_allclose(V_mine[0], V_after[1], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(alone.observe(mine)[0], model.observe(state)[1], rtol=1e-9)


def test_states_side_by_side_do_not_touch(model: Dynamics, channels: int) -> None:
    """Each has its own input, or all the same."""
    x = np.random.default_rng(1).standard_normal((N, model.history, VARIABLES))
    s = np.random.default_rng(2).standard_normal((N, channels)) if channels else None
    together = model.observe(model.step(model.start(x), s))
    for i in range(N):
        alone = model.step(model.start(x[i, None]), None if s is None else s[i, None])
        np.testing.assert_allclose(model.observe(alone)[:, 0], together[:, i], rtol=1e-9)


def test_what_is_lost_stays_so_and_harms_no_other(
    file: xr.Dataset, model: Dynamics, s: np.ndarray | None
) -> None:
    broken = file.copy(deep=True)
    broken["W" if "W" in file else "W_hh"][0] = np.nan
    state = load(broken)
    n = started(state, N)
    V = np.ones((MEMBERS, N, model.dimension, 1))
    for t in range(3):
        n, V = state.propagate(n, V, at(s, t))
    right, _ = model.run(started(model, N), 3, None if s is None else s[:3])
    assert not np.isfinite(state.observe(n)[0]).any()
    np.testing.assert_allclose(state.observe(n)[1:], right[1:, :, -1], rtol=1e-9)


@pytest.mark.parametrize("name", CELLS)
def test_a_network_starts_forced(name: str) -> None:
    """z = B⁺x, and an LSTM's memory zero."""
    file = fitted(name)
    model = load(file)
    x = np.random.default_rng(1).standard_normal((N, 1, VARIABLES))
    state = coordinates(model.start(x))
    z, memory = state[..., :6], state[..., 6:]
    assert memory.shape[2] == 6 * CELLS[name].memory
    assert not memory.any()
    for m in range(MEMBERS):
        expected = x[:, 0] @ np.linalg.pinv(file.B.values[m].astype(float)).T
        np.testing.assert_allclose(z[m], expected, rtol=1e-6)


@pytest.mark.parametrize("shape", [(2, 6), (4, 4), (5, 3)])
def test_pseudo_inverse_is_moore_penrose(shape: tuple[int, int]) -> None:
    B = np.random.default_rng(0).standard_normal((3, *shape))
    np.testing.assert_allclose(pseudo_inverse(B), np.linalg.pinv(B), rtol=1e-9)


def test_a_start_that_is_lost_harms_no_other_member() -> None:
    """A B without an inverse, and one that is not finite: not finite either, and nothing is raised."""
    file = fitted("rnn")
    whole = load(file).start(np.ones((N, 1, VARIABLES)))[0]
    file["B"][1] = 0
    file["B"][2, 0, 0] = np.nan
    z = load(file).start(np.ones((N, 1, VARIABLES)))[0]
    assert np.array_equal(z[0], whole[0])
    assert not np.isfinite(z[1:]).any()


@pytest.mark.parametrize("engine", ["eager", "fused"])
@pytest.mark.parametrize("name", CELLS)
def test_a_network_runs_as_its_engine_does(name: str, engine: str) -> None:
    """To the last bit, in the precision of the parameters."""
    file = fitted(name)
    model = load(file, Execution(engine=engine))
    x = np.random.default_rng(1).standard_normal((1, 1, VARIABLES))
    layout = Layout(CELLS[name], 6, VARIABLES)
    run = choose(engine, layout, gpu=False)
    theta = run.array(layout.pack({k: file[k].values for k in layout.shapes}))
    state = tuple(run.array(part.astype(np.float32)) for part in model.start(x))
    z = run.numpy(run.orbit(theta, state, 200)[0])
    assert np.array_equal(model.run(model.start(x), 200)[0][:, 0], z @ file.B.values.mT)
    assert model.engine.startswith(engine)


def test_a_kind_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="'oracle' are not known, only recurrent ones and ngrc"):
        load(xr.Dataset(attrs={"model": "oracle"}))
