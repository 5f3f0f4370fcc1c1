"""Files that are none, that lie about their size, or that libraries stumble over: refused early."""

from __future__ import annotations

import io
import itertools
import os
import pickle
import signal
import struct
import zipfile
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest
import xarray as xr

from tausweep.errors import ConfigError
from tausweep.experiment import load
from tausweep.plan import Plan
from tausweep.series import clock
from tausweep.series import stage as series
from tausweep.series.files import bounds, child
from tausweep.series.files.boundary import Refused, reading
from tausweep.series.settings import File, Weather


def refused(path: Path, **options: Any) -> str:
    own = File.model_validate({"system": "file", "path": str(path), **options})
    with pytest.raises(ValueError, match=": ") as error:
        series.run(own, series.read(own, [str(path)]))
    assert str(error.value).startswith(str(path))
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


# ---------------------------------------------------------------------------- what is no file


def special(directory: Path) -> dict[str, Path]:
    """Paths of what has no end, or no content, all named as a series is."""
    made = {name: directory / f"{name.replace(' ', '_')}.npy" for name in ("a directory", "a pipe")}
    made["a directory"].mkdir()
    os.mkfifo(made["a pipe"])
    made["a device"] = directory / "device.npy"
    made["a device"].symlink_to("/dev/zero")
    return made


def test_what_is_no_file_is_never_opened(tmp_path: Path) -> None:
    for kind, path in special(tmp_path).items():
        assert f"cannot be read: it is {kind} and no file" in refused(path)


def test_what_is_no_file_is_refused_when_a_workflow_is_planned(tmp_path: Path) -> None:
    def planned(path: str) -> Plan:
        return Plan(load({"experiment": "e", "series": {"s": {"system": "file", "path": path}}}))

    for kind, path in special(tmp_path).items():
        with pytest.raises(ConfigError, match=rf"series\.s\.path: cannot read .* it is {kind}"):
            planned(str(path))
    with (tmp_path / "sparse.npy").open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(ConfigError, match=r"series\.s\.path: .* it holds 1e\+03 GB, and at most 2"):
        planned(str(tmp_path / "sparse.npy"))
    for path in ("a\0b.npy", "\udcff.npy", "x" * 5000):
        with pytest.raises(ConfigError, match=r"series\.s\.path|half a character"):
            planned(path)


# ---------------------------------------------------------------------------- the boundary itself


@pytest.mark.parametrize(
    "error", [KeyError("x"), MemoryError(), RecursionError("deep"), struct.error("a\nb"), IndexError()]
)  # fmt: skip
def test_whatever_a_library_raises_is_one_line(tmp_path: Path, error: Exception) -> None:
    path = tmp_path / "a.x"
    path.touch()
    with pytest.raises(ValueError, match=r"a\.x: not a thing \(.+\): mend it$") as raised, reading(path, "a thing", "mend it"):  # fmt: skip
        raise error
    assert "\n" not in str(raised.value)
    assert raised.value.__cause__ is error
    with pytest.raises(ValueError, match=r"a\.x: it is green$"), reading(path, "a thing", "mend it"):  # fmt: skip
        raise Refused("it is\ngreen")


def test_a_reader_that_crashes_takes_nobody_with_it() -> None:
    with pytest.raises(ValueError, match="crashed, or needed more than"):
        child.call(signal.raise_signal, signal.SIGSEGV)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="crashed, or needed more than"):
        child.call(bytearray, 2 * bounds.MEMORY)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="TypeError"):  # a mistake of ours is no damaged file
        child.call(len, 3)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_reader_that_does_not_end_is_ended() -> None:
    with pytest.raises(ValueError, match=f"needed more than {bounds.SECONDS} s"):
        child.call(sum, itertools.count())  # type: ignore[arg-type]


# ---------------------------------------------------------------------------- sizes that lie


def header(shape: str, descr: str = "'<f8'") -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


class Harmful:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.abort, ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (header("(10000000000,)"), "found 10000000000 rows of 1 columns, and at most 20,000,000 values"),
        (header("(3000, 4000)"), "(0 bytes, where its header tells of float64 of shape (3000, 4000))"),
        (header("(2, 1000000)"), "found 2 rows of 1000000 columns, and at most 5000 can be"),
        (header("(-1, 3)") + bytes(240), "not a whole .npy file of numbers ("),
        (header("()") + bytes(8), "found an array of shape (): save it as (time, variable)"),
        (header("(" * 900), "not a whole .npy file of numbers ("),
        (header("(1,)", "'|O'") + pickle.dumps(Harmful()), "found values of type object"),
        (pickle.dumps(Harmful()), "not a whole .npy file of numbers ("),
    ],
)  # fmt: skip
def test_the_header_of_an_array_is_held_against_the_file(
    tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / "a.npy").write_bytes(content)
    assert message in refused(tmp_path / "a.npy")


def test_a_netcdf_file_that_declares_more_than_there_is(tmp_path: Path) -> None:
    for name, rows, columns, message in (
        ("long", 10**10, 1, "its dimension 'time' has 10000000000 entries, and at most 20,000,000"),
        ("large", 10**7, 100, "found 10000000 rows of 100 columns, and at most 20,000,000 values"),
    ):
        path = tmp_path / f"{name}.nc"
        with netCDF4.Dataset(path, "w") as file:
            file.createDimension("time", rows)
            file.createDimension("gauge", columns)
            file.createVariable("x", "f8", ("time", "gauge"), chunksizes=(1000, 1), zlib=True)
        assert path.stat().st_size < 20_000
        assert message in refused(path)


def bomb(path: Path, size: int, declared: int | None = None) -> None:
    """An archive of zeros, which may say that it holds less."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", bytes(size))
    content = file.getvalue()
    if declared is not None:
        content = content.replace(struct.pack("<I", size), struct.pack("<I", declared))
    path.write_bytes(content)


def test_archives_that_hold_more_than_can_be_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tausweep.series.published.weather.MOST_TEXT", 10**7)
    monkeypatch.setattr("tausweep.series.files.csv.MOST_TEXT", 10**7)
    settings = {"system": "weather", "first": "2009a", "last": "2009a", "directory": str(tmp_path)}
    path = tmp_path / "mpi_roof_2009a.zip"
    for declared, message in ((None, "its table takes more than 10 MB"), (1000, "Bad CRC-32")):
        bomb(path, 5 * 10**7, declared)
        assert path.stat().st_size < 60_000
        (tmp_path / "checksums.txt").unlink(missing_ok=True)
        with pytest.raises(ValueError, match=rf"2009a\.zip: not a whole ZIP archive \({message}"):
            series.read(Weather.model_validate(settings), [str(path)])


def test_tables_of_text_that_are_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("," * 6000 + "\n")
    assert "found a row of 6001 columns, and at most 5000 can be" in refused(path)
    path.write_bytes(b"1\n" * 20_000_001)
    assert "found 20000001 rows of 1 columns, and at most 20,000,000 values" in refused(path)
    monkeypatch.setattr("tausweep.series.files.csv.MOST_TEXT", 1000)
    path.write_text("1.5\n" * 300)
    assert "it holds more than 0.001 MB of text" in refused(path)


def test_a_table_is_the_same_in_one_piece_or_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    x = np.random.default_rng(0).normal(size=(300, 2))
    days = np.datetime64("2020-01-01") + np.arange(300)
    rows = [f"{day},{a!r},{b!r}" for day, (a, b) in zip(days, x.tolist(), strict=True)]
    options = {"time": "t", "time_unit": "day"}
    own = File.model_validate({"system": "file", "path": str(path), **options})
    path.write_text("\n".join(["t,a,b", *rows]))
    whole = series.read(own, [str(path)])
    monkeypatch.setattr("tausweep.series.files.csv.PIECE", 21)
    assert series.read(own, [str(path)]).identical(whole)
    rows[200] = "2020-07-19,1.0,oops"
    path.write_text("\n".join(["t,a,b", *rows]))
    assert "found 'oops' in row 200 (counted from 0) of column 'b'" in refused(path, **options)
    rows[200] = "3.5,1.0,1.0"
    path.write_text("\n".join(["t,a,b", *rows]))
    assert "found '3.5' in row 200 (counted from 0)" in refused(path, **options)


def test_whole_numbers_of_any_length_are_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join(f"{i}{'0' * 25}" for i in range(1, 300) for _ in (0, 1)))
    own = File.model_validate({"system": "file", "path": str(path)})
    np.testing.assert_allclose(series.read(own, [str(path)])["x"][::2, 0], 1e25 * np.arange(1, 300))


# ---------------------------------------------------------------------------- what stamps ask for


def test_stamps_and_gaps_ask_for_no_more_than_can_be() -> None:
    def regular(stamps: np.ndarray, **options: Any) -> None:
        x = np.random.default_rng(0).normal(size=(len(stamps), 1))
        raw = xr.Dataset({"x": (("time", "variable"), x)}, {"variable": ["a"]})
        clock.regular(raw.assign_coords(stamp=("time", stamps)), **options)

    stamps = np.arange(200.0)
    jump = np.where(stamps > 100, stamps + 9e8, stamps)
    with pytest.raises(ValueError, match=r"max_gap would make 9e\+08 values, and at most"):
        regular(jump, fill="interpolate", max_gap=10**9)
    for resample in (1e-9, 1e-300, 5e-324):
        with pytest.raises(ValueError, match=r"resample would make .* values, and at most"):
            regular(stamps, resample=resample, max_gap=1)
    for wrong in (np.inf, -np.inf, np.nan, 1e308):
        with pytest.raises(ValueError, match="1 rows without a time stamp, the first in row 150"):
            regular(np.where(stamps == 150, wrong, stamps))
    with pytest.raises(ValueError, match="time is irregular: samples come every"):
        regular(np.cumsum(np.where(np.arange(201) % 2, 1.0, 3.0)))  # the median is no step
