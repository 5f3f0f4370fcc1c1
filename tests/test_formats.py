"""NetCDF by its meaning, MATLAB, Parquet and Feather."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pandas as pd
import pytest
import scipy.io
import xarray as xr

from tausweep.series import stage as series
from tausweep.series.settings import File

N = 200
X = np.random.default_rng(0).normal(size=(N, 2))


def of(path: Path, **options: Any) -> xr.Dataset:
    own = File.model_validate({"system": "file", "path": str(path), **options})
    return series.run(own, series.read(own, [str(path)]))


def interval(found: xr.Dataset) -> tuple[float, str]:
    return found.attrs["dt"], found.attrs["time_unit"]


def days(calendar: str, frequency: str, start: str = "1850-01-16") -> Any:
    return xr.date_range(start, periods=N, freq=frequency, calendar=calendar, use_cftime=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.nc"


@pytest.mark.parametrize("bounds", ["time_bnds", "time_bounds", "when"])
def test_bounds_are_no_series(path: Path, bounds: str) -> None:
    time = ("time", np.arange(N) + 0.5, {"units": "days since 1800-01-01", "bounds": "when"})
    edges = ("time", "nv"), np.stack([np.arange(N), np.arange(N) + 1.0], axis=1)
    made = xr.Dataset(
        {"u": ("time", X[:, 0]), "v": ("time", X[:, 1]), bounds: edges}, {"time": time}
    )
    if bounds != "when":
        del made["time"].attrs["bounds"]
    made.to_netcdf(path)
    found = of(path)
    np.testing.assert_array_equal(found["x"], X)
    assert interval(found) == (1.0, "day")


def test_dimensions_of_one_entry_and_climatologies(path: Path) -> None:
    made = xr.Dataset(
        {
            "tas": (("time", "lat", "lon"), X[:, :1, None]),
            "lat_bnds": (("lat", "bnds"), [[0.0, 2.0]]),
            "climatology_bounds": (("time", "bnds"), X),
        },
        {"time": days("noleap", "D"), "lat": [1.0], "lon": [7.0]},
    )
    made.to_netcdf(path)
    found = of(path)
    assert found["variable"].values.tolist() == ["tas"]
    np.testing.assert_array_equal(found["x"], X[:, :1])
    assert interval(found) == (1.0, "day")


@pytest.mark.parametrize(
    ("calendar", "frequency", "expected"),
    [
        ("noleap", "MS", (1.0, "month")),
        ("360_day", "MS", (1.0, "month")),
        ("standard", "MS", (1.0, "month")),
        ("noleap", "YS", (1.0, "year")),
        ("360_day", "D", (1.0, "day")),
        ("standard", "6h", (6.0, "h")),
    ],
)
def test_calendars(path: Path, calendar: str, frequency: str, expected: tuple[float, str]) -> None:
    xr.Dataset({"v": ("time", X[:, 0])}, {"time": days(calendar, frequency)}).to_netcdf(path)
    assert interval(of(path)) == expected


def test_months_since(path: Path) -> None:
    time = ("time", np.arange(N) * 1.0, {"units": "months since 1900-01-01"})
    xr.Dataset({"v": ("time", X[:, 0])}, {"time": time}).to_netcdf(path)
    assert interval(of(path)) == (1.0, "month")


def test_a_choice_is_put_in_words(path: Path) -> None:
    field = ("time", "lat", "lon"), np.zeros((N, 2, 3))
    xr.Dataset({"tas": field, "pr": field, "mean": ("time", X[:, 0])}).to_netcdf(path)
    with pytest.raises(
        ValueError, match=r"tas \(time 200, lat 2, lon 3\), .*mean \(time 200\): set"
    ):
        of(path)
    with pytest.raises(ValueError, match=r"variable tas .* has 3 dimensions: take one place of it"):
        of(path, variable="tas")
    np.testing.assert_array_equal(of(path, variable="mean")["x"], X[:, :1])


def test_groups_packed_numbers_and_what_was_never_written(path: Path) -> None:
    with netCDF4.Dataset(path, "w") as file:
        group = file.createGroup("model")
        group.createDimension("time", None)
        packed = group.createVariable("x", "i2", ("time",), fill_value=-99)
        packed.scale_factor = 0.01
        packed[:] = X[:, 0]
        group.createVariable("y", "f4", ("time",))[: N - 1] = X[1:, 0]
        time = group.createVariable("time", "f8", ("time",))
        time.units = "hours since 2000-01-01"
        time[:] = np.arange(N)
    with pytest.raises(
        ValueError, match=r"it has groups, of model/x \(time\), .* set variable to one"
    ):
        of(path)
    found = of(path, variable="model/x")
    np.testing.assert_allclose(found["x"][:, 0], X[:, 0], atol=0.006)
    assert interval(found) == (1.0, "h")
    with pytest.raises(ValueError, match="1 missing value, in sample 199"):
        of(path, variable="model/y")
    with pytest.raises(ValueError, match="names group 'other', but the groups are model"):
        of(path, variable="other/y")


def test_matlab(tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    scipy.io.savemat(path, {"x": X, "fs": 100.0, "by": "us"}, do_compression=True)
    np.testing.assert_array_equal(of(path)["x"], X)
    scipy.io.savemat(path, {"x": X[:, 0], "y": X[:, 1], "t": 0.1 * np.arange(N)}, oned_as="row")
    found = of(path)
    np.testing.assert_array_equal(found["x"], X)
    assert (found["variable"].values.tolist(), found.attrs["dt"]) == (["x", "y"], 0.1)
    scipy.io.savemat(path, {"x": X, "t": 0.1 * np.arange(N)}, oned_as="column")
    found = of(path)
    np.testing.assert_array_equal(found["x"], X)
    assert found.attrs["dt"] == 0.1
    scipy.io.savemat(path, {"x": X, "y": 2 * X})
    with pytest.raises(ValueError, match=r"x \(200 × 2\), y \(200 × 2\): set variable to one of"):
        of(path)
    np.testing.assert_array_equal(of(path, variable="y")["x"], 2 * X)
    path.write_bytes(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(1000))
    with pytest.raises(ValueError, match=r"version 7.3, which is HDF5: save it by MATLAB's save"):
        of(path)


def test_arrow(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1")
    if importlib.util.find_spec("pyarrow") is None:
        with pytest.raises(ValueError, match=r"needs pyarrow: pip install 'tausweep\[arrow\]'"):
            of(path)
        return
    with pytest.raises(ValueError, match=r"not a whole \.parquet file"):
        of(path)
    frame = pd.DataFrame(X, columns=["a", "b"], index=pd.date_range("2020", periods=N, freq="MS"))
    frame.to_parquet(path)
    found = of(path)
    np.testing.assert_array_equal(found["x"], X)
    assert interval(found) == (1.0, "month")
    frame.reset_index(drop=True).to_feather(tmp_path / "a.feather")
    np.testing.assert_array_equal(of(tmp_path / "a.feather")["x"], X)
