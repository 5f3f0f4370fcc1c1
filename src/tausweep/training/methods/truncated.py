"""Truncated backpropagation through time (Williams & Peng 1990, Neural Computation 2, 490)."""

from __future__ import annotations

from tausweep.training.methods.moment import Moment, Update
from tausweep.training.methods.windowing import chain
from tausweep.training.settings import Truncated


def truncated(_: Truncated, at: Moment) -> list[Update]:
    """An update after every window; the next one goes on from where it ended."""
    return [[window] for window in chain(at.length, at.tau)]
