"""Files of one's own: what is read, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from tausweep.errors import ConfigError
from tausweep.experiment import load

from .made import N, changed, refused, series_of, write


def test_npy_round_trip(tmp_path: Path, x: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", x)
    found = series_of(tmp_path / "a.npy", dt=0.5, time_unit="day")
    np.testing.assert_array_equal(found["x"], x)
    np.testing.assert_array_equal(found["time"], 0.5 * np.arange(N))
    assert found["variable"].values.tolist() == ["x0", "x1"]
    assert found["time"].attrs["units"] == "day"
    assert found.attrs["system"] == "file"
    assert "filled" not in found


@pytest.mark.parametrize("header", ["", "temperature, wind"])
def test_csv_round_trip(tmp_path: Path, x: np.ndarray, header: str) -> None:
    found = series_of(write(tmp_path / "a.csv", x, header))
    np.testing.assert_array_equal(found["x"], x)
    names = ["temperature", "wind"] if header else ["x0", "x1"]
    assert found["variable"].values.tolist() == names
    assert found.attrs["dt"] == 1.0


@pytest.mark.parametrize("sep", [";", "\t"])
@pytest.mark.parametrize("comma", [False, True])
def test_other_delimiters_and_decimal_commas(
    tmp_path: Path, x: np.ndarray, sep: str, comma: bool
) -> None:
    path = write(tmp_path / "a.csv", x, "a,b", sep=sep)
    if comma:
        path.write_text(path.read_text().replace(".", ","))
    np.testing.assert_array_equal(series_of(path)["x"], x)


def test_what_spreadsheets_write(tmp_path: Path, x: np.ndarray) -> None:
    """A byte-order mark, quotes, blanks, carriage returns, and units in Latin-1."""
    rows = "".join(f'"{a!r}", {b!r}\r\n' for a, b in x.tolist())
    for encoding, name in (("utf-8-sig", "T (°C)"), ("latin-1", "µ")):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes(f'"{name}", "b"\r\n{rows}'.encode(encoding))
        found = series_of(path)
        assert found["variable"].values.tolist() == [name, "b"]
        np.testing.assert_array_equal(found["x"], x)


def test_what_numpy_writes(tmp_path: Path, x: np.ndarray) -> None:
    np.savetxt(tmp_path / "a.csv", x, delimiter=",", header="p,q")
    found = series_of(tmp_path / "a.csv")
    assert found["variable"].values.tolist() == ["p", "q"]
    np.testing.assert_array_equal(found["x"], x)
    np.savetxt(tmp_path / "b.csv", x, delimiter=";", header="a gauge\nof two\n\n", footer="")
    np.testing.assert_array_equal(series_of(tmp_path / "b.csv")["x"], x)


def test_netcdf_round_trip(tmp_path: Path, x: np.ndarray) -> None:
    table = xr.DataArray(x.T, dims=("gauge", "time"), coords={"gauge": ["north", "south"]})
    table.attrs["units"] = "m"
    xr.Dataset({"level": table, "station": 7}).to_netcdf(tmp_path / "a.nc")
    found = series_of(tmp_path / "a.nc")
    np.testing.assert_array_equal(found["x"], x)
    assert found["variable"].values.tolist() == ["north", "south"]
    assert found["x"].attrs["units"] == "m"


def test_netcdf_with_several_tables(tmp_path: Path, x: np.ndarray) -> None:
    path = tmp_path / "a.nc"
    xr.Dataset({"a": (("t", "v"), x), "b": (("t", "v"), -x), "c": ("t", x[:, 1])}).to_netcdf(path)
    assert (
        "3 variables that may be the series, a (t 200, v 2), b (t 200, v 2), c (t 200): set variable to one"
        in refused(path)
    )
    assert "variable names 'd', but the file holds a (t 200, v 2), b" in refused(path, variable="d")
    np.testing.assert_array_equal(series_of(path, variable="b")["x"], -x)
    one = series_of(path, variable="c")
    assert one["variable"].values.tolist() == ["c"]
    np.testing.assert_array_equal(one["x"][:, 0], x[:, 1])


def test_netcdf_with_series_side_by_side_and_dates(tmp_path: Path, x: np.ndarray) -> None:
    path = tmp_path / "a.nc"
    dates = np.datetime64("2020-02-28T12:00", "ns") + np.arange(N) * np.timedelta64(1, "h")
    hole = x.copy()
    hole[7, 0] = np.nan
    xr.Dataset(
        {"p": ("time", hole[:, 0]), "q": ("time", x[:, 1]), "note": 3}, coords={"time": dates}
    ).to_netcdf(path, encoding={"p": {"_FillValue": -1e30}})
    found = series_of(path, time="time", time_unit="day", fill="interpolate", max_gap=1)
    assert found.attrs["dt"] == 1 / 24
    assert found.attrs["first_sample"] == "2020-02-28T12:00:00"
    assert found["variable"].values.tolist() == ["p", "q"]
    assert found.attrs["filled_values"] == 1
    assert series_of(path, time="time", time_unit="h", columns=["q"]).attrs["dt"] == 1.0
    assert "time names 'clock', but along 'time' there are only p, q, time" in refused(
        path, time="clock"
    )


def test_one_variable_may_come_without_its_axis(tmp_path: Path, x: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", x[:, 0])
    assert series_of(tmp_path / "a.npy")["x"].shape == (N, 1)


def test_columns_are_chosen_by_name_and_in_that_order(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(N, 3))
    path = write(tmp_path / "a.csv", x, "when,p,q,r", first=["noon"] * N)
    found = series_of(path, columns=["r", "p"])
    assert found["variable"].values.tolist() == ["r", "p"]
    np.testing.assert_array_equal(found["x"], x[:, [2, 0]])
    assert "found 'noon' in row 0 (counted from 0) of column 'when'" in refused(path)
    assert "columns names 's', but the columns are when, p, q, r" in refused(path, columns=["s"])
    np.save(tmp_path / "a.npy", x)
    np.testing.assert_array_equal(series_of(tmp_path / "a.npy", columns=["x2"])["x"], x[:, [2]])


def test_columns_can_be_external_inputs(tmp_path: Path) -> None:
    x = np.random.default_rng(0).standard_normal((N, 3))
    path = write(tmp_path / "a.csv", x, "p,q,r")
    found = series_of(path, inputs=["r", "p"])
    assert found["variable"].values.tolist() == ["q"]
    np.testing.assert_array_equal(found["x"], x[:, [1]])
    np.testing.assert_array_equal(found["input"], x[:, [2, 0]])
    assert found["channel"].values.tolist() == ["r", "p"]
    assert "inputs names 's', but the columns are p, q, r" in refused(path, inputs=["s"])
    assert "inputs names all columns" in refused(path, inputs=["p", "q", "r"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dt": 1.0, "time": "t"}, "give either dt or time"),
        ({"resample": 1.0, "dt": 1.0, "max_gap": 1}, "resample needs time stamps: give it or dt"),
        ({"path": "a.npy", "decimal": ","}, "decimal is for files of text"),
        ({"time_format": "%Y"}, "time_format needs time"),
        ({"time": "t", "resample": 1.0}, "resample needs max_gap"),
        ({"time": "t", "resample": 1.0, "max_gap": 1, "fill": "interpolate"}, "interpolates already"),
        ({"time": "t", "inputs": ["t"]}, "time and another setting both name column 't'"),
        ({"columns": ["a"], "inputs": ["b"]}, "inputs names 'b', which columns leaves out"),
        ({"fill": "interpolate"}, "needs max_gap"),
        ({"fill": "zero"}, "fill: must be 'interpolate' or 'longest', found 'zero'"),
        ({"missing": ["-9999"]}, r"missing\[0\]: .*write -9999 without quotes"),
        ({"variable": "v"}, "variable is for .nc and .mat files"),
    ],
)  # fmt: skip
def test_settings_that_do_not_go_together(options: dict[str, Any], message: str) -> None:
    raw = {"experiment": "e", "series": {"s": {"system": "file", "path": "a.csv", **options}}}
    with pytest.raises(ConfigError, match=message) as error:
        load(raw)
    assert str(error.value).startswith("series.s")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda x: changed(x, 17, 1, np.nan), "1 missing value, in sample 17 of variable 'x1' (counted from 0)"),
        (lambda x: changed(x, slice(3, 6), 0, np.inf), "3 values that are infinite or beyond 1e+100, the first in sample 3"),
        (lambda x: changed(x, slice(None), 1, 4.5), "variable 'x1' is constant (4.5): leave it out"),
        (lambda x: changed(x, slice(None), 1, 0.1 * np.arange(N)), "'x1' only counts, in steps of 0.1"),
        (lambda x: x[:50], "found 50 samples: give at least 100"),
        (lambda x: x.T, "found 2 rows of 200 columns: rows are samples"),
        (lambda x: x[None], "shape (1, 200, 2): save it as (time, variable)"),
        (lambda x: x + 1j, "values of type complex128: save real numbers"),
        (lambda x: x.astype(object), "found values of type object: save real numbers"),
    ],
)  # fmt: skip
def test_an_array_that_is_no_series(
    tmp_path: Path, x: np.ndarray, spoil: Any, message: str
) -> None:
    np.save(tmp_path / "mine.npy", spoil(x))
    assert message in refused(tmp_path / "mine.npy")


ROWS = "1.0,2.0\n3.0,-1.0\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n" + ROWS * 4 + "1.0,oops\n", "found 'oops' in row 8 (counted from 0) of column 'b'"),
        ("a,b\n" + ROWS * 99 + "1.0,\n", "1 missing value, in sample 198 of variable 'b'"),
        ("a,b\n" + ROWS * 99 + "1.0\n", "1 missing value, in sample 198 of variable 'b'"),
        ("a,b\n" + "1.0,2.0,3.0\n" * 200, "2 names in the header row and 3 columns"),
        ("a,b\n" + ROWS * 99 + "1.0,2.0,3.0\n", "line 200, saw 3): give all rows as many columns"),
        ("a,a\n" + ROWS * 99, "columns of the same name (a, a): rename"),
        ("day,b\n" + "2020-01-01,6\n" * 199, "time stamps must ascend, found 198 that repeat"),
        ("a,b\n", "no rows of numbers"),
        ("", "no rows of numbers"),
    ],
)  # fmt: skip
def test_a_table_that_is_no_series(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "mine.csv").write_text(text)
    assert message in refused(tmp_path / "mine.csv")


def test_missing_unknown_and_damaged_files(tmp_path: Path) -> None:
    assert "none.npy: no such file" in refused(tmp_path / "none.npy")
    (tmp_path / "a.xlsx").write_text("1")
    assert "kind '.xlsx': save it as one of .npy, .csv," in refused(tmp_path / "a.xlsx")
    for name in ("a.npy", "a.nc"):
        (tmp_path / name).write_text("this is neither")
        refused(tmp_path / name)
    (tmp_path / "b.npy").write_bytes(b"")
    assert "not a whole .npy file of numbers (EOF: reading magic string" in refused(
        tmp_path / "b.npy"
    )
