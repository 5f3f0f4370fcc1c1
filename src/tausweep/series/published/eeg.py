"""EEG: the EEG Motor Movement/Imagery Dataset of PhysioNet.

109 volunteers, 14 runs each, in EDF+ (Kemp & Olivan 2003, Clin. Neurophysiol. 114, 1755): 64
electrodes, 160 samples per second (128 for some), in µV, with the cues given as annotations.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import xarray as xr

from tausweep.series import checksums
from tausweep.series.files import edf
from tausweep.series.files.boundary import reading, some
from tausweep.series.settings import Eeg

CITATION = (
    "Schalk, McFarland, Hinterberger, Birbaumer & Wolpaw 2004, IEEE Trans. Biomed. Eng. 51, 1034; "
    "Goldberger et al. 2000, Circulation 101, e215; doi:10.13026/C28G6P"
)
REMEDY = f"delete it, with its line in {checksums.FILE}, and run snakemake again"


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
    file = Path(path)
    digest = checksums.verify(file)
    with reading(file, "a whole, uninterrupted EDF recording", REMEDY):
        signals, annotations = edf.signals(file)
    there = edf.names(signals)
    chosen = cell.channels or there
    unknown = [name for name in chosen if name not in there]
    if unknown:
        raise ValueError(f"{path}: channels names {unknown[0]!r}, but there are {some(there)}")
    if not chosen:
        raise ValueError(f"{path}: found no channels: it is no recording")
    kept = [signals[there.index(name)] for name in chosen]
    rates = sorted({signal.sampling_frequency for signal in kept})
    if len(rates) > 1:
        raise ValueError(f"{path}: found channels of {rates} samples per second: choose channels")
    x = np.stack([signal.data for signal in kept], axis=1)
    length = max(int(s.digital.nonzero()[0].max(initial=-1)) + 1 for s in signals)
    units = {signal.physical_dimension for signal in kept}
    return xr.Dataset({"x": (("time", "variable"), x[:length])}, {"variable": chosen}).assign_attrs(
        subject=f"EEG of subject {cell.subject}, run {cell.run}",
        description=f"EEG at {', '.join(chosen)} of subject {cell.subject} in run {cell.run}",
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
