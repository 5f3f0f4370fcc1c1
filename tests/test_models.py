"""Cells against torch's own modules and against plain arithmetic; the pseudo-inverse."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from tausweep.models import CELLS, dimensions, force, initial_parameters, pseudo_inverse

MEMBERS, LATENT, N = 3, 6, 4


def parameters(name: str, latent: int = LATENT, variables: int = 2) -> dict[str, Tensor]:
    """Parameters of some members, in double precision."""
    draws = [
        initial_parameters(CELLS[name], latent, variables, np.random.default_rng(i))
        for i in range(MEMBERS)
    ]
    return {k: torch.tensor(np.stack([d[k] for d in draws])) for k in draws[0]}


@pytest.mark.parametrize(("name", "module"), [("rnn", "RNNCell"), ("lstm", "LSTMCell")])
def test_cell_is_torchs(name: str, module: str) -> None:
    p = parameters(name)
    z, c = torch.randn(2, MEMBERS, LATENT, N, dtype=torch.float64)
    after = CELLS[name].map(p)((z, c) if name == "lstm" else (z,))
    for m in range(MEMBERS):
        cell = getattr(torch.nn, module)(1, LATENT, dtype=torch.float64)
        with torch.no_grad():
            cell.weight_hh.copy_(p["W_hh"][m])
            cell.bias_ih.copy_(p["b_ih"][m])
            cell.bias_hh.copy_(p["b_hh"][m])
        nothing = torch.zeros(N, 1, dtype=torch.float64)
        if name == "lstm":
            expected = cell(nothing, (z[m].T, c[m].T))
        else:
            expected = (cell(nothing, z[m].T),)
        for state, reference in zip(after, expected, strict=True):
            torch.testing.assert_close(state[m], reference.T)


def test_plrnn_is_its_equation() -> None:
    p = {k: v.numpy() for k, v in parameters("plrnn").items()}
    z = np.random.default_rng(0).standard_normal((MEMBERS, LATENT, N))
    p["W"] += np.eye(LATENT)  # its diagonal must take no part
    (after,) = CELLS["plrnn"].map({k: torch.tensor(v) for k, v in p.items()})((torch.tensor(z),))
    for m in range(MEMBERS):
        W = p["W"][m] - np.diag(np.diag(p["W"][m]))
        for k in range(N):
            expected = p["A"][m] * z[m, :, k] + W @ np.maximum(z[m, :, k], 0) + p["h"][m]
            np.testing.assert_allclose(after[m, :, k], expected)


def test_plrnn_starts_with_spectral_radius_one() -> None:
    p = initial_parameters(CELLS["plrnn"], 20, 3, np.random.default_rng(0))
    assert np.abs(np.linalg.eigvals(np.diag(p["A"]) + p["W"])).max() == pytest.approx(1)
    assert not np.diag(p["W"]).any()


@pytest.mark.parametrize("name", ["rnn", "lstm"])
def test_initial_values_are_torchs(name: str) -> None:
    """Uniform in ±1/√M, as torch.nn draws them."""
    p = initial_parameters(CELLS[name], 100, 3, np.random.default_rng(0))
    for value in p.values():
        assert np.abs(value).max() <= 0.1
        assert value.std() == pytest.approx(0.1 / np.sqrt(3), rel=0.15)


@pytest.mark.parametrize("name", CELLS)
def test_dimensions_name_every_axis(name: str) -> None:
    p = initial_parameters(CELLS[name], LATENT, 2, np.random.default_rng(0))
    size = {"latent": LATENT, "latent_from": LATENT, "gate": 4 * LATENT, "variable": 2}
    assert {k: v.shape for k, v in p.items()} == {
        k: tuple(size[axis] for axis in axes) for k, axes in dimensions(CELLS[name]).items()
    }


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
