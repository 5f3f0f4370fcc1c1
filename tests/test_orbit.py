"""Free-running orbits: the map iterated, and divergence noticed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import xarray as xr

from tausweep.execution import Execution
from tausweep.models.model import load
from tausweep.models.rnn.cells import CELLS
from tausweep.models.rnn.forcing import force
from tausweep.models.rnn.initial import dimensions, initial_parameters
from tausweep.orbit.settings import OrbitAlong
from tausweep.orbit.stage import diverged_at, generate, run

LATENT, N = 6, 2


def trained(name: str, *changes: dict[str, np.ndarray]) -> xr.Dataset:
    """A train file of one member per change of the initial parameters."""
    kind = CELLS[name]
    draws = [
        {**initial_parameters(kind, LATENT, N, np.random.default_rng(m)), **change}
        for m, change in enumerate(changes)
    ]
    values = {
        key: (("member", *axes), np.stack([d[key] for d in draws]).astype(np.float32))
        for key, axes in dimensions(kind).items()
    }
    attrs = {"recurrent_cell": name, "title": "a test"}
    return xr.Dataset(values, coords={"member": np.arange(len(draws))}, attrs=attrs)


@pytest.fixture
def signal() -> xr.Dataset:
    x = np.random.default_rng(0).standard_normal((50, N))
    return xr.Dataset(
        {"x": (("time", "variable"), x), "train_steps": 30},
        coords={"variable": ["u", "v"]},
        attrs={"dt": 0.1, "time_unit": "s"},
    )


@pytest.mark.parametrize("engine", ["eager", "fused"])
@pytest.mark.parametrize("name", CELLS)
def test_orbit_is_the_map_iterated_from_the_held_out_part(
    name: str, engine: str, signal: xr.Dataset
) -> None:
    file = trained(name, {}, {})
    out = run(
        OrbitAlong(part="held_out", steps=2500, transient=7),
        file,
        signal,
        execution=Execution(engine=engine),
    )
    assert out.x.dims == ("member", "time", "variable")
    assert out.x.shape == (2, 2500, N)
    assert out.attrs["engine"].startswith(engine)
    p = {k: torch.as_tensor(file[k].values) for k in dimensions(CELLS[name])}
    start = torch.tensor(signal.x.values[30], dtype=torch.float32)
    state = force(CELLS[name], p["B"], start[None, :, None].expand(2, -1, 1))
    F = CELLS[name].map(p)
    steps = []
    for _ in range(60):
        state = F(state)
        steps.append((p["B"] @ state[0])[..., 0])
    expected = torch.stack(steps, dim=1).numpy()
    np.testing.assert_allclose(out.x[:, :53], expected[:, 7:], rtol=1e-4, atol=1e-5)
    assert out.diverged.values.tolist() == [0, 0]


def test_a_driven_model_is_given_the_held_out_input(signal: xr.Dataset) -> None:
    """z' = C s with B⁺ = B = 1 gives back the input, one step later."""
    s = np.random.default_rng(3).standard_normal((50, 1))
    driven = signal.isel(variable=[0]).assign(input=(("time", "channel"), s))
    zero = np.zeros((1, 1))
    values = {"A": zero[0], "W": zero, "h": zero[0], "C": zero + 1, "B": zero + 1}
    axes = dimensions(CELLS["plrnn"], driven=True)
    file = xr.Dataset(
        {k: (("member", *axes[k]), v[None].astype(np.float32)) for k, v in values.items()},
        coords={"member": [0]},
        attrs={"recurrent_cell": "plrnn", "title": "a test"},
    )
    out = run(OrbitAlong(part="held_out", steps=15, transient=3), file, driven)
    np.testing.assert_allclose(out.x[0, :, 0], s[33:48, 0], rtol=1e-6)
    # Of 20 held-out samples 17 are left after the transient: the orbit ends with the input.
    out = run(OrbitAlong(part="held_out", steps=100, transient=3), file, driven)
    np.testing.assert_allclose(out.x[0, :, 0], s[33:50, 0], rtol=1e-6)
    with pytest.raises(ValueError, match=r"orbit.transient 19 needs more .* the 20 there are"):
        run(OrbitAlong(part="held_out", steps=18, transient=19), file, driven)


def test_along_the_whole_an_orbit_starts_on_the_first_sample_that_has_a_past(
    signal: xr.Dataset,
) -> None:
    """Published protocols let it start there; a model that asks for history, as soon as it can."""
    file = trained("plrnn", {})
    moved = signal.assign(train_steps=0)  # what is held out then is the whole
    whole = OrbitAlong(part="whole", steps=40, transient=0)
    found = run(whole, file, signal)
    expected = run(whole.model_copy(update={"part": "held_out"}), file, moved)
    xr.testing.assert_identical(found, expected)
    assert (
        found.x.values[0, 0, 0]
        != run(whole.model_copy(update={"part": "held_out"}), file, signal).x.values[0, 0, 0]
    )


def test_a_diverging_member_is_marked_and_its_rest_is_missing(signal: xr.Dataset) -> None:
    """z' = 2 z leaves any bound; a NaN parameter diverges at once; the third stays."""
    zero = np.zeros((LATENT, LATENT))
    growing = {"A": np.full(LATENT, 2.0), "W": zero, "h": np.zeros(LATENT)}
    resting = {"A": np.full(LATENT, 0.5), "W": zero, "h": np.zeros(LATENT)}
    broken = {**resting, "h": np.full(LATENT, np.nan)}
    cell = OrbitAlong(part="held_out", steps=3000, transient=4, bound=100.0)
    out = run(cell, trained("plrnn", growing, broken, resting), signal)
    assert out.diverged.values.tolist() == [1, 1, 0]
    x0 = np.abs(signal.x.values[30]).max()
    first = int(np.ceil(np.log2(100 / x0)))  # x0 · 2^k > 100
    assert out.diverged_at.values.tolist() == [first - 1, 0, -1]
    kept = first - 1 - 4
    assert np.isfinite(out.x[0, :kept]).all()
    assert np.isnan(out.x[0, kept:]).all()
    assert np.isnan(out.x[1]).all()
    assert np.isfinite(out.x[2]).all()


def test_members_do_not_touch_one_another(signal: xr.Dataset) -> None:
    cell = OrbitAlong(part="held_out", steps=200, transient=0)
    together = run(cell, trained("lstm", {}, {}, {}), signal)
    alone = run(cell, trained("lstm", {}), signal)
    np.testing.assert_allclose(together.x[0], alone.x[0], rtol=1e-4, atol=1e-5)


def test_all_diverged_ends_early() -> None:
    model = load(trained("plrnn", {"A": np.full(LATENT, 3.0)}))
    x = generate(model, model.start(np.ones((1, 1, N))), 10_000_000, 10.0)
    assert np.isnan(x[:, 2000:]).all()


def test_divergence_is_the_first_step_outside() -> None:
    x = np.zeros((4, 5, 2))
    x[0, 3, 1] = -11
    x[1, 0, 0] = np.nan
    x[2, 4, 0] = np.inf
    assert diverged_at(x, 10.0).tolist() == [3, 0, 4, -1]
