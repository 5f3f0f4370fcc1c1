"""Sparse teacher forcing at one interval with ever more jitter (main paper, Fig. 15)."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from tausweep.settings import PositiveInt
from tausweep.training.methods.jittered import drawn_about
from tausweep.training.methods.method import Moment, TrainingMethod, Update, distinct

Spread = Annotated[int, Field(ge=0, le=1_000_000)]


class Jitter(TrainingMethod):
    """Sparse teacher forcing whose interval is drawn anew for every batch from τ ± Δ, at one τ and
    for several Δ.
    """

    setting: ClassVar[str | None] = "spread"

    method: Literal["jitter"]
    tau: Annotated[PositiveInt, Field(le=1_000_000)]
    """The interval τ, in steps."""
    spread: Annotated[list[Spread], Field(min_length=1)]
    """Δ, in steps; where it exceeds τ, intervals below 1 count as 1."""

    @field_validator("spread")
    @classmethod
    def _distinct(cls, spread: list[int]) -> list[int]:
        return distinct("spread", spread)

    def updates(self, at: Moment) -> list[Update]:
        """At an interval drawn uniformly from τ ± Δ, within 1 and L."""
        return drawn_about(self.tau, self.values[0], at)
