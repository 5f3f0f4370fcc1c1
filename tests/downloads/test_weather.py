"""Series made of archives of weather."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tausweep.errors import ConfigError
from tausweep.experiment import load
from tausweep.series import checksums

from .made import (
    HEADER,
    archive,
    measured,
    series_of,
    ten_minutes,
    weather,
)


def test_names_of_archives() -> None:
    def names(first: str, last: str) -> list[str]:
        return weather(Path(), first=first, last=last, site="mpi_saale").files()

    assert names("2009b", "2010b") == [f"mpi_saale_{h}.zip" for h in ("2009b", "2010a", "2010b")]
    assert names("2022", "2025") == [
        f"mpi_saale_{h}.zip" for h in ("2022a", "2022b", "2023a", "2023b", "2024", "2025")
    ]
    assert names("2014a", "2014a") == ["mpi_saale_2014a.zip"]
    assert len(weather(Path(), last="2016b").files()) == 16


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"first": "2010a"}, "no archive lies between first '2010a' and last '2009b'"),
        ({"first": "2024b", "last": "2024b"}, "from 2024 on archives are of whole years"),
        (
            {"first": "January"},
            "first: must be a year or half of it, as \"2009a\", found 'January'",
        ),
        ({"first": 2009}, "first: must be a valid string, found 2009"),
        ({"url": "ftp://x"}, "url: must match .* found 'ftp://x'"),
        ({"column": "T"}, "unknown key 'column'; did you mean columns"),
        (
            {"system": "eeg", "subject": 110},
            "subject: must be less than or equal to 109, found 110",
        ),
        ({"system": "eeg", "run": 0}, "run: must be greater than or equal to 1, found 0"),
    ],
)
def test_wrong_settings_are_one_line(change: dict[str, Any], message: str) -> None:
    one = {"system": "weather", "last": "2009b", **change}
    if one["system"] == "eeg":
        del one["last"]
    with pytest.raises(ConfigError, match=message) as error:
        load({"experiment": "e", "series": {"s": one}})
    assert str(error.value).startswith("series.s")


def test_weather_is_what_the_archives_hold(tmp_path: Path) -> None:
    x = measured(500)
    dates = ten_minutes("2009-01-01", 500)
    swapped = [0, 2, 1, 3]  # columns are in another order in some years
    names = HEADER.split(",")
    other = ",".join([names[0], *(names[1 + i] for i in swapped)])
    (tmp_path / "mpi_roof_2009a.zip").write_bytes(archive(dates[:300], x[:300]))
    (tmp_path / "mpi_roof_2009b.zip").write_bytes(archive(dates[300:], x[300:, swapped], other))
    found = series_of(weather(tmp_path))
    np.testing.assert_array_equal(found["x"], x[:, [1]])
    assert found["variable"].values.tolist() == ["T (degC)"]
    assert found["x"].attrs["units"] == "degC"
    assert (found.attrs["dt"], found.attrs["time_unit"]) == (1 / 6, "h")
    assert found.attrs["first_sample"] == "2009-01-01T00:10:00"
    assert "filled" not in found
    digests = json.loads(found.attrs["raw_files"])
    assert digests == {
        f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in tmp_path.glob("*.zip")
    }
    several = series_of(
        weather(tmp_path, columns=["SWDR (W/m²)", "p (mbar)"], inputs=["SWDR (W/m²)"])
    )
    np.testing.assert_array_equal(several["x"], x[:, [0]])
    np.testing.assert_array_equal(several["input"], x[:, [3]])
    assert len(series_of(weather(tmp_path, columns=[]))["variable"]) == 4
    with pytest.raises(ValueError, match=r"2009a\.zip: columns names 'T', but .* T \(degC\), rh"):
        series_of(weather(tmp_path, columns=["T"]))


def test_gaps_repetitions_and_missing_values_of_weather(tmp_path: Path) -> None:
    x, dates = measured(1000), ten_minutes("2009-01-01", 1000)
    x[600, 1] = -9999
    rows = np.setdiff1d(np.arange(1000), [50, 51, *range(300, 340)])
    rows = np.concatenate([rows, rows[20:40]])  # a block that was written twice, out of order
    stamps = dates[rows]
    stamps[-1] += 7  # one of these is no full ten minutes
    (tmp_path / "mpi_roof_2009a.zip").write_bytes(archive(stamps, x[rows]))
    one = {"last": "2009a"}
    found = series_of(weather(tmp_path, **one))
    expected = x[340:, 1].copy()
    expected[260] = (x[599, 1] + x[601, 1]) / 2
    np.testing.assert_allclose(found["x"][:, 0], expected, rtol=1e-15)
    assert np.flatnonzero(found["filled"]).tolist() == [260]
    assert found.attrs["repeated_samples"] == 19
    assert found.attrs["filled_values"] == 1
    assert found.attrs["samples_cut_before"] == 298
    assert found.attrs["first_sample"] == "2009-01-03T08:50:00"
    assert found.attrs["samples_off_clock"] == 1
    every = series_of(weather(tmp_path, **one, max_gap=40))
    assert every["x"].sizes["time"] == 1000
    assert int(every["filled"].sum()) == 43
    with pytest.raises(
        ValueError, match=r"2009a\.zip: found 2 gaps in time, .* max_gap: 40, which"
    ):
        series_of(weather(tmp_path, **one, fill=None))


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mpi_roof_2009a.zip"
    content = archive(ten_minutes("2009-01-01", 200), measured(200))
    damaged = bytearray(content)
    damaged[100] ^= 1
    for broken in (content[:-50], bytes(damaged)):
        path.write_bytes(broken)
        (tmp_path / checksums.FILE).unlink(missing_ok=True)
        with pytest.raises(
            ValueError, match=r"2009a\.zip: not a whole ZIP archive \(.*\): delete it, with"
        ):
            series_of(weather(tmp_path, last="2009a"))
    path.write_bytes(content)
    with pytest.raises(
        ValueError, match=r"2009a\.zip: damaged or changed: its SHA-256 is .* delete"
    ):
        series_of(weather(tmp_path, last="2009a"))
    with pytest.raises(ValueError, match=r"mpi_roof_2009b\.zip: no such file: run snakemake"):
        series_of(weather(tmp_path, first="2009b"))
