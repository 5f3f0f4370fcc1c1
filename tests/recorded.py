"""Recordings as laboratories publish them, made by the tests."""

from __future__ import annotations

import edfio
import numpy as np


def recording(x: np.ndarray, names: list[str], rate: float = 160.0, annotations: int = 2) -> bytes:
    """EDF+ as PhysioNet's: whole microvolts, names filled up with dots, annotations."""
    signals = [
        edfio.EdfSignal(
            values,
            rate,
            label=f"{name:.<4}",
            physical_dimension="uV",
            physical_range=(-8092, 8092),
            digital_range=(-8092, 8092),
        )
        for name, values in zip(names, x.T, strict=True)
    ]
    cues = [edfio.EdfAnnotation(0, 4.2, "T0"), edfio.EdfAnnotation(4.2, 4.1, "T1")][:annotations]
    return edfio.Edf(signals, annotations=cues, data_record_duration=1).to_bytes()
