"""Sparse teacher forcing (main paper, section 4.1)."""

from __future__ import annotations

from typing import Literal

from tausweep.engines.windows import cut
from tausweep.training.methods.method import Moment, SweepsTau, Update


class SparseTF(SweepsTau):
    """Sparse teacher forcing: the state is put back on the data every τ steps."""

    method: Literal["sparse_tf"]

    def updates(self, at: Moment) -> list[Update]:
        """All windows of all sequences at once: forcing makes them independent."""
        return [[cut(at.length, at.tau)]]
