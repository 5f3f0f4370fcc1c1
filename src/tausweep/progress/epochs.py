"""How far training is, by its log: `tausweep.training.progress` writes what is read here.

It is not read there, as code of a stage is what its results are made by, and this is not.
"""

from __future__ import annotations

import re
from typing import NamedTuple

LINE = re.compile(r"^epoch (\d+)/(\d+), .*, (\S+) epochs/s, ", re.MULTILINE)


class Epochs(NamedTuple):
    """Of a training job."""

    fraction: float
    """Of them that are done."""
    seconds: float
    """That all of them take."""


def read(log: str) -> Epochs | None:
    """By the last line of a log that tells; None where none does."""
    lines = LINE.findall(log)
    if not lines:
        return None
    epoch, epochs, speed = map(float, lines[-1])
    return Epochs(epoch / epochs, epochs / speed) if epochs and speed else None
