"""Times to learn modes: what descent takes is what theory says, at any size."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import xarray as xr
from pydantic import ValidationError

from tausweep.theory.analyses.convergence import Convergence


def of(found, n):
    """Modes of one system, with energy and without."""
    modes = found.isel(mode=found["variables"].values == n)
    learned = np.isfinite(modes["flow"].values)
    return modes.isel(mode=learned), modes.isel(mode=~learned)


@pytest.fixture(scope="module")
def found():
    return Convergence(n=[4, 10, 60], decades=1.5).compute()


def test_descent_takes_the_time_of_its_closed_form(found):
    for n in (4, 10, 60):
        learned, _ = of(found, n)
        np.testing.assert_allclose(learned["measured"], learned["descent"], rtol=1e-6)
        assert float(learned["flow"].min()) == pytest.approx(
            float(found["step"].sel(n=n)) / (2 * 0.2)
        )


def test_it_differs_from_the_flow_in_proportion_to_the_step():
    off = []
    for step in (0.08, 0.04, 0.02):
        learned, _ = of(Convergence(n=[10], decades=0.5, step=step).compute(), 10)
        off.append(1 - learned["measured"] / learned["flow"])
    assert (off[0] < 0.09).all()  # about half of step size times rate
    for coarse, fine in pairwise(off):
        np.testing.assert_allclose(coarse / fine, 2, rtol=0.05)


def test_times_span_the_decades_of_the_energies(found):
    learned, _ = of(found, 60)
    ratio = float(learned["flow"].max() / learned["flow"].min())
    assert 10**1.5 < ratio < 2.5 * 10**1.5  # energies of samples are spread a little further


@pytest.mark.parametrize(("n", "excited", "rank"), [(4, 0.5, 2), (10, 0.99, 9), (4, 0.01, 1)])
def test_columns_without_energy_stay_what_they_were(n, excited, rank):
    learned, kept = of(Convergence(n=[n], excited=excited, decades=1.0).compute(), n)
    assert (learned.sizes["mode"], kept.sizes["mode"]) == (rank, n - rank)
    assert (learned["moved"] > 1 - np.exp(-1) - 1e-9).all()
    assert (kept["moved"] < 1e-12).all()
    assert np.isinf(kept["measured"]).all()
    assert np.isinf(kept["descent"]).all()


def test_a_system_is_the_same_in_any_company_and_other_by_another_seed(found):
    alone = Convergence(n=[10], decades=1.5).compute()
    for here, there in zip(of(alone, 10), of(found, 10), strict=True):
        xr.testing.assert_equal(here.drop_dims("n"), there.drop_dims("n"))
    other = Convergence(n=[10], decades=1.5, seed=1).compute()
    assert not np.array_equal(other["measured"], alone["measured"])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"decades": 3.0, "step": 0.05},
            "energies over 3 decades by steps of 0.05 take about 10,000",
        ),
        ({"step": 0.5}, "less than or equal to 0.45"),
        ({"n": [1]}, "greater than or equal to 2"),
        ({"n": [4000]}, "less than or equal to 1000"),
        ({"excited": 1.0}, "less than 1"),
    ],
)
def test_what_would_not_end_or_not_be_learned_is_refused(settings, message):
    with pytest.raises(ValidationError, match=message):
        Convergence(**settings)
