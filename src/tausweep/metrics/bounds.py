"""What a metric is read between on a signal, and whether there is anything between to read."""

from __future__ import annotations

import math
from typing import NamedTuple, Self

import xarray as xr

from tausweep.metrics.quantities import selected

MEET = 0.75
"""Of a ceiling: a floor above so much of it leaves nothing to tell models apart by. A long series
of a chaotic system has 0.001 to 0.1, a short one up to a half; where two stretches of one system
hardly share a box of state space, it is 0.9 or more.
"""


FAR = 10.0
"""Times the floor: a value above it is worth a word, as other data of the system lie far below."""


class Bounds(NamedTuple):
    """Floor, other data of the system, and ceiling, an orbit that stands still, of a quantity."""

    floor: float
    ceiling: float

    @classmethod
    def of(cls, found: xr.Dataset, name: str) -> Self:
        """Those of a quantity (see `quantities`) that a Dataset holds as `NAME_floor` and
        `NAME_ceiling`; NaN where it has none, or several.
        """
        return cls(*(_end(found, name, end) for end in cls._fields))

    @property
    def known(self) -> bool:
        """Whether there are both."""
        return math.isfinite(self.floor) and math.isfinite(self.ceiling)

    @property
    def meet(self) -> bool:
        """Whether they lie so close together that a perfect model scores nearly as badly as none:
        the quantity then tells no model from another.
        """
        return self.known and self.floor > MEET * self.ceiling

    def learned(self, value: float) -> bool:
        """Whether a value is nearer to the floor than to the ceiling; where there is no floor, as
        of forecasts, below the ceiling; true of any that is finite where neither is known.
        """
        if not math.isfinite(value):
            return False
        if not self.known:
            return not value >= self.ceiling
        return value <= sum(self) / 2

    def times_floor(self, value: float) -> float:
        """How many times the floor a value is, about 1 for a perfect model; NaN where there is
        none, or it is zero.
        """
        return value / self.floor if self.floor > 0 else math.nan


def _end(found: xr.Dataset, quantity: str, end: str) -> float:
    try:
        value = selected(found, quantity, f"_{end}")
    except ValueError:
        return math.nan
    return math.nan if value.dims else float(value)
