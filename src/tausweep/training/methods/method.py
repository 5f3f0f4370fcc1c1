"""What a training method is: which windows of a batch are run, from where, and when an update is
made; and which of its settings is swept.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from tausweep.engines.windows import Pass
from tausweep.settings import Name, PositiveFloat, PositiveInt, Settings


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


class Clip(Settings):
    """Clipping of every member's gradient before each update: by its norm or by its values."""

    norm: PositiveFloat | None = None
    """A longer gradient is shortened to this Euclidean norm."""
    value: PositiveFloat | None = None
    """Every component is cut off at ± this."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.norm is None) == (self.value is None):
            raise ValueError("give either norm or value")
        return self


@dataclass(frozen=True)
class Mixing:
    """How strongly states are drawn towards the data at every step."""

    alpha: float
    """The strength, at the beginning: 0 leaves the state, 1 puts it on the data."""
    every: int | None = None
    """Batches from one estimate from the Jacobians to the next; None: the strength stays."""
    decay: float = 1.0
    """How much of the last strength is kept where the new one is lower."""


def distinct(name: str, values: list[Any]) -> list[Any]:
    """Give back values of which none stands twice.

    Raises ValueError where one does.
    """
    for i, value in enumerate(values):
        if value in values[:i]:
            raise ValueError(f"every {name} may stand once, found {value} again at place {i}")
    return values


class TrainingMethod(Settings, ABC):
    """A training method: its settings, and the updates that it makes of a batch.

    A method is one class in a module of its own, and an entry in `registry.Method`. It then runs on
    every engine.
    """

    setting: ClassVar[str | None] = None
    """Name of the setting that is swept, a list with one training job for each entry; None where
    nothing is."""

    name: Name | None = None
    """How figures name it. Default: as the method; two of the same kind need names."""
    clip: Clip | None = None
    """Default: gradients are not clipped."""

    @abstractmethod
    def updates(self, at: Moment) -> Sequence[Update]:
        """The updates that a batch of sequences makes."""

    @property
    def values(self) -> list[Any]:
        """All values of the setting that is swept."""
        return [] if self.setting is None else list(getattr(self, self.setting))

    def single(self) -> list[Self]:
        """The method once for each of its jobs, without the name."""
        plain = self.model_copy(update={"name": None})
        if self.setting is None:
            return [plain]
        return [plain.model_copy(update={self.setting: [value]}) for value in self.values]

    @property
    def swept(self) -> Any:
        """The one value of the swept setting that a job has; None where nothing is swept."""
        return None if self.setting is None else self.values[0]

    @property
    def clipping(self) -> Clip | None:
        """How gradients are clipped."""
        return self.clip

    @property
    def mixing(self) -> Mixing | None:
        """How state and data are mixed; None where they are not."""
        return None

    def steps(self, sequence_length: int) -> int:
        """Steps predicted in each sequence: of training, unless a method has its own."""
        return sequence_length


class RelativeTau(Settings):
    """A learning interval given as a multiple of the signal's predictability time."""

    of_tau_pred: Annotated[PositiveFloat, Field(le=1e6)]


class BestTau(Settings):
    """A learning interval given by what a sweep of τ found to be the best."""

    best_of: Name
    """Experiment that sweeps τ on the series and of the model of the same names: one before this in
    a study, or this one by a method before."""
    method: Name | None = None
    """Which of its methods. Default: the one of the same name or kind, or the only one there is."""
    times: Annotated[PositiveFloat, Field(le=1e6)] = 1.0
    """Multiple of what is the best there."""

    @property
    def unnamed(self) -> Self:
        """As a job is told: which sweep it is stands among its inputs, so that names are in no key
        of what is trained.
        """
        return self.model_copy(update={"best_of": "input", "method": None})


def _kind_of_tau(tau: Any) -> str:
    match tau:
        case {"best_of": _} | BestTau():
            return "best"
        case dict() | RelativeTau():
            return "relative"
        case _:
            return "steps"


Tau = Annotated[
    Annotated[PositiveInt, Field(le=1_000_000), Tag("steps")]
    | Annotated[RelativeTau, Tag("relative")]
    | Annotated[BestTau, Tag("best")],
    Discriminator(_kind_of_tau),
]


class SweepsTau(TrainingMethod):
    """A method with learning intervals to sweep."""

    setting: ClassVar[str | None] = "tau"

    tau: Annotated[list[Tau], Field(min_length=1)]
    """Learning intervals: steps, {of_tau_pred: number}, or {best_of: experiment}."""

    def single(self) -> list[Self]:
        """As of every method; no job is told the name of a sweep that it refers to."""
        told = [tau.unnamed if isinstance(tau, BestTau) else tau for tau in self.tau]
        return [
            each.model_copy(update={"tau": [tau]})
            for each, tau in zip(super().single(), told, strict=True)
        ]

    @field_validator("tau")
    @classmethod
    def _distinct(cls, tau: list[Tau]) -> list[Tau]:
        return distinct("τ", tau)
