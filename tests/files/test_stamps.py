"""Time stamps, gaps and missing values of files of one's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as some

from tausweep.series import clock

from .made import N, changed, refused, series_of, write


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
