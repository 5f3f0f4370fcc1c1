"""Sparse teacher forcing that lets go little by little."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Strict

from tausweep.engines.windows import cut
from tausweep.training.methods.method import Moment, SweepsTau, Update


class Annealed(SweepsTau):
    """Sparse teacher forcing whose interval grows from 1 to τ, linearly."""

    method: Literal["annealed"]
    until: Annotated[float, Strict(), Field(gt=0, le=1)] = 1.0
    """Fraction of the epochs after which τ is reached."""

    def updates(self, at: Moment) -> list[Update]:
        """At 1 in the first epoch, and at τ from `until` of the epochs on."""
        progress = min(1.0, at.epoch / max(1.0, self.until * (at.epochs - 1)))
        return [[cut(at.length, 1 + round(progress * (at.tau - 1)))]]
