"""Classical backpropagation through time (main paper, the dashed lines of Fig. 2)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tausweep.engines.windows import cut
from tausweep.settings import PositiveInt
from tausweep.training.methods.method import Moment, TrainingMethod, Update


class WholeSequences(TrainingMethod):
    """A method that puts the state on the data at the first step of a sequence only."""

    sequence_length: Annotated[PositiveInt, Field(le=1_000_000)] = 1000
    """Steps predicted in each sequence, in the place of training.sequence_length."""

    def updates(self, at: Moment) -> list[Update]:
        """One window as long as the sequence."""
        return [[cut(at.length, at.length)]]

    def steps(self, sequence_length: int) -> int:
        """Its own."""
        return self.sequence_length


class BPTT(WholeSequences):
    """Backpropagation through whole sequences: put on the data at their first step only."""

    method: Literal["bptt"]
