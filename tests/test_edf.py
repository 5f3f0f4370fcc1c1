"""Recordings whose header does not fit the file, or itself."""

from __future__ import annotations

import json
from pathlib import Path

import edfio
import numpy as np
import pytest
import xarray as xr
from recorded import recording

from tausweep.series import stage as series
from tausweep.series.settings import Eeg, File

RATE, RECORDS, NAMES = 160, 5, ["Fc5", "Cz", "O1"]
CHANNELS = len(NAMES) + 1
"""The last holds annotations."""


@pytest.fixture
def x() -> np.ndarray:
    return np.rint(100 * np.random.default_rng(0).normal(size=(RATE * RECORDS, 3))) + 0.0


def of(content: bytes, directory: Path, channels: list[str] | None = None) -> xr.Dataset:
    path = directory / "S001R01.edf"
    path.write_bytes(content)
    (directory / "checksums.txt").unlink(missing_ok=True)
    settings = {"system": "eeg", "directory": str(directory), "channels": channels or []}
    own = Eeg.model_validate(settings)
    return series.run(own, series.read(own, [str(path)]))


PLACES = {
    "bytes": (184, 8),
    "records": (236, 8),
    "duration": (244, 8),
    "channels": (252, 4),
    **{
        name: (256 + offset * CHANNELS, 8)  # of the first channel
        for name, offset in (
            ("physical minimum", 104),
            ("physical maximum", 112),
            ("digital minimum", 120),
            ("digital maximum", 128),
            ("samples", 216),
        )
    },
}
"""Where the header holds what, and how wide (Kemp et al. 1992, the EDF specification)."""


@pytest.mark.parametrize(
    ("place", "text", "message"),
    [
        ("duration", "-1", "its header tells of records of -1 s"),
        ("duration", "0", "its header tells of records of 0 s"),
        ("duration", "nan", "its header tells of records of nan s"),
        ("duration", "1e-300", "channel 'Fc5.' has 1.6e\\+302 samples per second"),
        ("digital maximum", "-8092", "channel 'Fc5.' has digital values from -8092 to -8092"),
        ("digital minimum", "9000", "channel 'Fc5.' has digital values from 9000 to 8092"),
        ("digital maximum", "99999", "channel 'Fc5.' has digital values from -8092 to 99999"),
        ("physical maximum", "-8092", "channel 'Fc5.' has physical values from -8092 to -8092"),
        ("physical maximum", "nan", "channel 'Fc5.' has physical values from -8092 to nan"),
        ("records", "6", "its header tells of 6 records of .* samples, and there are 5 and 0 bytes"),
        ("records", "99999999", "its header tells of 1e\\+08 records"),
        ("samples", "-160", "its header tells of channels without samples"),
        ("samples", "99999999", "its header tells of 5 records of 100000327 samples"),
        ("channels", "9999", "its header of 1280 bytes is none of 9999 channels"),
        ("channels", "-1", "its header of 1280 bytes is none of -1 channels"),
        ("bytes", "512", "its header of 512 bytes is none of 4 channels"),
    ],
)  # fmt: skip
def test_a_header_that_lies_is_refused(
    tmp_path: Path, x: np.ndarray, place: str, text: str, message: str
) -> None:
    content = bytearray(recording(x, NAMES, annotations=1))
    at, width = PLACES[place]
    content[at : at + width] = text.encode().ljust(width)
    with pytest.raises(
        ValueError,
        match=rf"R01\.edf: not a whole, uninterrupted EDF recording \({message}.*\): delete it",
    ):
        of(content, tmp_path)


def test_a_recording_that_does_not_say_how_many_records_it_has_is_read(
    tmp_path: Path, x: np.ndarray
) -> None:
    content = bytearray(recording(x, NAMES, annotations=1))
    at, width = PLACES["records"]
    content[at : at + width] = b"-1".ljust(width)
    found = of(content, tmp_path)
    np.testing.assert_allclose(found["x"], x, atol=1e-9)
    assert json.loads(found.attrs["annotations"]) == [[0, 4.2, "T0"]]


def test_no_channel_is_lost_to_another_of_its_name(tmp_path: Path, x: np.ndarray) -> None:
    content = bytearray(recording(x, ["Cz", "O1", "Cz"], annotations=1))
    found = of(content, tmp_path)
    assert found["variable"].values.tolist() == ["Cz (1)", "O1", "Cz (2)"]
    np.testing.assert_allclose(found["x"], x, atol=1e-9)
    np.testing.assert_allclose(of(content, tmp_path, ["Cz (2)"])["x"], x[:, [2]], atol=1e-9)
    with pytest.raises(ValueError, match=r"channels names 'Cz', but there are Cz \(1\), O1, Cz"):
        of(content, tmp_path, ["Cz"])
    own = File.model_validate({"system": "file", "path": str(tmp_path / "S001R01.edf")})
    same = series.run(own, series.read(own, [own.path]))
    np.testing.assert_array_equal(same["x"], found["x"])
    assert same["variable"].values.tolist() == found["variable"].values.tolist()
    assert (same.attrs["dt"], same.attrs["time_unit"]) == (1 / RATE, "s")


def test_names_with_control_characters_do_not_break_a_line(tmp_path: Path, x: np.ndarray) -> None:
    content = recording(x, ["Cz..a", "O1", "O2"], annotations=1).replace(b"Cz..a", b"Cz\x1d\x00a")
    with pytest.raises(ValueError, match="channels names 'P3', but there are ") as raised:
        of(content, tmp_path, ["P3"])
    assert str(raised.value).isprintable()


def test_a_recording_of_annotations_alone_is_no_series(tmp_path: Path) -> None:
    content = edfio.Edf([], annotations=[edfio.EdfAnnotation(0, 4.2, "T0")]).to_bytes()
    with pytest.raises(ValueError, match=r"R01\.edf: not a whole, uninterrupted EDF recording"):
        of(content, tmp_path)
