"""Noise on the data, and whitening."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tausweep.training.data import colouring, directions, with_noise
from tausweep.training.settings import Noise, Training
from tausweep.training.stage import run

from .problems import SIGNAL, dataset, train_cell


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


def test_directions_without_energy_are_whitened_to_the_size_of_variables() -> None:
    colour = colouring(flat())
    w = np.linalg.solve(colour, flat().T).T
    np.testing.assert_allclose(directions(w)[0], [0, 1, 1], atol=1e-9)
    along, rms = np.ones(3) / np.sqrt(3), np.sqrt(flat().var(axis=0).mean())
    np.testing.assert_allclose(np.linalg.norm(np.linalg.solve(colour, along)), 1 / rms)


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
