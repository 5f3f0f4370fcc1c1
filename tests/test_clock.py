"""Which column is the time, and what clocks people write: months, years, dates as numbers, UTC."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tausweep.series import stage as series
from tausweep.series.settings import File

N = 400
X = np.random.default_rng(0).normal(size=(N, 2))


def of(directory: Path, stamps: Iterable[Any], header: str = "t,a,b", **options: Any) -> xr.Dataset:
    path = directory / "a.csv"
    rows = [f"{stamp},{a!r},{b!r}" for stamp, (a, b) in zip(stamps, X.tolist(), strict=True)]
    path.write_text("\n".join([header, *rows]))
    own = File.model_validate({"system": "file", "path": str(path), **options})
    return series.run(own, series.read(own, [str(path)]))


def interval(found: xr.Dataset) -> tuple[float, str]:
    np.testing.assert_array_equal(found["x"], X)
    return found.attrs["dt"], found.attrs["time_unit"]


def dates(frequency: str, how: str, start: str = "1900-01-01") -> list[str]:
    return list(pd.date_range(start, periods=N, freq=frequency).strftime(how))


@pytest.mark.parametrize(
    ("stamps", "expected"),
    [
        (dates("MS", "%Y-%m-%d"), (1.0, "month")),
        (dates("ME", "%Y-%m-%d"), (1.0, "month")),
        (dates("MS", "%Y-%m"), (1.0, "month")),
        (dates("MS", "%Y%m"), (1.0, "month")),
        (dates("MS", "%m/%Y"), (1.0, "month")),
        (dates("QS", "%Y-%m-%d"), (3.0, "month")),
        (dates("YS", "%Y-%m-%d", "1700-01-01"), (1.0, "year")),
        (dates("2YS", "%Y-%m-%d", "1500-01-01")[:N], (2.0, "year")),
        (dates("D", "%Y%m%d"), (1.0, "day")),
        (dates("D", "%Y%j"), (1.0, "day")),
        (dates("D", "%d.%m.%Y"), (1.0, "day")),
        (dates("D", "%m/%d/%Y"), (1.0, "day")),
        (dates("D", "%d/%m/%Y"), (1.0, "day")),
        (dates("D", "%d-%b-%Y"), (1.0, "day")),
        (dates("10min", "%d.%m.%Y %H:%M"), (10.0, "min")),
        (dates("h", "%Y%m%d%H"), (1.0, "h")),
        (dates("2min", "%H:%M:%S"), (120.0, "s")),
        (dates("h", "%Y-%m-%dT%H:%M:%SZ"), (1.0, "h")),
        ([1_600_000_000 + 600 * i for i in range(N)], (10.0, "min")),
        ([1_600_000_000_000 + 4 * i for i in range(N)], (4.0, "ms")),
    ],
)
def test_dates_and_numbers_that_are_dates(
    tmp_path: Path, stamps: list[Any], expected: tuple[float, str]
) -> None:
    assert interval(of(tmp_path, stamps)) == expected
    assert interval(of(tmp_path, stamps, time="t")) == expected


@pytest.mark.parametrize("name", ["day", "days", "t (d)", "when"])
def test_whole_numbers_that_are_dates_are_so_whatever_their_unit_may_be(
    tmp_path: Path, name: str
) -> None:
    """20200131 is followed by 20200201, also in a column whose name is a unit."""
    stamps = dates("D", "%Y%m%d", "2020-01-01")
    assert interval(of(tmp_path, stamps, f"{name},a,b")) == (1.0, "day")


def test_calendar_units(tmp_path: Path) -> None:
    months = dates("MS", "%Y-%m-%d")
    assert interval(of(tmp_path, months, time_unit="year")) == (1 / 12, "year")
    with pytest.raises(ValueError, match=r"calendar months.*set time_unit to month or year"):
        of(tmp_path, months, time_unit="day")
    years = dates("YS", "%Y-%m-%d", "1700-01-01")
    assert interval(of(tmp_path, years, time_unit="year")) == (1.0, "year")
    holes = [*months[:100], *months[103:], *dates("MS", "%Y-%m-%d", "1933-05-01")[:3]]
    with pytest.raises(ValueError, match="1 gaps in time, the first of 3 samples after sample 99"):
        of(tmp_path, holes)


def local(zone: str, start: str, frequency: str, how: str = "%Y-%m-%d %H:%M") -> list[str]:
    return list(pd.date_range(start, periods=N, freq=frequency, tz=zone).strftime(how))


@pytest.mark.parametrize(
    ("zone", "start", "frequency"),
    [
        ("Europe/Berlin", "2020-03-20", "h"),
        ("Europe/Berlin", "2020-10-20", "h"),
        ("US/Eastern", "2020-10-31 12:00", "10min"),
        ("Australia/Sydney", "2021-03-30", "30min"),
    ],
)
def test_daylight_saving_is_named(tmp_path: Path, zone: str, start: str, frequency: str) -> None:
    with pytest.raises(ValueError, match=r"the clock jumps by an hour .* daylight saving") as error:
        of(tmp_path, local(zone, start, frequency))
    assert "set dt" in str(error.value)
    offset = local(zone, start, frequency, "%Y-%m-%d %H:%M%z")
    dt, unit = interval(of(tmp_path, offset))
    assert pd.Timedelta(dt, unit) == pd.Timedelta("1" * frequency.startswith("h") + frequency)
    assert interval(of(tmp_path, local(zone, start, frequency), dt=3.0)) == (3.0, "1")


def test_a_gap_of_an_hour_is_a_gap(tmp_path: Path) -> None:
    stamps = pd.date_range("2020-06-03", periods=N + 1, freq="h").delete(50)
    with pytest.raises(ValueError, match="1 gaps in time, the first of 1 samples after sample 49"):
        of(tmp_path, stamps.strftime("%Y-%m-%d %H:%M"))


STEPS = np.cumsum(np.random.default_rng(1).uniform(0.5, 1.5, N))


@pytest.mark.parametrize(
    ("header", "options", "expected"),
    [
        ("t,a,b", {}, (0.25, "1")),
        ("foo,a,b", {}, (0.25, "1")),
        ("time (ms),a,b", {}, (0.25, "ms")),
        ("t [s],a,b", {}, (0.25, "s")),
        ("time_s,a,b", {"time_unit": "ms"}, (250.0, "ms")),
        (",a,b", {}, (0.25, "1")),
        ("t,a,b", {"dt": 3.0}, (3.0, "1")),
        ("t,a,b", {"columns": ["a", "b"]}, (0.25, "1")),
    ],
)
def test_a_column_that_rises_evenly_is_time(
    tmp_path: Path, header: str, options: dict[str, Any], expected: tuple[float, str]
) -> None:
    found = of(tmp_path, 0.25 * np.arange(N), header, **options)
    assert interval(found) == expected
    said = json.loads(found.attrs["read_as"])
    name = header.split(",")[0] or "column 0"
    assert said["left_out" if "dt" in options else "time"] == (
        {name: "dt is set"} if "dt" in options else name
    )


def test_a_first_column_that_rises_unevenly_is_never_a_variable_unasked(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"first column, 'p', rises .* set time to it, and resample"
    ):
        of(tmp_path, STEPS, "p,a,b")
    with pytest.raises(ValueError, match=r"first column, 'p', falls .* sort rows"):
        of(tmp_path, -STEPS, "p,a,b")
    with pytest.raises(ValueError, match=r"time is irregular: .* set resample.*time was taken for"):
        of(tmp_path, STEPS, "time,a,b")
    assert of(tmp_path, STEPS, "t,a,b", resample=0.5, max_gap=3).attrs["dt"] == 0.5
    assert of(tmp_path, STEPS, "p,a,b", columns=["p", "a", "b"]).sizes["variable"] == 3
    found = of(tmp_path, STEPS, "p,a,b", columns=["a", "b"])
    assert interval(found) == (1.0, "1")
    assert json.loads(found.attrs["read_as"])["left_out"] == {"p": "columns leaves it out"}


def test_a_temperature_is_no_time(tmp_path: Path) -> None:
    found = of(tmp_path, np.random.default_rng(2).normal(size=N), "T,a,b")
    assert found["variable"].values.tolist() == ["T", "a", "b"]


def test_dates_in_several_columns(tmp_path: Path) -> None:
    days = pd.date_range("1990-01-01", periods=N, freq="D")
    hours = pd.date_range("1990-01-01", periods=N, freq="h")
    for text, expected in (
        ("\n".join(["year,month,day,v", *(f"{d:%Y,%m,%d},{v}" for d, v in zip(days, X[:, 0], strict=True))]), (1.0, "day")),
        ("\n".join(["date;time;v", *(f"{d:%d.%m.%Y;%H:%M};{v}" for d, v in zip(hours, X[:, 0], strict=True))]), (1.0, "h")),
        ("\n".join(f"{d:%Y-%m-%d %H:%M:%S} {v}" for d, v in zip(hours, X[:, 0], strict=True)), (1.0, "h")),
    ):  # fmt: skip
        path = tmp_path / "a.csv"
        path.write_text(text)
        own = File.model_validate({"system": "file", "path": str(path)})
        found = series.run(own, series.read(own, [str(path)]))
        np.testing.assert_allclose(found["x"], X[:, :1])
        assert (found.attrs["dt"], found.attrs["time_unit"]) == expected
