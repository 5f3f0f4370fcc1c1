"""Generalised teacher forcing (Hess, Monfared, Brenner & Durstewitz 2023, arXiv:2306.04406)."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from tausweep.engines.windows import cut
from tausweep.settings import Float, PositiveInt
from tausweep.training.methods.method import Mixing, Moment, TrainingMethod, Update, distinct

Strength = Annotated[Float, Field(ge=0, le=1)]


class MixesStateAndData(TrainingMethod):
    """A method that draws the state towards the data at every step, z̃ = (1 − α) z + α B⁺x."""

    def updates(self, at: Moment) -> list[Update]:
        """One window as long as the sequence, forced at its first step as all are."""
        return [[cut(at.length, at.length, mixed=True)]]


class GTF(MixesStateAndData):
    """Generalised teacher forcing at fixed strengths α: z̃ = (1 − α) z + α B⁺x at every step. At 1
    it is teacher forcing, at 0 backpropagation through whole sequences.
    """

    setting: ClassVar[str | None] = "alpha"

    method: Literal["gtf"]
    alpha: Annotated[list[Strength], Field(min_length=1)]
    """Strengths."""

    @field_validator("alpha")
    @classmethod
    def _distinct(cls, alpha: list[float]) -> list[float]:
        return distinct("α", alpha)

    @property
    def mixing(self) -> Mixing:
        """At the one strength of a job."""
        return Mixing(alpha=self.values[0])


class AdaptiveGTF(MixesStateAndData):
    """Generalised teacher forcing whose strength follows from the Jacobians J along the data, by
    α = 1 − 1/‖mean of J‖, the largest of a batch: it rises at once, and falls slowly.
    """

    method: Literal["gtf_adaptive"]
    initial: Strength = 1.0
    """Strength at the beginning."""
    every: PositiveInt = 5
    """Batches from one estimate to the next."""
    decay: Strength = 0.999
    """How much of the last strength is kept where the new one is lower."""

    @property
    def mixing(self) -> Mixing:
        """From the initial strength, with estimates."""
        return Mixing(alpha=self.initial, every=self.every, decay=self.decay)
