"""Sparse teacher forcing (main paper, section 4.1)."""

from __future__ import annotations

from tausweep.engines.windows import cut
from tausweep.training.methods.moment import Moment, Update
from tausweep.training.settings import SparseTF


def sparse_tf(_: SparseTF, at: Moment) -> list[Update]:
    """All windows of all sequences at once: forcing makes them independent."""
    return [[cut(at.length, at.tau)]]
