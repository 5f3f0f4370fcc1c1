"""Cells against torch's own modules and against plain arithmetic; the pseudo-inverse."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from tausweep.models.rnn.cells import CELLS
from tausweep.models.rnn.forcing import force, pseudo_inverse
from tausweep.models.rnn.initial import RECURRENT, dimensions, initial_parameters, shapes

MEMBERS, LATENT, N = 3, 6, 4
SCHEMES = ("default", "torch", *RECURRENT)


def parameters(
    name: str, latent: int = LATENT, variables: int = 2, channels: int = 0
) -> dict[str, Tensor]:
    """Parameters of some members, in double precision."""
    draws = [
        initial_parameters(
            CELLS[name], latent, variables, np.random.default_rng(i), channels=channels
        )
        for i in range(MEMBERS)
    ]
    return {k: torch.tensor(np.stack([d[k] for d in draws])) for k in draws[0]}


@pytest.mark.parametrize("channels", [0, 2])
@pytest.mark.parametrize(
    ("name", "module"), [("rnn", "RNNCell"), ("lstm", "LSTMCell"), ("gru", "GRUCell")]
)
def test_cell_is_torchs(name: str, module: str, channels: int) -> None:
    p = parameters(name, channels=channels)
    z, c = torch.randn(2, MEMBERS, LATENT, N, dtype=torch.float64)
    s = torch.randn(MEMBERS, channels, N, dtype=torch.float64) if channels else None
    after = CELLS[name].map(p)((z, c) if name == "lstm" else (z,), s)
    for m in range(MEMBERS):
        cell = getattr(torch.nn, module)(max(channels, 1), LATENT, dtype=torch.float64)
        with torch.no_grad():
            cell.weight_hh.copy_(p["W_hh"][m])
            cell.bias_ih.copy_(p["b_ih"][m])
            cell.bias_hh.copy_(p["b_hh"][m])
            if channels:
                cell.weight_ih.copy_(p["W_ih"][m])
        given = torch.zeros(N, 1, dtype=torch.float64) if s is None else s[m].T
        if name == "lstm":
            expected = cell(given, (z[m].T, c[m].T))
        else:
            expected = (cell(given, z[m].T),)
        for state, reference in zip(after, expected, strict=True):
            torch.testing.assert_close(state[m], reference.T)


def test_plrnn_is_its_equation() -> None:
    p = {k: v.numpy() for k, v in parameters("plrnn", channels=2).items()}
    s = np.random.default_rng(1).standard_normal((MEMBERS, 2, N))
    z = np.random.default_rng(0).standard_normal((MEMBERS, LATENT, N))
    p["W"] += np.eye(LATENT)  # its diagonal must take no part
    F = CELLS["plrnn"].map({k: torch.tensor(v) for k, v in p.items()})
    (after,) = F((torch.tensor(z),), torch.tensor(s))
    for m in range(MEMBERS):
        W = p["W"][m] - np.diag(np.diag(p["W"][m]))
        for k in range(N):
            expected = p["A"][m] * z[m, :, k] + W @ np.maximum(z[m, :, k], 0) + p["h"][m]
            expected += p["C"][m] @ s[m, :, k]
            np.testing.assert_allclose(after[m, :, k], expected)


def test_plrnn_starts_with_spectral_radius_one() -> None:
    p = initial_parameters(CELLS["plrnn"], 20, 3, np.random.default_rng(0))
    assert np.abs(np.linalg.eigvals(np.diag(p["A"]) + p["W"])).max() == pytest.approx(1)
    assert not np.diag(p["W"]).any()


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_initial_values_are_torchs(name: str) -> None:
    """Uniform in ±1/√M, as torch.nn draws them."""
    p = initial_parameters(CELLS[name], 100, 3, np.random.default_rng(0))
    for value in p.values():
        assert np.abs(value).max() <= 0.1
        assert value.std() == pytest.approx(0.1 / np.sqrt(3), rel=0.15)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("channels", [0, 2])
@pytest.mark.parametrize("name", CELLS)
def test_dimensions_name_every_axis(name: str, channels: int, scheme: str) -> None:
    cell = CELLS[name]
    rng = np.random.default_rng(0)
    p = initial_parameters(cell, LATENT, 3, rng, channels=channels, scheme=scheme)
    size = {"latent": LATENT, "latent_from": LATENT, "variable": 3, "channel": channels}
    size["gate"] = cell.gates * LATENT
    named = {
        k: tuple(size[axis] for axis in axes)
        for k, axes in dimensions(cell, driven=channels > 0).items()
    }
    assert {k: v.shape for k, v in p.items()} == named == shapes(cell, LATENT, 3, channels)
    assert list(p) == list(named)


def matrices(name: str, scheme: str, latent: int, seed: int) -> list[np.ndarray]:
    """The matrices that act on z."""
    rng = np.random.default_rng(seed)
    p = initial_parameters(CELLS[name], latent, 3, rng, scheme=scheme)
    if name == "plrnn":
        return [np.diag(p["A"]) + p["W"]]
    return np.split(p["W_hh"], CELLS[name].gates)


@pytest.mark.parametrize("name", CELLS)
def test_gershgorin_begins_inside_the_unit_circle(name: str) -> None:
    """And nearly fills it by its rows; Glorot's eigenvalues spread to radius one and beyond."""
    for seed in range(20):
        for matrix in matrices(name, "gershgorin", 12, seed):
            assert not np.diag(matrix).any()
            np.testing.assert_allclose(np.abs(matrix).sum(axis=1), 1)
            assert np.abs(np.linalg.eigvals(matrix)).max() <= 1 + 1e-12
    radii = [
        np.abs(np.linalg.eigvals(matrix)).max()
        for seed in range(40)
        for matrix in matrices(name, "glorot", 12, seed)
    ]
    assert max(radii) > 1
    assert np.median(radii) == pytest.approx(1, abs=0.15)


def test_glorot_has_the_variance_of_its_name() -> None:
    p = initial_parameters(CELLS["gru"], 200, 50, np.random.default_rng(0), scheme="glorot")
    assert p["W_hh"].std() == pytest.approx(200**-0.5, rel=0.02)
    assert p["B"].std() == pytest.approx((2 / 250) ** 0.5, rel=0.05)
    assert not p["b_hh"].any()
    wide = initial_parameters(
        CELLS["gru"], 50, 200, np.random.default_rng(0), channels=100, scheme="glorot"
    )
    assert wide["B"].std() == pytest.approx((2 / 250) ** 0.5, rel=0.05)
    assert wide["W_ih"].std() == pytest.approx((2 / 150) ** 0.5, rel=0.05)


@pytest.mark.parametrize("name", CELLS)
def test_every_matrix_begins_by_the_scheme(name: str) -> None:
    for matrix in matrices(name, "orthogonal", 12, 0):
        np.testing.assert_allclose(matrix @ matrix.T, np.eye(12), atol=1e-12)
    for matrix in matrices(name, "gershgorin_uniform", 12, 0):
        assert not np.diag(matrix).any()
        assert np.abs(matrix).max() <= 1 / 11
    for matrix in matrices(name, "glorot_normal", 200, 0):
        assert matrix.std() == pytest.approx(200**-0.5, rel=0.02)
        assert np.abs(matrix).max() > 3.5 * 200**-0.5  # further than any uniform one


def test_a_single_unit_can_begin_by_any_scheme() -> None:
    for name in CELLS:
        for scheme in SCHEMES:
            p = initial_parameters(CELLS[name], 1, 1, np.random.default_rng(0), scheme=scheme)
            assert all(np.isfinite(v).all() for v in p.values())


@given(st.integers(1, 5), st.integers(1, 8), st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_pseudo_inverse_is_moore_penrose(variables: int, latent: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    B = torch.randn(2, variables, latent, dtype=torch.float64, generator=generator)
    if float(torch.linalg.cond(B).max()) > 1e4:
        return
    torch.testing.assert_close(pseudo_inverse(B), torch.linalg.pinv(B), rtol=1e-6, atol=1e-8)


def test_gradient_flows_through_the_pseudo_inverse() -> None:
    B = torch.randn(2, 3, 7, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(pseudo_inverse, B)


def test_a_singular_member_harms_no_other() -> None:
    B = torch.randn(3, 2, 4)
    alone = pseudo_inverse(B[:1])
    B[1] = 0
    B[2] = torch.nan
    inverse = pseudo_inverse(B)
    assert torch.equal(inverse[:1], alone)
    assert not inverse[1:].isfinite().any()


def test_forcing_reproduces_the_data_and_clears_the_memory() -> None:
    p = parameters("lstm")
    x = torch.randn(MEMBERS, 2, N, dtype=torch.float64)
    z, c = force(CELLS["lstm"], p["B"], x)
    torch.testing.assert_close(p["B"] @ z, x)
    assert not c.any()
