"""EEG: the EEG Motor Movement/Imagery Dataset of PhysioNet.

109 volunteers, 14 runs each, in EDF+ (Kemp & Olivan 2003, Clin. Neurophysiol. 114, 1755): 64
electrodes, 160 samples per second (128 for some), in µV, with the cues given as annotations.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import edfio
import numpy as np
import xarray as xr

from tausweep.series import checksums
from tausweep.series.settings import Eeg

CITATION = (
    "Schalk, McFarland, Hinterberger, Birbaumer & Wolpaw 2004, IEEE Trans. Biomed. Eng. 51, 1034; "
    "Goldberger et al. 2000, Circulation 101, e215; doi:10.13026/C28G6P"
)


def read(path: str, cell: Eeg) -> xr.Dataset:
    """Read a recording.

    Returns
    -------
    Dataset
        `x` (time, variable); attrs `dt`, in s, and `annotations`, JSON of [onset, duration, text].
        Names of electrodes come without the dots that fill them up; zeros in all channels that fill
        up the last data record are cut off.

    Raises
    ------
    ValueError
        The recording is damaged, interrupted or not the recorded one, or lacks a channel.
    """
    digest = checksums.verify(Path(path))
    try:
        signals, annotations = _signals(Path(path))
    except (ValueError, IndexError, KeyError, TypeError, UserWarning) as error:
        raise ValueError(
            f"{path}: no whole, uninterrupted EDF recording ({error}): delete it, with its line in "
            f"{checksums.FILE}, and run snakemake again"
        ) from None
    unknown = [name for name in cell.channels if name not in signals]
    if unknown:
        raise ValueError(
            f"{path}: channels names {unknown[0]!r}, but there are {', '.join(signals)}"
        )
    names = cell.channels or list(signals)
    kept = [signals[name] for name in names]
    rates = sorted({signal.sampling_frequency for signal in kept})
    if len(rates) > 1:
        raise ValueError(f"{path}: found channels of {rates} samples per second: choose channels")
    x = np.stack([signal.data for signal in kept], axis=1)
    length = max(int(s.digital.nonzero()[0].max(initial=-1)) + 1 for s in signals.values())
    units = {signal.physical_dimension for signal in kept}
    return xr.Dataset({"x": (("time", "variable"), x[:length])}, {"variable": names}).assign_attrs(
        title=f"Series: EEG of subject {cell.subject}, run {cell.run}",
        description=f"EEG at {', '.join(names)} of subject {cell.subject} in run {cell.run}",
        system="eeg",
        parameters="{}",
        units=units.pop() if len(units) == 1 else "various",
        dt=1 / rates[0],
        annotations=annotations,
        zeros_cut_at_end=max(len(x) - length, 0),
        citation=CITATION,
        raw_files=json.dumps({Path(path).name: digest}),
        read_from=path,
    )


def _signals(path: Path) -> tuple[dict[str, edfio.EdfSignal], str]:
    """Signals by name, and annotations as JSON."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # edfio warns of a recording that is cut off
        edf = edfio.read_edf(path, lazy_load_data=False)
        if not edf.is_continuous:
            raise ValueError("it was interrupted")
        cues = [[cue.onset, cue.duration, cue.text] for cue in edf.annotations]
    return {signal.label.rstrip("."): signal for signal in edf.signals}, json.dumps(cues)
