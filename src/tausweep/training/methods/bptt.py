"""Classical backpropagation through time (main paper, the dashed lines of Fig. 2)."""

from __future__ import annotations

from tausweep.engines.windows import cut
from tausweep.training.methods.moment import Moment, Update
from tausweep.training.settings import BPTT


def bptt(_: BPTT, at: Moment) -> list[Update]:
    """One window as long as the sequence."""
    return [[cut(at.length, at.length)]]
