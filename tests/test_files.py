"""Series from files of one's own: what is read, what is mended when asked, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as some

from tausweep.errors import ConfigError
from tausweep.experiment import load
from tausweep.series import clock
from tausweep.series import stage as series
from tausweep.series.settings import File

N = 200


def cell(path: Path | str = "a.csv", **options: Any) -> File:
    return File.model_validate({"system": "file", "path": str(path), **options})


def series_of(path: Path, **options: Any) -> xr.Dataset:
    """The series that a file becomes."""
    one = cell(path, **options)
    return series.run(one, series.read(one, [str(path)]))


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(ValueError, match=": ") as error:
        series_of(path, **options)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(N, 2))


def write(
    path: Path, x: np.ndarray, header: str = "", *, first: Any = None, sep: str = ","
) -> Path:
    """A CSV of every digit, perhaps with a column before the others."""
    rows = [[repr(v) for v in row] for row in x.tolist()]
    if first is not None:
        rows = [[str(f), *row] for f, row in zip(first, rows, strict=True)]
    path.write_text(
        "".join(sep.join(row) + "\n" for row in ([header.split(",")] if header else []) + rows)
    )
    return path


# ------------------------------------------------------------------------------------- reading


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


# ----------------------------------------------------------------------------------- what is no series


def changed(x: np.ndarray, row: Any, column: Any, value: Any) -> np.ndarray:
    x = x.copy()
    x[row, column] = value
    return x


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda x: changed(x, 17, 1, np.nan), "1 missing values, in sample 17 of variable 'x1' (counted from 0)"),
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
        ("a,b\n" + ROWS * 99 + "1.0,\n", "1 missing values, in sample 198 of variable 'b'"),
        ("a,b\n" + ROWS * 99 + "1.0\n", "1 missing values, in sample 198 of variable 'b'"),
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


# ------------------------------------------------------------------------------------- time stamps


def test_numeric_stamps_give_the_sampling_interval(tmp_path: Path, x: np.ndarray) -> None:
    for dt, stamps in (
        (0.01, 100 + 0.01 * np.arange(N)),
        (1 / 3, np.round(np.arange(N) / 3, 2)),  # rounded in the file: steps of .33 and .34
        (5e9, 5e9 * np.arange(N)),
    ):
        path = write(tmp_path / "a.csv", x, "t,a,b", first=stamps)
        found = series_of(path, time="t", time_unit="year")
        assert found.attrs["dt"] == pytest.approx(dt, rel=1e-4)
        np.testing.assert_array_equal(found["x"], x)
        assert found["variable"].values.tolist() == ["a", "b"]
    assert series_of(write(tmp_path / "b.csv", x, first=np.arange(N)), time="x0").attrs["dt"] == 1.0
    np.save(tmp_path / "a.npy", np.column_stack([0.5 * np.arange(N), x]))
    assert series_of(tmp_path / "a.npy", time="x0").attrs["dt"] == 0.5


@pytest.mark.parametrize(
    ("unit", "dt"), [("us", 6e8), ("s", 600.0), ("min", 10.0), ("h", 1 / 6), ("day", 1 / 144)]
)
def test_dates_are_counted_in_the_unit_asked_for(
    tmp_path: Path, x: np.ndarray, unit: str, dt: float
) -> None:
    first = np.datetime64("2019-12-31T23:50", "s") + 600 * np.arange(N)
    path = write(tmp_path / "a.csv", x, "t,a,b", first=first)
    found = series_of(path, time="t", time_unit=unit)
    assert found.attrs["dt"] == dt
    assert found["time"].attrs["units"] == unit
    german = [d.astype(object).strftime("%d.%m.%Y %H:%M") for d in first]
    write(tmp_path / "b.csv", x, "t,a,b", first=german)
    options = {"time": "t", "time_unit": unit}
    other = series_of(tmp_path / "b.csv", **options, time_format="%d.%m.%Y %H:%M")
    xr.testing.assert_identical(found, other)
    xr.testing.assert_identical(other["x"], series_of(tmp_path / "b.csv", **options)["x"])
    wrong = refused(tmp_path / "b.csv", **options, time_format="%Y-%m-%d")
    assert "found '31.12.2019 23:50' in row 0" in wrong
    assert "set time_unit to one of us, ms, s, min, h, day, month, year, found 'week'" in refused(
        path, time="t", time_unit="week"
    )
    assert (series_of(path).attrs["dt"], series_of(path).attrs["time_unit"]) == (10.0, "min")


def test_stamps_that_do_not_ascend_or_are_absent(tmp_path: Path, x: np.ndarray) -> None:
    stamps = np.datetime64("2020-01-01", "D") + np.arange(N)
    for spoil, message in (
        (lambda t: t.__setitem__(5, t[4]), "1 that repeat and 0 that go back, the first in sample 5 "
                                           "(2020-01-05T00:00:00) after sample 4"),
        (lambda t: t.__setitem__([8, 9], t[[9, 8]]), "0 that repeat and 1 that go back, the first in "
                                                     "sample 9"),
        (lambda t: t.__setitem__(7, np.datetime64("NaT")), "1 rows without a time stamp, the first in "
                                                           "row 7"),
    ):  # fmt: skip
        spoiled = stamps.copy()
        spoil(spoiled)
        path = write(
            tmp_path / "a.csv", x, "t,a,b", first=["" if np.isnat(s) else s for s in spoiled]
        )
        assert message in refused(path, time="t", time_unit="day")


def test_gaps_in_time_are_named_and_filled_when_asked(tmp_path: Path) -> None:
    x = np.column_stack([np.arange(N) ** 2, np.sin(np.arange(N))])
    kept = np.setdiff1d(np.arange(N), [10, 11, 50])
    path = write(tmp_path / "a.csv", x[kept], "t,a,b", first=0.5 * kept)
    assert (
        "found 2 gaps in time, the first of 2 samples after sample 9 (4.5) (counted from 0), the "
        "longest of 2, where samples come every 0.5: set fill"
    ) in refused(path, time="t")
    assert "1 gaps in time, the first of 2 samples" in refused(
        path, time="t", fill="interpolate", max_gap=1
    )
    found = series_of(path, time="t", fill="interpolate", max_gap=2)
    np.testing.assert_array_equal(np.flatnonzero(found["filled"].any("variable")), [10, 11, 50])
    np.testing.assert_array_equal(found["x"][kept], x[kept])
    np.testing.assert_allclose(found["x"][10:12, 0], [81 + 63 / 3, 81 + 2 * 63 / 3])
    assert found["x"].shape == (N, 2)
    assert found.attrs["filled_values"] == 6
    longest = series_of(path, time="t", fill="longest")
    np.testing.assert_array_equal(longest["x"], x[51:])
    assert longest.attrs["samples_cut_before"] == 48
    assert longest.attrs["samples_cut_after"] == 0
    assert longest.attrs["first_sample"] == "25.5"
    np.testing.assert_array_equal(series_of(path, time="t", fill="longest", max_gap=1)["x"][:, 0],
                                  changed(x, 50, 0, (49**2 + 51**2) / 2)[12:, 0])  # fmt: skip


def test_a_wrong_date_asks_for_no_memory(tmp_path: Path, x: np.ndarray) -> None:
    stamps = np.arange(N, dtype=float)
    stamps[150:] += 1e15
    path = write(tmp_path / "a.csv", x, "t,a,b", first=stamps)
    assert "1 gaps in time, the first of 1000000000000000 samples" in refused(path, time="t")
    np.testing.assert_array_equal(series_of(path, time="t", fill="longest")["x"], x[:150])
    assert "would make" in refused(path, time="t", resample=1.0, max_gap=1)


def test_irregular_sampling_is_named_and_resampled_when_asked(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    stamps = np.round(np.cumsum(rng.uniform(0.5, 1.5, 400)), 3)
    path = write(
        tmp_path / "a.csv", np.column_stack([stamps % 7, stamps**2]), "t,a,b", first=stamps
    )
    assert "time is irregular: samples come every" in refused(path, time="t")
    found = series_of(path, time="t", resample=0.5, max_gap=1)
    assert found.attrs["dt"] == 0.5
    assert found.attrs["resampled_from_dt"] == pytest.approx(1.0, abs=0.1)
    time = stamps[0] + found["time"].values
    np.testing.assert_allclose(found["x"][:, 1], np.interp(time, stamps, stamps**2))
    assert time[-1] <= stamps[-1] < time[-1] + 0.5


def test_resampling_does_not_bridge_gaps(tmp_path: Path) -> None:
    kept = np.setdiff1d(np.arange(300), [*range(100, 103)])
    x = np.sin(kept)[:, None]
    path = write(tmp_path / "a.csv", x, "t,a", first=kept + 0.2 * (kept % 2))
    options = {"time": "t", "resample": 0.5}
    message = refused(path, **options, max_gap=1)
    assert "variable 'a' has a gap of" in message
    assert "after resampled sample 198 (99)" in message
    found = series_of(path, **options, max_gap=1, fill="longest")
    assert found.attrs["first_sample"] == "103.5"
    assert len(series_of(path, **options, max_gap=3)["x"]) == 2 * 299 + 1


# ------------------------------------------------------------------------------------ missing values


def test_missing_values_are_named_with_their_places(tmp_path: Path, x: np.ndarray) -> None:
    path = write(tmp_path / "a.csv", x, "a,b")
    lines = path.read_text().splitlines()
    for row, text in ((4, "NA,1.0"), (9, ",2.0"), (17, "1.0,NaN"), (30, "-9999,-9999.0")):
        lines[row + 1] = text
    path.write_text("\n".join(lines))
    places = (
        "in sample 4 of variable 'a', sample 9 of variable 'a', sample 17 of variable 'b' (counted"
    )
    assert f"found 3 missing values, {places}" in refused(path)
    assert f"found 5 missing values, the first {places}" in refused(path, missing=[-9999])
    found = series_of(path, missing=[-9999], fill="interpolate", max_gap=1)
    expected = changed(
        x, [4, 9, 30], 0, [x[[3, 5], 0].mean(), x[[8, 10], 0].mean(), x[[29, 31], 0].mean()]
    )
    expected[[4, 9], 1] = [1.0, 2.0]
    expected[17] = [1.0, x[[16, 18], 1].mean()]
    expected[30, 1] = x[[29, 31], 1].mean()
    np.testing.assert_allclose(found["x"], expected, rtol=1e-15)
    assert np.argwhere(found["filled"].values).tolist() == [
        [4, 0],
        [9, 0],
        [17, 1],
        [30, 0],
        [30, 1],
    ]


def test_longer_gaps_and_the_ends_are_not_filled(tmp_path: Path, x: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", changed(x, slice(40, 43), 1, np.nan))
    options = {"fill": "interpolate", "max_gap": 2}
    message = "variable 'x1' has a gap of 3 samples after sample 39 (counted from 0), which cannot"
    assert message in refused(tmp_path / "a.npy", **options)
    found = series_of(tmp_path / "a.npy", fill="longest")
    np.testing.assert_array_equal(found["x"], x[43:])
    np.save(tmp_path / "b.npy", changed(x, 0, 0, np.nan))
    assert "'x0' has a gap of 1 samples at the beginning" in refused(tmp_path / "b.npy", **options)
    np.testing.assert_array_equal(series_of(tmp_path / "b.npy", fill="longest")["x"], x[1:])
    np.save(tmp_path / "c.npy", changed(x, slice(50, 150), 0, np.nan))
    assert "50 samples are left, but at least 100" in refused(tmp_path / "c.npy", fill="longest")
    np.save(tmp_path / "d.npy", changed(x, slice(None), 0, np.nan))
    assert "no sample has values of all variables" in refused(tmp_path / "d.npy", fill="longest")


def test_filled_inputs_are_marked(tmp_path: Path, x: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", changed(x, 5, 1, np.nan))
    found = series_of(tmp_path / "a.npy", inputs=["x1"], fill="interpolate", max_gap=1)
    assert "filled" not in found
    assert np.flatnonzero(found["input_filled"][:, 0]).tolist() == [5]
    for name in found.variables:
        assert {"long_name", "units"} <= set(found[name].attrs), name


@settings(max_examples=60, deadline=None)
@given(
    gaps=some.arrays(bool, (40, 2)),
    max_gap=st.integers(0, 4),
)
def test_what_longest_keeps(gaps: np.ndarray, max_gap: int) -> None:
    """Against a plain statement of it, sample by sample."""
    x = np.random.default_rng(0).normal(size=gaps.shape)
    lost = np.zeros(len(x), bool)
    for column in gaps.T:
        for i in np.flatnonzero(column):
            before = next((k for k in range(i, -1, -1) if not column[k]), None)
            after = next((k for k in range(i, len(x)) if not column[k]), None)
            lost[i] |= before is None or after is None or after - before - 1 > max_gap
    length = begin = here = 0
    for i in range(len(x)):
        here = 0 if lost[i] else here + 1
        if here > length:
            length, begin = here, i - here + 1
    raw = xr.Dataset(
        {"x": (("time", "variable"), np.where(gaps, np.nan, x))}, {"variable": ["a", "b"]}
    )
    if length == 0:
        with pytest.raises(ValueError, match="no sample has values"):
            clock.regular(raw, fill="longest", max_gap=max_gap)
        return
    found = clock.regular(raw, fill="longest", max_gap=max_gap)
    kept = slice(begin, begin + length)
    assert found.notes["samples_cut_before"] == begin
    np.testing.assert_array_equal(found.filled, gaps[kept])
    np.testing.assert_array_equal(found.x[~gaps[kept]], x[kept][~gaps[kept]])
    assert np.isfinite(found.x).all()


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(20)), st.lists(st.integers(0, 19), max_size=8))
def test_repeated_samples_are_merged(order: list[int], again: list[int]) -> None:
    x = np.random.default_rng(0).normal(size=(20, 2))
    x[3, 0] = np.nan
    rows = np.array([*order, *again], dtype=int)
    raw = xr.Dataset(
        {"x": (("time", "variable"), x[rows])},
        {"variable": ["a", "b"], "stamp": ("time", rows * 1.0)},
    )
    merged, notes = clock.merge_repeated(raw)
    np.testing.assert_array_equal(merged["x"], x)
    assert notes == ({"repeated_samples": len(again)} if again else {})


def test_samples_that_contradict_each_other_are_missing() -> None:
    raw = xr.Dataset(
        {"x": (("time", "variable"), [[1.0, 2.0], [3.0, 4.0], [1.0, 9.0], [1.0, 8.0]])},
        {"variable": ["a", "b"], "stamp": ("time", [0.0, 1.0, 0.0, 0.0])},
    )
    merged, notes = clock.merge_repeated(raw)
    np.testing.assert_array_equal(merged["x"], [[1.0, np.nan], [3.0, 4.0]])
    assert notes == {"repeated_samples": 2, "contradictions": 1}
