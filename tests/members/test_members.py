"""What is kept of training: norms of gradients by stretches of epochs."""

import numpy as np
import pytest
import xarray as xr

from tausweep.members import stage as members
from tausweep.members.settings import Members

MEMBERS, STEPS = 2, 6


def kept(norms, largest):
    """What the stage keeps of one job whose gradients had these norms."""
    gradients = {"loss": norms, "gradient_norm": norms, "largest_gradient_norm": largest}
    variables = {n: (("member", "epoch"), v) for n, v in gradients.items() if v is not None}
    train = xr.Dataset(variables, coords={"member": [0, 1]})
    x = np.zeros((MEMBERS, STEPS, 1))
    orbit = xr.Dataset(
        {
            "x": (("member", "time", "variable"), x),
            "diverged": ("member", [0, 0]),
            "diverged_at": ("member", [-1, -1]),
        },
        coords={"member": [0, 1]},
    )
    signal = xr.Dataset({"x": (("time", "variable"), x[0]), "train_steps": 1})
    signal = signal.assign_coords(variable=["x"])
    settings = Members(setting=None, values=[None], excerpt=3)
    return members.run(settings, signal, [train], [orbit])


@pytest.mark.parametrize("epochs", [1, 7, 3_000])
def test_stretches_hold_every_epoch_once(epochs):
    norms = np.arange(1.0, epochs + 1) * np.array([[1.0], [10.0]])
    found = kept(norms, 2 * norms)
    last = found["epoch"].values
    assert len(last) <= 100
    assert (np.diff(last) > 0).all()
    assert last[-1] == epochs
    first = np.append(1, last[:-1] + 1)
    np.testing.assert_allclose(found["largest_gradient_norm"][0], 2 * last)
    np.testing.assert_allclose(found["gradient_norm"], np.outer([1, 10], (first + last) / 2))


def test_norms_that_are_not_finite_are_seen():
    norms = np.ones((MEMBERS, 5))
    norms[1, 3:] = np.nan
    found = kept(norms, np.where(np.isnan(norms), np.inf, norms))
    np.testing.assert_array_equal(np.isnan(found["gradient_norm"][1]), [0, 0, 0, 1, 1])
    np.testing.assert_array_equal(np.isinf(found["largest_gradient_norm"][1]), [0, 0, 0, 1, 1])
    assert np.isfinite(found["gradient_norm"][0]).all()


def test_a_model_that_is_fitted_in_one_go_has_none():
    found = kept(None, None)
    assert found["gradient_norm"].shape == (MEMBERS, 0)
    assert np.isnan(found["final_loss"]).all()
