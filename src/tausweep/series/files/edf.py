"""Recordings in EDF and EDF+ (Kemp & Olivan 2003, Clin. Neurophysiol. 114, 1755).

A header of text says how the records after it are laid out. edfio believes it, so it is checked
here first: against the file's size, and for what would become wrong numbers without a word.
"""

from __future__ import annotations

import json
import math
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tausweep.series.files import table
from tausweep.series.files.boundary import Refused, reading, some
from tausweep.series.files.bounds import MOST_VALUES
from tausweep.series.files.table import Table
from tausweep.series.settings import File

if TYPE_CHECKING:
    import edfio

UNKNOWN = -1
"""Number of records of a recording that went on when its header was written: its size tells."""
RATES = (1e-3, 1e6)
"""Samples per second that can be meant."""
WIDTHS = (1e-30, 1e30)
"""Ranges of physical values, likewise: what is narrower or wider is no number in the end."""
MOST_RECORDS = 100_000
"""Each is looked at for its time and annotations: this many are 28 hours of one second each."""
MOST_SEARCH = 1_000_000_000
"""Bytes of annotations, times those in each record: edfio's search takes as long as that."""


def read(path: Path, own: File) -> Table:
    """Read the channels that `own` names, which must be of one rate.

    Raises ValueError, one line.
    """
    with reading(path, "a whole, uninterrupted EDF recording", "write it anew, by its recorder"):
        channels, _ = signals(path)
        by_name = dict(zip(names(channels), channels, strict=True))
        rates = Counter(
            by_name[n].sampling_frequency for n in own.columns or by_name if n in by_name
        )
        rate, _ = rates.most_common(1)[0] if rates else (1.0, 0)
        other = [n for n, s in by_name.items() if s.sampling_frequency != rate]
        if len(rates) > 1:
            raise Refused(
                f"found channels of {', '.join(f'{r:g}' for r in sorted(rates))} samples per "
                f"second: choose some of one rate by columns, or leave out {some(other)}"
            )
        kept = {n: s for n, s in by_name.items() if n not in other}
        units = {signal.physical_dimension for signal in kept.values()}
        return Table(
            {name: signal.data for name, signal in kept.items()},
            dt=1 / rate,
            clock_unit="s",
            units=units.pop() if len(units) == 1 else "various",
        )


def names(channels: list[edfio.EdfSignal]) -> list[str]:
    """Labels without the dots that fill them up; those of the same label are told apart."""
    return table.told_apart([channel.label.rstrip(".") for channel in channels])


def signals(path: Path) -> tuple[list[edfio.EdfSignal], str]:
    """Read the signals, and the annotations as JSON of [onset, duration, text].

    Raises ValueError where the header contradicts the file or itself, or the recording was
    interrupted; and whatever edfio does.
    """
    import edfio  # here: whoever reads other files need not wait for it

    _check_layout(path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # edfio warns of a recording that is cut off
        warnings.filterwarnings("ignore", f"EDF header indicates {UNKNOWN} data records")
        edf = edfio.read_edf(path, lazy_load_data=True)
        for signal in edf.signals:
            _check_signal(signal)
        if not edf.is_continuous:
            raise ValueError("it was interrupted")
        cues = [[cue.onset, cue.duration, cue.text] for cue in edf.annotations]
    return list(edf.signals), json.dumps(cues)


def _check_layout(path: Path) -> None:
    """Hold what the header says of records against the size of the file."""
    with path.open("rb") as file:
        fixed = file.read(256)
        count, records = _number(fixed[252:256]), _number(fixed[236:244])
        size, duration = _number(fixed[184:192]), _number(fixed[244:252])
        fields = file.read(256 * int(count)) if 0 < count < 10_000 else b""
    if not fields or len(fields) < 256 * count or size != 256 * (count + 1):
        raise ValueError(f"its header of {size:g} bytes is none of {count:g} channels")
    count = int(count)
    labels = [fields[16 * i : 16 * (i + 1)].decode("latin-1").strip() for i in range(count)]
    lengths = [_number(fields[(216 * count + 8 * i) :][:8]) for i in range(count)]
    if not all(n > 0 and n.is_integer() for n in lengths):
        raise ValueError("its header tells of channels without samples")
    samples = [int(n) for n in lengths]
    notes = [n for n, label in zip(samples, labels, strict=True) if label == "EDF Annotations"]
    if not duration > 0 or math.isinf(duration):
        raise ValueError(f"its header tells of records of {duration:g} s")
    there, rest = divmod(path.stat().st_size - int(size), 2 * sum(samples))
    if rest or there < 1 or records not in (UNKNOWN, there):
        raise ValueError(
            f"its header tells of {records:g} records of {sum(samples)} samples, and there are "
            f"{there} and {rest} bytes"
        )
    if there * sum(samples) > MOST_VALUES or there > MOST_RECORDS:
        raise ValueError(
            f"it holds {there} records of {sum(samples)} samples, and at most "
            f"{MOST_RECORDS:,} records and {MOST_VALUES:,} samples are read"
        )
    if there * 2 * sum(notes) * 2 * max(notes, default=0) > MOST_SEARCH:
        raise ValueError(f"its annotations take {2 * max(notes)} bytes in each record")


def _number(field: bytes) -> float:
    """A number as a header writes it, in ASCII; NaN where it is none."""
    try:
        return float(field.decode("ascii"))
    except ValueError:
        return math.nan


def _check_signal(signal: edfio.EdfSignal) -> None:
    """Refuse a scale that maps its samples to no numbers."""
    digital, physical = signal.digital_range, signal.physical_range
    if not -32768 <= digital.min < digital.max <= 32767:
        raise ValueError(
            f"channel {signal.label!r} has digital values from {digital.min} to {digital.max}"
        )
    width = physical.max - physical.min
    if not WIDTHS[0] <= abs(width) <= WIDTHS[1]:
        raise ValueError(
            f"channel {signal.label!r} has physical values from {physical.min:g} to "
            f"{physical.max:g}"
        )
    if not RATES[0] <= signal.sampling_frequency <= RATES[1]:
        raise ValueError(
            f"channel {signal.label!r} has {signal.sampling_frequency:g} samples per second"
        )
