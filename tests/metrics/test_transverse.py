"""Off the data's subspace: a linear model does there what its block Â_22 does."""

import math

import numpy as np
import pytest
from linear import Linear, signal
from motions import noise
from pydantic import ValidationError

from tausweep.metrics.transverse import Transverse

RANK, N = 2, 5
U = np.linalg.qr(noise(N, N))[0]
"""The data's directions: the first two have energy."""


def data(steps=1_500, s=None):
    """Noise in a plane."""
    return signal(noise(steps, RANK) @ U[:, :RANK].T, steps // 3, s)


def in_basis(*blocks):
    """Matrices whose blocks across the plane are these, and which lead back to it as well."""
    A = np.zeros((len(blocks), N, N))
    A[:, :RANK, :RANK] = 0.5 * np.eye(RANK)
    A[:, :RANK, RANK:] = noise(RANK, N - RANK)
    A[:, RANK:, RANK:] = blocks
    return U @ A @ U.T


def measured(model, signal=None, **settings):
    given = {"steps": 200, "transient": 50, "starts": 40, "after": (1, 2, 3), **settings}
    return Transverse(**given).measure(model, data() if signal is None else signal)


def test_radius_and_exponent_are_those_of_the_block():
    blocks = [np.diag([0.2, 0.9, 0.5]), noise(3, 3), 1.3 * U[:3, :3]]
    found = measured(Linear(in_basis(*blocks)))
    radius = [np.abs(np.linalg.eigvals(block)).max() for block in blocks]
    np.testing.assert_allclose(found["transverse_radius"], radius, rtol=1e-9)
    np.testing.assert_allclose(found["transverse_exponent"], np.log(radius), atol=0.02)


def test_what_grows_in_states_that_are_not_observed_is_seen_in_the_forced_exponent():
    """Two units more than variables, which a state started on the data leaves at zero."""

    class Hidden(Linear):
        def __init__(self, A, growth):
            super().__init__(A)
            self.growth, self.dimension = growth, N + 2

        def propagate(self, state, V, s=None):
            hidden = self.growth * V[:, :, N:]
            return self.step(state, s), np.concatenate([self.A @ V[:, :, :N], hidden], axis=2)

    A = in_basis(0.8 * np.eye(3))
    assert measured(Linear(A))["forced_exponent"] == pytest.approx(math.log(0.8), abs=0.01)
    found = measured(Hidden(A, 1.3))
    assert found["forced_exponent"] == pytest.approx(math.log(1.3), abs=1e-6)
    assert found["transverse_exponent"] == pytest.approx(math.log(0.8), abs=1e-6)


def test_a_push_is_left_as_powers_of_the_block_leave_it():
    found = measured(Linear(in_basis(0.8 * np.eye(3), 1.2 * np.eye(3))), after=(1, 4, 7))
    expected = [[scale**n for n in (1, 4, 7)] for scale in (0.8, 1.2)]
    np.testing.assert_allclose(found["transverse_push"], expected, rtol=1e-9)
    np.testing.assert_allclose(found["transverse_error"], 0, atol=1e-12)


def test_a_model_that_leaves_the_subspace_is_off_it_without_a_push():
    """x' = 0.5 x + u, with u across: 1, 1.5, 1.75 units of u."""

    class Led(Linear):
        def step(self, state, s=None):
            return super().step(state, s) + U[:, -1]

    found = measured(Led(in_basis(0.5 * np.eye(3))))
    rms = math.sqrt((data()["x"].values[:500].var(axis=0)).mean())
    np.testing.assert_allclose(found["transverse_error"][0] * rms, [1, 1.5, 1.75], rtol=1e-9)


def test_data_with_energy_everywhere_have_nothing_across():
    full = signal(noise(1_500, N), 500)
    found = measured(Linear(in_basis(np.eye(3))), full)
    assert {name: v.shape for name, v in found.items()} == {
        "forced_exponent": (1,), "transverse_radius": (1,), "transverse_exponent": (1,),
        "transverse_push": (1, 3), "transverse_error": (1, 3),
    }  # fmt: skip
    assert all(np.isnan(v).all() for name, v in found.items() if name != "forced_exponent")
    weak = signal(noise(1_500, N) * [1, 1, 1, 0.01, 0.01], 500)
    A = np.diag([0.1, 0.2, 0.3, 0.4, 0.7])[None]
    assert measured(Linear(A), weak, energy=1e-3)["transverse_radius"] == pytest.approx(0.7, 1e-3)


def test_what_becomes_infinite_is_so_and_harms_no_other():
    found = measured(Linear(in_basis(1e200 * np.eye(3), 0.5 * np.eye(3))), after=(1, 3))
    assert np.isinf(found["transverse_push"][0, 1])
    np.testing.assert_allclose(found["transverse_push"][1], [0.5, 0.125], rtol=1e-9)


def test_an_external_input_is_that_of_its_time():
    """x' = s x: a push is left as the product of inputs leaves it."""

    class Gated(Linear):
        def step(self, state, s=None):
            return s[None] * state

    s = np.exp(0.1 * noise(1_500, 1))
    found = measured(Gated(np.ones((1, N, N))), data(s=s), starts=2, after=(1, 2))
    begun = np.array([500, 1_497])
    one, two = s[begun, 0], s[begun, 0] * s[begun + 1, 0]
    np.testing.assert_allclose(found["transverse_push"][0, 0], np.sqrt(np.mean(one**2)))
    np.testing.assert_allclose(found["transverse_push"][0, 1], np.sqrt(np.mean(two**2)))
    np.testing.assert_allclose(found["transverse_radius"][0], s[550:750].mean(), rtol=1e-9)
    np.testing.assert_allclose(
        found["transverse_exponent"][0], np.log(s[550:750]).mean(), rtol=1e-9
    )


def test_too_little_held_out_is_said():
    short = data(60)
    with pytest.raises(ValueError, match=r"metrics\.transverse\.transient: 50 samples"):
        measured(Linear(in_basis(np.eye(3))), short)
    with pytest.raises(ValueError, match=r"metrics\.transverse\.after: 99 steps"):
        measured(Linear(in_basis(np.eye(3))), short, transient=5, after=(99,))
    with pytest.raises(ValidationError, match="must ascend"):
        Transverse(after=(2, 1))
