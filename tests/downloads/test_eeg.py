"""Series made of recordings of EEG."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from recorded import recording

from tausweep.series import checksums

from .made import (
    NAMES,
    eeg,
    microvolts,
    series_of,
)


@pytest.mark.parametrize("rate", [160, 128])
def test_eeg_is_what_the_recording_holds(tmp_path: Path, rate: int) -> None:
    x = microvolts(10 * rate)
    x[-100:] = 0  # fills up the last data record
    x[50:60] = 0
    x[-101] = 1
    (tmp_path / "S003R14.edf").write_bytes(recording(x, NAMES, rate))
    cell = eeg(tmp_path, subject=3, run=14)
    assert cell.files() == ["S003/S003R14.edf"]
    found = series_of(cell)
    assert found["variable"].values.tolist() == NAMES
    np.testing.assert_allclose(found["x"], x[:-100], atol=1e-9)
    assert found.attrs["dt"] == 1 / rate
    assert (found.attrs["time_unit"], found["x"].attrs["units"]) == ("s", "uV")
    assert found.attrs["zeros_cut_at_end"] == 100
    assert json.loads(found.attrs["annotations"]) == [[0, 4.2, "T0"], [4.2, 4.1, "T1"]]
    chosen = series_of(eeg(tmp_path, subject=3, run=14, channels=["O1", "Fc5"]))
    np.testing.assert_allclose(chosen["x"], x[:-100, [2, 0]], atol=1e-9)
    with pytest.raises(
        ValueError, match=r"R14\.edf: channels names 'Oz', but there are Fc5, Cz, O1"
    ):
        series_of(eeg(tmp_path, subject=3, run=14, channels=["Oz"]))


def test_a_damaged_or_interrupted_recording_is_named(tmp_path: Path) -> None:
    path = tmp_path / "S001R01.edf"
    content = recording(microvolts(1600), NAMES)
    jump = content.replace(b"+5\x14\x14\x00", b"+7\x14\x14\x00")
    assert jump != content
    for broken in (content[:-10], content[:-3000], content[:300], jump):
        path.write_bytes(broken)
        (tmp_path / checksums.FILE).unlink(missing_ok=True)
        with pytest.raises(
            ValueError, match=r"R01\.edf: not a whole, uninterrupted EDF recording \("
        ):
            series_of(eeg(tmp_path))
