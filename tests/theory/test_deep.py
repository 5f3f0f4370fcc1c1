"""Deep linear networks: modes against the whole network, closed forms against integration."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from snapshots import differences

from tausweep.theory import deep, descent
from tausweep.theory.discrete import learning
from tausweep.theory.quadratic import Quadratic
from tausweep.theory.random_matrices import orthogonal

TIMES = np.array([0.0, 0.5, 2.0, 6.0])


class Case:
    """Three aligned modes, of different strengths and energies."""

    s, c = np.array([1.5, 0.9, 0.2]), np.array([1.0, 0.5, 0.8])
    begin = np.array([0.01, 0.2, 0.6])
    u, v = orthogonal(3, np.random.default_rng(0)), orthogonal(3, np.random.default_rng(1))
    loss = Quadratic(v, c, u * s)

    @classmethod
    def layers(cls, depth):
        return deep.aligned_layers(cls.u, cls.begin, cls.v, depth, np.random.default_rng(2))


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_the_gradient_is_that_of_the_loss(depth):
    layers = np.random.default_rng(0).standard_normal((depth, 3, 3))
    C, D = Case.v * Case.c @ Case.v.T, Case.u * Case.s @ Case.v.T

    def loss(layers):
        A = deep.product(layers)
        return np.trace(A @ C @ A.T) / 2 - np.trace(A @ D.T)

    np.testing.assert_allclose(
        deep.gradient(layers, Case.loss), differences(loss, layers), atol=1e-7
    )


@pytest.mark.parametrize("depth", [1, 2, 3, 5])
def test_modes_of_aligned_layers_are_learned_by_themselves(depth):
    np.testing.assert_allclose(
        deep.product(Case.layers(depth)), Case.u * Case.begin @ Case.v.T, atol=1e-14
    )
    flow = descent.flow(partial(deep.gradient, loss=Case.loss), Case.layers(depth), TIMES)
    modes = zip(Case.begin, Case.s, Case.c, strict=True)
    p = np.array([deep.mode(TIMES, b, s, c, depth) for b, s, c in modes])
    for t, layers in enumerate(flow):
        expected = Case.u * p[:, t] @ Case.v.T
        np.testing.assert_allclose(deep.product(layers), expected, atol=1e-8)
        for one, next_one in pairwise(layers):  # balanced they remain
            np.testing.assert_allclose(one @ one.T, next_one.T @ next_one, atol=1e-8)


def test_white_data_align_every_truth():
    rng = np.random.default_rng(3)
    X, A = orthogonal(3, rng), rng.standard_normal((3, 3))
    u, true, vt = np.linalg.svd(A)
    data = learning(X, A @ X)
    layers = deep.aligned_layers(u, np.full(3, 0.05), vt.T, 2, rng)
    learned = descent.flow(partial(deep.gradient, loss=data), layers, np.array([8.0]))[0]
    p = [deep.mode(np.array([8.0]), 0.05, s / 9, 1 / 9, 2).item() for s in true]
    np.testing.assert_allclose(deep.product(learned), u * p @ vt, atol=1e-8)


def test_a_single_layer_is_the_quadratic_loss_itself():
    flow = Case.loss.flow(Case.u * Case.begin @ Case.v.T, TIMES)
    for i in range(3):
        p = deep.mode(TIMES, Case.begin[i], Case.s[i], Case.c[i], 1)
        np.testing.assert_allclose(np.einsum("i,tij,j->t", Case.u[:, i], flow, Case.v[:, i]), p)


def test_by_hand_two_layers():
    # From 0.1 to 0.9 of a truth of 1, at s = c = 1: ½ ln(9 · 9) = ln 9.
    assert deep.learning_time(0.1, 0.9, 1.0, 1.0, 2) == pytest.approx(np.log(9))
    assert deep.mode(np.array([np.log(9)]), 0.1, 1.0, 1.0, 2) == pytest.approx([0.9])
    # Without a signal, dp/dτ = −2 c p².
    assert deep.mode(np.array([3.0]), 0.5, 0.0, 2.0, 2) == pytest.approx([0.5 / (1 + 6)])
    # With one and without energy it grows exponentially, for ever.
    assert deep.mode(np.array([1.0]), 0.5, 1.0, 0.0, 2) == pytest.approx([0.5 * np.e**2])


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 7, 50])
@pytest.mark.parametrize(("s", "c"), [(1.0, 1.0), (0.3, 1.2), (2.0, 0.5)])
def test_learning_times_are_those_of_the_mode(depth, s, c):
    begin, ends = 0.02 * s / c, s / c * np.array([0.02, 0.5, 0.9, 0.999])
    times = np.array([deep.learning_time(begin, end, s, c, depth) for end in ends])
    np.testing.assert_allclose(deep.mode(times, begin, s, c, depth), ends, rtol=1e-8)


def test_small_initial_values_delay_deep_networks():
    """By ln 1/p for two layers, by p^{2/N − 1} for more."""
    for depth in (3, 6):
        time = [deep.learning_time(p, 0.9, 1.0, 1.0, depth) for p in (1e-10, 1e-12)]
        assert time[1] / time[0] == pytest.approx(100 ** (1 - 2 / depth), rel=0.01)
    time = [deep.learning_time(p, 0.9, 1.0, 1.0, 2) for p in (1e-2, 1e-3, 1e-4)]
    assert np.diff(time) == pytest.approx(np.log(10) / 2, rel=0.01)


def test_orthogonal_layers_learn_in_a_number_of_steps_that_depth_changes_little():
    steps = [
        deep.learning_time(0.7, 0.99, 1.0, 1.0, depth) / deep.largest_step(1.0, 1.0, depth)
        for depth in (2, 4, 8, 64, 1024)
    ]
    assert max(steps) < 1.2 * min(steps)
    layers = deep.orthogonal_layers(4, 6, np.random.default_rng(0), gain=0.9)
    np.testing.assert_allclose(np.linalg.svd(deep.product(layers))[1], 0.9**6)
    for one, next_one in pairwise(layers):
        np.testing.assert_allclose(one @ one.T, next_one.T @ next_one, atol=1e-12)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_steps_above_the_largest_do_not_converge(depth):
    s, c = 1.5, 0.8
    loss = Quadratic(np.eye(2), np.full(2, c), np.eye(2) * s)
    near = deep.aligned_layers(
        np.eye(2), np.full(2, 0.999 * s / c), np.eye(2), depth, np.random.default_rng(0)
    )
    for share, converges in ((0.95, True), (1.05, False)):
        step = share * deep.largest_step(s, c, depth)
        end = descent.descend(partial(deep.gradient, loss=loss), near, step, 400)[-1]
        assert np.allclose(deep.product(end), np.eye(2) * s / c, atol=1e-8) == converges


def test_descent_errs_from_the_flow_in_proportion_to_its_step():
    gradient = partial(deep.gradient, loss=Case.loss)
    exact = descent.flow(gradient, Case.layers(3), np.array([3.0]))[0]
    error = [
        np.abs(descent.descend(gradient, Case.layers(3), 3 / k, k)[-1] - exact).max()
        for k in (200, 400, 800)
    ]
    np.testing.assert_allclose(np.divide(error[:-1], error[1:]), 2, atol=0.1)


def test_a_mode_that_cannot_be_learned_is_refused():
    with pytest.raises(ValueError, match="begins above zero"):
        deep.mode(TIMES, 0.0, 1.0, 1.0, 2)
    for begin, end in ((0.0, 0.5), (0.5, 0.2), (0.5, 1.0)):
        with pytest.raises(ValueError, match="does not pass"):
            deep.learning_time(begin, end, 1.0, 1.0, 3)
