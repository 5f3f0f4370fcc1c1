"""More latent units than variables: what forcing at every step does not see (docs/linear-theory.md,
"In recurrent networks").
"""

import numpy as np
import torch

N, M, RANK = 4, 7, 2


def setting():
    """A linear network x̂' = B W B⁺ x, and data in a plane that follow a linear law."""
    rng = np.random.default_rng(0)
    B, W = rng.standard_normal((N, M)), 0.5 * rng.standard_normal((M, M))
    X = rng.standard_normal((N, RANK)) @ rng.standard_normal((RANK, 50))
    return B, W, X, 0.9 * X


def gradient(B, W, X, Y):
    """Of the mean squared error after one step, by W."""
    weights = torch.tensor(W, requires_grad=True)
    predicted = torch.tensor(B) @ weights @ torch.tensor(np.linalg.pinv(B) @ X)
    (predicted - torch.tensor(Y)).square().mean().backward()
    return weights.grad.numpy()


def test_only_what_is_observed_of_states_put_on_the_data_has_a_gradient():
    """(M − N) rows and (M − r) columns of W, in the bases of B and of the data, stay as drawn."""
    B, W, X, Y = setting()
    found = gradient(B, W, X, Y)
    _, _, rows = np.linalg.svd(B)
    hidden = rows[N:]
    states, energy, _ = np.linalg.svd(np.linalg.pinv(B) @ X)
    unseen = states[:, RANK:]
    assert (energy[RANK:] < 1e-10).all()
    np.testing.assert_allclose(hidden @ found, 0, atol=1e-13)
    np.testing.assert_allclose(found @ unseen, 0, atol=1e-13)
    assert np.linalg.matrix_rank(found) == RANK


def test_a_model_without_error_after_one_step_may_go_anywhere_after_two():
    """W is the truth on the data, and its hidden rows are those that were drawn."""
    B, W, X, Y = setting()
    inverse = np.linalg.pinv(B)
    W = W + inverse @ (Y - B @ W @ inverse @ X) @ np.linalg.pinv(inverse @ X)
    np.testing.assert_allclose(B @ W @ inverse @ X, Y, atol=1e-12)
    twice = B @ W @ W @ inverse @ X
    assert np.abs(twice - 0.9**2 * X).max() > 0.1 * np.abs(X).max()
    square = inverse @ B @ W  # what leads to hidden states is cut off
    np.testing.assert_allclose(B @ square @ square @ inverse @ X, 0.9**2 * X, atol=1e-12)
