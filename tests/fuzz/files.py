"""Damaged files: each kind makes one, with settings drawn at random, to be read as a series."""

from __future__ import annotations

import importlib.util
import io
import math
import random
import struct
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import edfio
import netCDF4
import numpy as np
import pandas as pd
import scipy.io
import xarray as xr

from tausweep.series import checksums
from tausweep.series import stage as series
from tausweep.series.settings import Eeg, File, OutsideSeries, Weather

from .mutations import NUMBERS, TEXTS, of_bytes, of_text
from .rounds import Case

N = 150


def csv(rng: random.Random, directory: Path) -> Case:
    path = directory / "a.csv"
    match rng.randrange(8):
        case 0:
            content = of_bytes(rng, _table(rng).encode(), head=200)
        case 1:
            encoding = rng.choice(["latin-1", "utf-16", "utf-8-sig", "utf-32", "cp1252"])
            content = of_text(rng, _table(rng)).encode(encoding, errors="replace")
        case 2:  # pieces of tables, put together
            pieces = [*NUMBERS, *TEXTS, "a", "1.5", ",", ",", ";", "\n", "\n", "2020-01-01"]
            content = "".join(rng.choices(pieces, k=rng.choice([1, 10, 2000]))).encode()
        case 3 | 4:
            content = _table(rng).encode()
        case _:
            content = of_text(rng, _table(rng)).encode(errors="replace")
    path.write_bytes(content)
    return _own(rng, path, ["t", "a", "b"])


def _table(rng: random.Random) -> str:
    comma = rng.random() < 0.2
    separator = rng.choice([";", "\t"] if comma else [","] * 12 + [";", "\t", " ", "|"])
    dates = rng.random() < 0.3
    spread = rng.choice([N, N, 100, 10])
    rows = [rng.choice(["t"] * 9 + ["0"]) + separator + separator.join("ab")] * (rng.random() < 0.9)
    for i in range(N):
        stamp = (
            f"2020-{1 + i // 28:02}-{1 + i % 28:02}"
            if dates
            else f"{i * rng.choice([1, 1.0]) + 3 * (i > spread)}"
        )
        values = [f"{rng.gauss(0, 1):.3f}" for _ in range(2)]
        rows.append(separator.join([stamp, *values]))
    text = rng.choice(["\n", "\n", "\r\n", "\r"]).join(rows)
    return text.replace(".", ",") if comma else text


def npy(rng: random.Random, directory: Path) -> Case:
    path = directory / "a.npy"
    kind = rng.choice(
        [*(["f8", "f4", "i8", ">f8"] * 5), "f2", "u1", "g", "c16", "U5", "M8[s]", "?"]
    )
    file = io.BytesIO()
    x = np.abs(np.random.default_rng(rng.randrange(9)).normal(size=(N, 3)) * 10)
    x[:, 0] = np.arange(N)
    np.save(file, x.astype(np.dtype(kind)))
    content = file.getvalue()
    if rng.random() < 0.7:
        content = of_bytes(rng, content, head=128)
    else:  # a header that lies
        sizes = [0, 1, 2, 3, 3, 150, 150, -1, 10**6, 10**9, 2**62, 2**64, True, 1.5, None, "a"]
        header: Any = {
            "descr": rng.choice([*(["<f8"] * 9), kind, "|O", "<V8", "<U1000000000", ("f8", (10**6,)), [("a", "f8")], "", 3]),
            "fortran_order": rng.choice([False, True, 1, None]),
            "shape": tuple(rng.choices(sizes, k=rng.choice([0, 1, 2, 2, 2, 3, 70]))),
        }  # fmt: skip
        text = repr(header) if rng.random() < 0.5 else of_text(rng, repr(header))
        encoded = text.encode(errors="replace") + b"\n"
        version = rng.choice([*([(1, 0)] * 9), (2, 0), (3, 0), (0, 0), (255, 255)])
        length = len(encoded) if rng.random() < 0.8 else rng.randrange(2**16)
        size = struct.pack("<H" if version[0] < 2 else "<I", min(length, 2**16 - 1))
        content = b"\x93NUMPY" + bytes(version) + size + encoded + content[128:]
    if rng.random() < 0.05:
        file = io.BytesIO()
        np.savez(file, x)
        content = of_bytes(rng, file.getvalue())
    path.write_bytes(content)
    return _own(rng, path, ["x0", "x1", "x2"])


def zip(rng: random.Random, directory: Path) -> Case:
    path = directory / "mpi_roof_2009a.zip"
    table = _weather()
    file = io.BytesIO()
    pack = rng.choice(
        [zipfile.ZIP_DEFLATED] * 9 + [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
    )
    with zipfile.ZipFile(file, "w", pack) as archive:
        for i in range(rng.choice([1] * 18 + [0, 2])):
            if rng.random() < 0.3:
                table = of_text(rng, table)
            archive.writestr(
                f"{i}.{rng.choice(['csv'] * 18 + ['CSV', 'txt'])}",
                table.encode("latin-1", "replace"),
            )
        if rng.random() < 0.02:  # what packs well: a bomb
            packed = zipfile.ZipInfo("zeros.csv")
            packed.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(packed, "w") as bomb:
                for _ in range(rng.choice([10, 300])):
                    bomb.write(bytes(10**6))
        if rng.random() < 0.05:
            for i in range(rng.choice([100, 5000])):
                archive.writestr(f"many{i}.txt", "")
    content = bytearray(file.getvalue())
    if rng.random() < 0.3:  # sizes and flags of entries, there and in the directory
        for signature, fields in (
            (b"PK\x03\x04", (6, 8, 14, 18, 22)),
            (b"PK\x01\x02", (8, 10, 16, 20, 24, 42)),
        ):
            at = content.find(signature)
            if at >= 0 and rng.random() < 0.7:
                start = at + rng.choice(fields)
                new = rng.choice([0, 1, 2**16 - 1, 2**31, 2**32 - 1, 10**9, rng.randrange(2**20)])
                content[start : start + 4] = struct.pack("<I", new)
    elif rng.random() < 0.9:
        content = bytearray(of_bytes(rng, bytes(content), head=100))
    path.write_bytes(content)
    settings = {
        "system": "weather",
        "first": "2009a",
        "last": "2009a",
        "directory": str(directory),
        "columns": rng.choice([[], ["T (degC)"], ["T (degC)", "p (mbar)"]]),
        "max_gap": rng.choice([0, 6, 1000]),
    }
    return _published(Weather.model_validate(settings), path)


@cache
def _weather() -> str:
    rng = random.Random(0)
    start = np.datetime64("2009-01-01T00:10", "s")
    rows = ['"Date Time","p (mbar)","T (degC)"']
    for i in range(N):
        date = (start + 600 * i).item().strftime("%d.%m.%Y %H:%M:%S")
        rows.append(f"{date},{rng.gauss(990, 5):.2f},{rng.gauss(5, 5):.2f}")
    return "\r\n".join(rows)


def edf(rng: random.Random, directory: Path) -> Case:
    path = directory / "S001R01.edf"
    content = _recording()
    if rng.random() < 0.5:
        content = of_bytes(rng, content, head=256 * 5)
    else:  # numbers of the header: eight characters each, from the 184th on and for each channel
        changed = bytearray(content)
        for _ in range(rng.choice([1, 1, 2, 3])):
            fields = [(184, 8), (236, 8), (244, 8), (252, 4)]
            fields += [
                (256 + 4 * start + 8 * i, 8)
                for start in (104, 112, 120, 128, 216)
                for i in range(4)
            ]
            at, width = rng.choice(fields)
            number = rng.choice([*NUMBERS, "-1", "0", "1", "2", "3", "160", "1e-300", "1e300"])
            changed[at : at + width] = number.encode()[:width].ljust(width)
        content = bytes(changed)
    path.write_bytes(content)
    channels = rng.choice([[], [], ["Cz"], ["Cz", "O1"]])
    settings = {"system": "eeg", "directory": str(directory), "channels": channels}
    return _published(Eeg.model_validate(settings), path)


@cache
def _recording() -> bytes:
    rng = np.random.default_rng(0)
    signals = [
        edfio.EdfSignal(
            np.rint(100 * rng.normal(size=800)),
            160,
            label=f"{name:.<4}",
            physical_dimension="uV",
            physical_range=(-8092, 8092),
            digital_range=(-8092, 8092),
        )
        for name in ("Fc5", "Cz", "O1")
    ]
    cues = [edfio.EdfAnnotation(0, 4.2, "T0"), edfio.EdfAnnotation(4.2, 0.8, "T1")]
    return edfio.Edf(signals, annotations=cues, data_record_duration=1).to_bytes()


def netcdf(rng: random.Random, directory: Path) -> Case:
    path = directory / "a.nc"
    if rng.random() < 0.7:
        path.write_bytes(of_bytes(rng, _good(rng.randrange(4)), head=rng.choice([0, 100, 4000])))
    else:
        _lies(rng, path)
        if rng.random() < 0.3:
            path.write_bytes(of_bytes(rng, path.read_bytes()))
    return _own(
        rng, path, ["time", "a", "b", "north", "south"], {"variable": ["level", "a", "none"]}
    )


@cache
def _good(which: int) -> bytes:
    """A table, packed or not, in NetCDF-4 or in the format before; or series side by side."""
    rng = np.random.default_rng(which)
    x = np.cumsum(rng.normal(size=(N, 2)), axis=0)
    time = np.datetime64("2020-01-01", "ns") + np.arange(N) * np.timedelta64(1, "h")
    table = xr.Dataset(
        {"level": (("time", "gauge"), x)}, {"time": time, "gauge": ["north", "south"]}
    )
    beside = xr.Dataset({"a": ("time", x[:, 0]), "b": ("time", x[:, 1])}, {"time": time})
    made = beside if which == 3 else table
    packed = {"zlib": True, "dtype": "i2", "scale_factor": 0.01, "_FillValue": -32768}
    with tempfile.TemporaryDirectory() as directory:
        made.to_netcdf(
            f"{directory}/a.nc",
            engine="netcdf4",
            format="NETCDF3_64BIT" if which == 2 else "NETCDF4",
            encoding={"level": packed} if which == 1 else {},
        )
        return Path(f"{directory}/a.nc").read_bytes()


def _lies(rng: random.Random, path: Path) -> None:
    """A file that is whole, and declares what cannot be meant."""
    huge = rng.choice([N, N, N, 10**6, 10**8, 10**10, 2**40])
    attributes: list[Any] = ["", "days since 1970-01-01", "seconds since never", "months since 1-1-1", "1", 1e300, math.nan, "a\nb", [1, 2], 0, -1, "µ"]  # fmt: skip
    names = ("units", "calendar", "scale_factor", "add_offset", "missing_value", "coordinates", "dtype", "_Unsigned")  # fmt: skip
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("time", huge)
        file.createDimension("gauge", rng.choice([2, 2, 2, 10**4, 10**6]))
        for name, dims in (("level", ("time", "gauge")), ("time", ("time",)), ("a", ("time",))):
            if rng.random() < 0.2:
                continue
            kind = rng.choice(["f8", "f8", "i2", "u8", "S1", str, "f4"])
            chunks = None if huge == N or kind is str else [2] * len(dims)
            variable = file.createVariable(name, kind, dims, chunksizes=chunks)
            for attribute in names:
                if rng.random() < 0.15:
                    variable.setncattr(attribute, rng.choice(attributes))
            if huge == N and kind not in (str, "S1") and variable.size < 10**6:
                variable.set_auto_maskandscale(False)
                variable[:] = np.arange(variable.size).reshape(variable.shape) ** 2 % 1000


def mat(rng: random.Random, directory: Path) -> Case:
    path = directory / "a.mat"
    path.write_bytes(of_bytes(rng, _matlab(rng.randrange(3)), head=rng.choice([0, 128, 400])))
    return _own(rng, path, ["t", "x", "y"], {"variable": ["x", "y", "none"]})


@cache
def _matlab(which: int) -> bytes:
    """A matrix or vectors, packed or not."""
    x = np.random.default_rng(which).normal(size=(N, 2))
    time = 0.1 * np.arange(N)
    held = {"t": time, "x": x} if which == 0 else {"t": time, "x": x[:, 0], "y": x[:, 1], "s": "a"}
    file = io.BytesIO()
    scipy.io.savemat(file, held, do_compression=which < 2)
    return file.getvalue()


def parquet(rng: random.Random, directory: Path) -> Case:
    path = directory / f"a.{rng.choice(['parquet', 'feather'])}"
    path.write_bytes(of_bytes(rng, _frame(path.suffix), head=rng.choice([0, 0, 400])))
    return _own(rng, path, ["t", "a", "b"])


@cache
def _frame(kind: str) -> bytes:
    """A table with dates; where pyarrow is not installed, nothing of that kind."""
    if importlib.util.find_spec("pyarrow") is None:
        return b"PAR1" + bytes(100)
    x = np.random.default_rng(0).normal(size=(N, 2))
    frame = pd.DataFrame(x, columns=["a", "b"]).assign(t=pd.date_range("2020", periods=N, freq="D"))
    file = io.BytesIO()
    (frame.to_parquet if kind == ".parquet" else frame.to_feather)(file)
    return file.getvalue()


def _own(
    rng: random.Random, path: Path, names: list[str], more: dict[str, list[str]] | None = None
) -> Case:
    """A file of one's own, read with settings that may or may not fit it."""
    settings: dict[str, Any] = {"system": "file", "path": str(path)}
    if rng.random() < 0.6:
        settings["time"] = rng.choice(names[:1] * 9 + names)
        settings["time_unit"] = rng.choice(["1", "s", "day", "day", "us", "year"])
        if rng.random() < 0.3:
            settings |= {"resample": rng.choice([1e-300, 1e-3, 0.5, 10.0, 1e100])}
            settings["max_gap"] = rng.choice([1, 10**9])
        if path.suffix == ".csv" and rng.random() < 0.2:
            settings["time_format"] = rng.choice(["%Y-%m-%d", "%d.%m.%Y %H:%M:%S", "%s", "%"])
    if path.suffix == ".csv":
        for name, values in (
            ("separator", [",", ";", "tab", "space"]),
            ("decimal", [".", ","]),
            ("header", [True, False]),
        ):
            if rng.random() < 0.1:
                settings[name] = rng.choice(values)
    if rng.random() < 0.2:
        columns = [name for name in names[1:] if name != settings.get("time")]
        settings["columns"] = rng.sample(columns, rng.randrange(1, len(columns) + 1))
    if rng.random() < 0.5 and "resample" not in settings:
        settings["max_gap"] = rng.choice([1, 5, 10**9])
        settings["fill"] = rng.choice(["interpolate", "longest"])
    if rng.random() < 0.1:
        settings["missing"] = [rng.choice([0.0, -9999.0, 1e99])]
    for name, values in (more or {}).items():
        if rng.random() < 0.4:
            settings[name] = rng.choice(values)
    return _case(File.model_validate(settings), path)


def _published(settings: OutsideSeries, path: Path) -> Case:
    path.with_name(checksums.FILE).unlink(missing_ok=True)
    return _case(settings, path)


def _case(settings: OutsideSeries, path: Path) -> Case:
    def attempt() -> object:
        return series.run(settings, series.read(settings, [str(path)]))

    return attempt, str(path), (ValueError, OSError)
