"""Remedies: what each learns is what descent of its own loss learns, and what it costs."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from snapshots import invariant

from tausweep.theory import descent, discrete, remedies
from tausweep.theory.random_matrices import glorot_normal

TIMES = np.array([0.0, 1.0, 30.0])
A, X, Y, U = invariant(5, 3, 40)
DATA = discrete.learning(X, Y)
UNSTABLE = 1.6 * glorot_normal(5, np.random.default_rng(4))
SIGMA = 0.4

ALL = {
    "nothing": remedies.nothing(DATA, UNSTABLE),
    "projection": remedies.projection(DATA, UNSTABLE),
    "stable_initial": remedies.stable_initial(DATA, UNSTABLE, 0.9),
    "isotropic_noise": remedies.isotropic_noise(DATA, UNSTABLE, SIGMA),
    "unexcited_noise": remedies.unexcited_noise(DATA, UNSTABLE, SIGMA),
    "weight_decay": remedies.weight_decay(DATA, UNSTABLE, 0.03),
    "whitening": remedies.whitening(DATA, UNSTABLE),
}
UNBIASED = {"nothing", "projection", "stable_initial", "unexcited_noise", "whitening"}


def flow(gradient, initial):
    return descent.flow(gradient, initial, TIMES)


def test_each_is_the_flow_of_its_gradient():
    P = U[:, :3] @ U[:, :3].T
    plain = partial(discrete.gradient, X=X, Y=Y)
    expected = {
        "nothing": flow(plain, UNSTABLE),
        "projection": P @ flow(plain, UNSTABLE) @ P,
        "isotropic_noise": flow(lambda M: plain(M) + SIGMA**2 / 5 * M, UNSTABLE),
        "unexcited_noise": flow(lambda M: plain(M) + SIGMA**2 / 5 * M @ (np.eye(5) - P), UNSTABLE),
        "weight_decay": flow(lambda M: plain(M) + 0.03 * M, UNSTABLE),
    }
    for name, learned in expected.items():
        np.testing.assert_allclose(ALL[name].at(TIMES), learned, atol=1e-8, err_msg=name)


def test_whitening_is_descent_on_whitened_data():
    sigma = np.linalg.svd(X)[1]
    scale = np.where(np.arange(5) < 3, sigma / np.sqrt(X.shape[1]), 1.0)
    colour = DATA.directions * scale
    W = np.linalg.inv(colour)
    gradient = partial(discrete.gradient, X=W @ X, Y=W @ Y)
    learned = colour @ flow(gradient, W @ UNSTABLE @ colour) @ W
    np.testing.assert_allclose(ALL["whitening"].at(TIMES), learned, atol=1e-8)
    np.testing.assert_allclose((W @ X @ X.T @ W.T / X.shape[1])[:3, :3], np.eye(3), atol=1e-12)
    np.testing.assert_allclose(ALL["whitening"].loss.rates, [1 / 5] * 3 + [0] * 2)


def test_all_but_two_begin_with_the_weights_they_are_given():
    for name in ALL.keys() - {"projection", "stable_initial"}:
        np.testing.assert_allclose(ALL[name].at(0.0), UNSTABLE, atol=1e-12, err_msg=name)


def test_those_that_are_not_biased_learn_the_truth_where_there_is_energy():
    assert remedies.bias(A, A, DATA) == 0
    for name, learning in ALL.items():
        bias = remedies.bias(learning.at(np.inf), A, DATA)
        if name in UNBIASED:
            assert bias < 1e-10, name
        else:
            assert bias > 0.01, name


def test_the_bias_of_noise_is_that_of_its_attenuation():
    # The truth as columns in the data's basis, each shrunk by m σ² / (σ_i² + m σ²).
    energy = DATA.rates[:3] * 5
    lost = SIGMA**2 / (energy + SIGMA**2)
    columns = A @ DATA.directions[:, :3]
    expected = np.linalg.norm(columns * lost) / np.linalg.norm(columns)
    found = remedies.bias(ALL["isotropic_noise"].at(np.inf), A, DATA)
    assert found == pytest.approx(expected)


def test_isotropic_noise_is_weight_decay():
    decay = remedies.weight_decay(DATA, UNSTABLE, SIGMA**2 / 5)
    noise = ALL["isotropic_noise"]
    np.testing.assert_array_equal(decay.at(TIMES), noise.at(TIMES))


def test_where_nothing_is_learned_remedies_are_stable_and_nothing_is_not():
    beyond = {
        name: discrete.blocks(learning.at(np.inf), DATA).beyond for name, learning in ALL.items()
    }
    radius = {name: remedies.spectral_radius(block) for name, block in beyond.items()}
    assert radius["nothing"] > 1
    assert radius["whitening"] == pytest.approx(radius["nothing"])  # cures slowness alone
    assert radius["stable_initial"] <= 0.9
    for name in ("projection", "isotropic_noise", "unexcited_noise", "weight_decay"):
        assert radius[name] < 1e-10, name


def test_times_to_learn():
    by = {name: learning.loss.time_to_learn() for name, learning in ALL.items()}
    np.testing.assert_allclose(by["whitening"], [5, 5, 5, np.inf, np.inf])
    np.testing.assert_allclose(by["unexcited_noise"][:3], by["nothing"][:3])
    np.testing.assert_allclose(by["unexcited_noise"][3:], 5 / SIGMA**2)
    assert np.isinf(by["nothing"][3:]).all()
    assert (by["isotropic_noise"] < by["nothing"]).all()


def test_spectral_radius_by_hand():
    matrices = np.array([[[0.0, -2.0], [2.0, 0.0]], np.eye(2)])
    np.testing.assert_allclose(remedies.spectral_radius(matrices), [2, 1])
