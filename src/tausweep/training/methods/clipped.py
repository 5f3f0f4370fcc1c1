"""Classical backpropagation over thresholds of clipping (main paper, Fig. 13)."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from tausweep.settings import PositiveFloat
from tausweep.training.methods.bptt import WholeSequences
from tausweep.training.methods.method import Clip, distinct


class ClippedBPTT(WholeSequences):
    """Backpropagation through whole sequences, its gradients clipped, at several thresholds."""

    setting: ClassVar[str | None] = "threshold"

    method: Literal["clipped_bptt"]
    by: Literal["norm", "value"]
    """Whether a longer gradient is shortened to the threshold, or every component cut off at ±."""
    threshold: Annotated[list[PositiveFloat], Field(min_length=1)]
    """Thresholds."""

    @field_validator("threshold")
    @classmethod
    def _distinct(cls, threshold: list[float]) -> list[float]:
        return distinct("threshold", threshold)

    @model_validator(mode="after")
    def _clips_once(self) -> Self:
        if self.clip is not None:
            raise ValueError("clip is what threshold sweeps: leave it out")
        return self

    @property
    def clipping(self) -> Clip:
        """At the one threshold of a job."""
        return Clip(**{self.by: self.values[0]})
