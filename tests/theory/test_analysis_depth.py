"""Deep linear networks as they are learned: descent of layers is where theory says."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from pydantic import ValidationError

from tausweep.theory.analyses.depth import Depth

SMALL = Depth(followed=[1, 2, 4], depths=[1, 2, 4, 9], strengths=[1.0, 0.2], small=0.01)


@pytest.fixture(scope="module")
def found():
    return SMALL.compute()


def test_descent_errs_from_the_flow_in_proportion_to_its_step():
    def errors(step):
        found = SMALL.model_copy(update={"step": step}).compute()
        expected = found["learning_steps"].sel(depth=found["layers"])
        return np.abs(found["measured_steps"] / expected - 1)

    coarse, middle, fine = (errors(step) for step in (0.1, 0.05, 0.025))
    assert (coarse < 0.15).all()
    assert (middle < 0.6 * coarse).all()
    assert (fine < 0.6 * middle).all()


def test_losses_descend_as_they_flow():
    found = SMALL.model_copy(update={"step": 0.02}).compute()
    for depth in SMALL.followed:
        each = found.sel(followed=depth)
        flow = np.interp(each["descent_steps"], each["theory_steps"], each["theory"])
        np.testing.assert_allclose(each["descent"], flow, atol=0.03)


def test_a_shallow_network_learns_modes_at_once_and_a_deep_one_one_by_one(found):
    """When one mode of two is learned, 0.04 of the loss is left; there a deep network waits."""
    left = (0.2 - 0.01) ** 2 / ((1 - 0.01) ** 2 + (0.2 - 0.01) ** 2)
    near = np.abs(np.log(found["theory"] / left)) < 0.2
    steps = found["theory_steps"].where(near)
    waits = steps.max("line") / steps.min("line")
    assert waits.sel(followed=1) < 1.2
    assert waits.sel(followed=4) > 2


def test_from_orthogonal_layers_depth_changes_little(found):
    small, orthogonal = (found["measured_steps"].sel(start=s) for s in ("small", "orthogonal"))
    assert float(orthogonal.max() / orthogonal.min()) < 1.7
    assert float(small.max() / small.min()) > 20
    np.testing.assert_allclose(found["initial"], [0.01, 0.7])


def test_seeds_decide_nothing_but_directions(found):
    xr.testing.assert_identical(SMALL.compute(), found)
    other = SMALL.model_copy(update={"seed": 1}).compute()
    assert not np.array_equal(other["descent"], found["descent"])
    np.testing.assert_allclose(other["measured_steps"], found["measured_steps"], rtol=1e-9)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"small": 0.1},
            r"small must be less than 0.9 of the least of strengths \(0.1\), found 0.1",
        ),
        ({"orthogonal": 1.0}, "less than 0.9"),
        ({"depths": [1000]}, "less than or equal to 200"),
        ({"step": 0.5}, "less than or equal to 0.45"),
    ],
)
def test_what_would_not_end_or_not_be_learned_is_refused(settings, message):
    with pytest.raises(ValidationError, match=message):
        Depth(**settings)
