"""What a metric is read between on a signal, and whether there is anything between to read."""

from __future__ import annotations

import math
from typing import NamedTuple, Self

import xarray as xr

MEET = 0.75
"""Of a ceiling: a floor above so much of it leaves nothing to tell models apart by. A long series
of a chaotic system has 0.001 to 0.1, a short one up to a half; where two stretches of one system
hardly share a box of state space, it is 0.9 or more.
"""


class Bounds(NamedTuple):
    """Floor, other data of the system, and ceiling, an orbit that stands still, of a quantity."""

    floor: float
    ceiling: float

    @classmethod
    def of(cls, found: xr.Dataset, name: str) -> Self:
        """Those that a Dataset holds as `NAME_floor` and `NAME_ceiling`; NaN where it has none, or
        several of a name.
        """
        ends = [found.get(f"{name}_{end}") for end in cls._fields]
        return cls(*(math.nan if end is None or end.dims else float(end) for end in ends))

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
        """Whether a value is nearer to the floor than to the ceiling; true of any that is finite
        where these are not known.
        """
        return math.isfinite(value) and (not self.known or value <= sum(self) / 2)
