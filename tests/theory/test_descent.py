"""Descent and flow of losses that need no formula to be known."""

from __future__ import annotations

import numpy as np
import pytest

from tausweep.theory import descent


def test_descent_by_hand():
    kept = descent.descend(lambda x: 2 * x, np.array([8.0]), 0.25, 4)
    np.testing.assert_array_equal(kept[:, 0], [8, 4, 2, 1, 0.5])
    some = descent.descend(lambda x: 2 * x, np.array([8.0]), 0.25, 5, every=2)
    np.testing.assert_array_equal(some[:, 0], [8, 2, 0.5])


def test_iterates_have_no_end():
    iterates = descent.iterates(lambda x: 2 * x, np.array([8.0]), 0.25)
    assert [next(iterates).item() for _ in range(4)] == [8, 4, 2, 1]


def test_steps_in_which_distances_fall_by_hand():
    """Halved with each step: to 1/√2 of the first after half a step; to a part never reached, never."""
    distances = 8 * 0.5 ** np.arange(4)[:, None] * [1, 3]
    for part, steps in ((0.5**0.5, 0.5), (0.25, 2), (0.125, 3), (0.1, np.inf)):
        np.testing.assert_allclose(descent.steps_to(part, distances), steps)
    # The first time counts, where distances rise again.
    assert descent.steps_to(0.5, np.array([4.0, 1.0, 9.0])) == pytest.approx(0.5)


def test_descent_that_diverges_says_so_by_its_numbers():
    end = descent.descend(lambda x: x**3, np.array([10.0]), 1.0, 50)[-1]
    assert not np.isfinite(end).any()


def test_flow_by_hand():
    times = np.array([0.0, 1.0, 5.0])
    found = descent.flow(lambda x: x, np.array([[1.0, 2.0]]), times)
    np.testing.assert_allclose(found[:, 0], np.exp(-times)[:, None] * [1, 2], atol=1e-11)


def test_flow_that_ends_is_refused():
    # dx/dτ = x² is infinite at τ = 1.
    with (
        np.errstate(over="ignore", invalid="ignore"),
        pytest.raises(RuntimeError, match="followed no further"),
    ):
        descent.flow(lambda x: -(x**2), np.array([1.0]), np.array([2.0]))
