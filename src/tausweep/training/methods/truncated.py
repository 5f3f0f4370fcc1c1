"""Truncated backpropagation through time (Williams & Peng 1990, Neural Computation 2, 490)."""

from __future__ import annotations

from typing import Literal

from tausweep.training.methods.method import Moment, SweepsTau, Update
from tausweep.training.methods.windowing import chain


class Truncated(SweepsTau):
    """Truncated backpropagation: as windowing with the last state, but with an update after every
    window of τ steps, not every sequence (Williams & Peng 1990).
    """

    method: Literal["truncated"]

    def updates(self, at: Moment) -> list[Update]:
        """An update after every window; the next one goes on from where it ended."""
        return [[window] for window in chain(at.length, at.tau)]
