"""Tables of text as programs, loggers and spreadsheets of all countries write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tausweep.series import stage as series
from tausweep.series.settings import File

N = 200
X = np.round(np.cumsum(np.random.default_rng(0).normal(size=(N, 2)), axis=0) * 2000, 2)
"""Some thousands, of either sign, and some below."""


def of(directory: Path, text: str | bytes, name: str = "a.csv", **options: Any) -> xr.Dataset:
    path = directory / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    own = File.model_validate({"system": "file", "path": str(path), **options})
    return series.run(own, series.read(own, [str(path)]))


def names(found: xr.Dataset) -> list[str]:
    return [str(name) for name in found["variable"].values]


def table(
    header: str = "a;b", *, sep: str = ";", how: str = "{:.2f}", x: np.ndarray = X, swap: str = ",."
) -> str:
    """Rows in this format, its commas and points changed to others."""
    marks = str.maketrans(",.", swap)
    rows = [sep.join(how.format(value).translate(marks) for value in row) for row in x]
    return "\n".join([header, *rows] if header else rows) + "\n"


@pytest.mark.parametrize(
    ("text", "thousands"),
    [
        (table(how="{:,.2f}"), ","),
        (table(how="{:,.2f}", swap=".,"), "."),
        (table(how="{:,.2f}", swap=" ,"), " "),
        (table(how="{:,.2f}", swap="\u202f,"), "'"),
        (table(how="{:,.2f}", swap="'."), "'"),
        (table(how="{:,.2f}", swap="’,"), "'"),
        (table("a,b", how='"{:,.2f}"', sep=","), ","),
        (table("a\tb", how="{:,.2f}", sep="\t"), ","),
        (table("a b", how="{:,.2f}", sep="  "), ","),
    ],
)
def test_thousands_are_told_from_decimals(tmp_path: Path, text: str, thousands: str) -> None:
    found = of(tmp_path, text)
    np.testing.assert_allclose(found["x"], X, rtol=1e-15)
    assert json.loads(found.attrs["read_as"])["thousands"] == repr(thousands)


@pytest.mark.parametrize("swap", [",.", ".,"])
def test_whole_numbers_with_thousands_of_which_some_are_below(tmp_path: Path, swap: str) -> None:
    whole = np.rint(X)
    found = of(tmp_path, table(how="{:,.0f}", x=whole, swap=swap))
    np.testing.assert_array_equal(found["x"], whole)


def test_a_comma_that_may_be_either_needs_a_setting(tmp_path: Path) -> None:
    x = np.round(10 + np.abs(X) / 1e4, 3)
    text = table(how="{:.3f}", x=x, swap=".,")
    with pytest.raises(ValueError, match=r"three digits after it, as .*set decimal to ',' or '\.'"):
        of(tmp_path, text)
    np.testing.assert_allclose(of(tmp_path, text, decimal=",")["x"], x)
    np.testing.assert_allclose(of(tmp_path, text, decimal=".")["x"], 1000 * x)
    np.testing.assert_allclose(of(tmp_path, text.replace(",", "."))["x"], x)


def test_decimal_commas_that_come_late(tmp_path: Path) -> None:
    x = X.copy()
    x[:150] = 0
    rows = ["x;y", *(f"{a:g};{b:g}".replace(".", ",") for a, b in x)]
    np.testing.assert_allclose(of(tmp_path, "\n".join(rows))["x"], x, rtol=1e-5)


def test_points_and_commas_together_are_refused(tmp_path: Path) -> None:
    text = table(x=X[:100]) + table("", x=X[100:], swap=".,")
    with pytest.raises(ValueError, match="found decimal points and decimal commas"):
        of(tmp_path, text)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])  # fmt: skip
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = table("T (°C);µ", swap=".,").replace("\n", "\r\n")
    found = of(tmp_path, text.encode(encoding))
    assert names(found) == ["T (°C)", "µ"]
    np.testing.assert_array_equal(found["x"], X)
    with pytest.raises(ValueError, match="null bytes"):
        of(tmp_path, b"a,b\n1,2\0\n" * 100)


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;\r"])
def test_the_line_by_which_excel_says_the_separator(tmp_path: Path, first: str) -> None:
    found = of(tmp_path, f"{first}\n" + table(swap=".,"))
    np.testing.assert_array_equal(found["x"], X)
    assert names(found) == ["a", "b"]


@pytest.mark.parametrize("sep", [",", ";", "\t", "|", " ", "    ", " \t "])
@pytest.mark.parametrize("header", [True, False])
def test_separators(tmp_path: Path, sep: str, header: bool) -> None:
    found = of(tmp_path, table(sep.join("ab") if header else "", sep=sep))
    np.testing.assert_array_equal(found["x"], X)
    assert names(found) == (["a", "b"] if header else ["x0", "x1"])


def test_exponents_as_fortran_writes_them(tmp_path: Path) -> None:
    text = table("", sep="  ", how="{:.15E}").replace("E", "D")
    np.testing.assert_allclose(of(tmp_path, text, "a.dat")["x"], X, rtol=1e-14)


@pytest.mark.parametrize("mark", ["#", "%", "//", ";"])
def test_comments_anywhere(tmp_path: Path, mark: str) -> None:
    above = f"{mark} a gauge, of two\n{mark}\n"
    text = (
        above + table("a,b", sep=",", x=X[:50]) + f"{mark} a pause\n" + table("", sep=",", x=X[50:])
    )
    found = of(tmp_path, text)
    np.testing.assert_array_equal(found["x"], X)
    assert names(found) == ["a", "b"]


@pytest.mark.parametrize(
    "header",
    [
        "a,b\nmV,°C",
        "a,b\n(mV),(K)",
        "a,b\n[m],",
        "Station,Kiel\nSensor,7\na,b\nV,m/s",
        "by the logger of the pier\n\na,b",
        '"a","b"\n"Volts","Deg C"\n"Smp",""',
    ],
)
def test_rows_above_the_first_sample(tmp_path: Path, header: str) -> None:
    found = of(tmp_path, table(header, sep=","))
    assert names(found) == ["a", "b"]
    np.testing.assert_array_equal(found["x"], X)


def test_what_campbell_loggers_write(tmp_path: Path) -> None:
    stamps = pd.date_range("2012-01-01", periods=N, freq="10min").strftime("%Y-%m-%d %H:%M:%S")
    head = (
        '"TOA5","CR1000","CR1000","123","Std.25","CPU:a.CR1","55","Met"\n'
        '"TIMESTAMP","RECORD","T","RH"\n"TS","RN","Deg C","%"\n"","","Avg","Smp"\n'
    )
    rows = [f'"{s}",{i},{a},{b}' for i, (s, (a, b)) in enumerate(zip(stamps, X, strict=True))]
    rows[7] = rows[7].rsplit(",", 1)[0] + ',"NAN"'
    found = of(tmp_path, head + "\n".join(rows), "a.dat", fill="interpolate", max_gap=1)
    assert names(found) == ["T", "RH"]
    assert (found.attrs["dt"], found.attrs["time_unit"]) == (10.0, "min")
    assert found.attrs["filled_values"] == 1
    assert json.loads(found.attrs["read_as"])["left_out"] == {"RECORD": "it numbers the rows"}


@pytest.mark.parametrize(
    ("header", "scale"), [("1064,1550", 1e-4), ("0,1", 1.0), ("1990,1991", 1e-4), ("10,20", 1e-3)]
)
def test_names_that_are_numbers(tmp_path: Path, header: str, scale: float) -> None:
    x = np.round(scale * X, 6)
    found = of(tmp_path, table(header, sep=",", how="{:.6f}", x=x))
    assert names(found) == header.split(",")
    np.testing.assert_array_equal(found["x"], x)


def test_samples_that_are_whole_numbers_are_no_names(tmp_path: Path) -> None:
    whole = np.rint(X / 100)
    np.testing.assert_array_equal(of(tmp_path, table("", how="{:.0f}", x=whole))["x"], whole)
    text = table("7;12", how="{:.0f}", x=500 + np.rint(X / 2000) % 9)
    with pytest.raises(
        ValueError, match=r"first row \(7, 12\) may be names or samples: set header"
    ):
        of(tmp_path, text)
    assert names(of(tmp_path, text, header=True)) == ["7", "12"]
    assert of(tmp_path, text, header=False).sizes["time"] == N + 1


def test_what_pandas_writes(tmp_path: Path) -> None:
    frame = pd.DataFrame(X / 7)
    for options in ({}, {"index": False}, {"sep": ";", "decimal": ","}):
        found = of(tmp_path, frame.to_csv(**options))
        assert names(found) == ["0", "1"]
        np.testing.assert_allclose(found["x"], X / 7, rtol=1e-15)
    dated = frame.set_axis(pd.date_range("2020-01-01", periods=N, freq="h"))
    found = of(tmp_path, dated.to_csv())
    assert (found.attrs["dt"], found.attrs["time_unit"]) == (1.0, "h")
    assert names(found) == ["0", "1"]


def test_what_r_writes(tmp_path: Path) -> None:
    for label in ('"{}"', "r{}"):
        rows = [f"{label.format(i + 1)} {a} {b}" for i, (a, b) in enumerate(X)]
        found = of(tmp_path, '"a" "b"\n' + "\n".join(rows), "a.txt")
        np.testing.assert_array_equal(found["x"], X)
        assert names(found) == ["a", "b"]


@pytest.mark.parametrize("header", ["a,b", "a,b,", ""])
@pytest.mark.parametrize("end", [",", ",,"])
def test_separators_at_the_end_of_rows(tmp_path: Path, header: str, end: str) -> None:
    rows = "\n".join(f"{a},{b}{end}" for a, b in X)
    found = of(tmp_path, f"{header}\n{rows}" if header else rows)
    np.testing.assert_array_equal(found["x"], X)


@pytest.mark.parametrize(
    "word", ["NAN", "NaN", "nan", "NA", "N/A", "n/a", "null", "NULL", "None", "-", "--", "", "#N/A", "1.#QNAN", "?", "Missing"]
)  # fmt: skip
def test_spellings_of_missing(tmp_path: Path, word: str) -> None:
    lines = table("a,b", sep=",").splitlines()
    lines[8] = f"1.0,{word}"
    text = "\n".join(lines)
    with pytest.raises(ValueError, match="found 1 missing value, in sample 7 of variable 'b'"):
        of(tmp_path, text)
    assert of(tmp_path, text, fill="interpolate", max_gap=1).attrs["filled_values"] == 1


def test_single_columns(tmp_path: Path) -> None:
    for text in (table("x", x=X[:, :1], swap=".,"), table("", x=X[:, :1], swap=".,")):
        np.testing.assert_array_equal(of(tmp_path, text)["x"], X[:, :1])
    tenths = np.round(X[:, :1], 1)
    text = table("x", x=tenths, how="{:.1f}", swap=".,")
    np.testing.assert_array_equal(of(tmp_path, text)["x"], tenths)
    with pytest.raises(ValueError, match="both seem to be separated by commas"):
        of(tmp_path, table("a,b", sep=",", swap=".,"))
    holes = table("x", x=X[:, :1]).replace("\n", "\n\n", 5)
    with pytest.raises(ValueError, match="missing values"):
        of(tmp_path, holes)


def test_settings_decide(tmp_path: Path) -> None:
    text = "\n".join(f"{a:.0f},{abs(b):.0f}" for a, b in X)
    assert of(tmp_path, text).sizes["variable"] == 2
    text = "\n".join(f"{a:.2f};{b:.2f}" for a, b in X)
    with pytest.raises(ValueError, match="no rows of numbers"):
        of(tmp_path, text, separator="tab")
    np.testing.assert_array_equal(of(tmp_path, text, separator=";", header=False)["x"], X)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,oops\n" + table("", sep=","), "found 'oops' in row 0 (counted from 0) of column 'b'"),
        (table("a,b", sep=",") + "1,2,3\n", "line 202, saw 3): give all rows as many columns"),
        (table("a", sep=","), "found 1 names in the header row and 2 columns below it"),
        ("all work, and\nno play\n", "found no rows of numbers"),
        ("\n\n", "found no rows of numbers"),
        ("a,b\n" + "x,y\n" * N, "found no rows of numbers"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_told(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"a\.csv: ") as error:
        of(tmp_path, text)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
