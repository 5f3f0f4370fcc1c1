"""What a method is told, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tausweep.engines.windows import Pass


@dataclass(frozen=True)
class Moment:
    """Where training stands when a batch of sequences is about to be learned."""

    length: int
    """Steps predicted in each sequence, L."""
    tau: int
    """The learning interval in steps; where a method has none, L."""
    epoch: int
    """From 0."""
    epochs: int
    rng: np.random.Generator
    """A stream of this batch, the same for all members."""


Update = Sequence[Pass]
"""Passes, one after the other, whose gradients add up to one step of the optimiser."""

Schedule = Callable[[Any, Moment], Sequence[Update]]
"""A method: from its settings and the moment to the updates that a batch of sequences makes."""
