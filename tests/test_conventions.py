"""What is called otherwise in a file comes back as it was; CI has the files checked for CF."""

from __future__ import annotations

from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr
from conftest import TINY

from tausweep import store
from tausweep.conventions import OURS, from_cf, to_cf
from tausweep.experiment import load
from tausweep.plan import Plan


@pytest.mark.parametrize(
    "units", ["step", "steps", "nat step-1", "nats", "standard deviations step-1", "tau_pred"]
)
def test_what_udunits_does_not_know_has_no_unit_in_a_file(units: str) -> None:
    made = xr.Dataset({"x": ("time", np.ones(3), {"units": units, "long_name": "x"})})
    written = to_cf(made)
    assert written.x.attrs == {"units": "1", "long_name": "x", "counted_in": units}
    assert made.x.attrs["units"] == units
    assert from_cf(written).x.attrs == made.x.attrs


@pytest.mark.parametrize("units", ["1", "s", "day", "m s-1", "uV", "natural", "stepwise"])
def test_other_units_stay(units: str) -> None:
    made = xr.Dataset({"x": ("time", np.ones(3), {"units": units})})
    assert to_cf(made).x.attrs == made.x.attrs


def test_attributes_that_mean_something_else_to_cf_are_refused() -> None:
    """xarray would take the first of these away when it reads, and the digest would be another."""
    for name in ("coordinates", "bounds"):
        made = xr.Dataset({"x": ("time", np.ones(3), {name: "standardised by the data"})})
        with pytest.raises(ValueError, match=f"x: CF reads attribute '{name}' as names"):
            to_cf(made)


@pytest.mark.slow
@pytest.mark.xdist_group("workflow")
def test_files_of_the_workflow_have_such_units_and_coordinates_without_gaps(finished: Path) -> None:
    """As any program that reads NetCDF sees them, and with their digests as tausweep does."""
    for job in Plan(load(TINY)).jobs.values():
        path = finished / job.path
        with netCDF4.Dataset(path) as file:
            assert file.history
            for name, variable in file.variables.items():
                assert not OURS.search(str(getattr(variable, "units", "")))
                assert variable.dimensions != (name,) or "_FillValue" not in variable.ncattrs()
        found = store.read(path)
        assert store.digest(found) == found.attrs["data_sha256"]
