"""Settings of training; those of methods are with the methods."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import Discriminator, Field, Tag, model_validator

from tausweep.models.dynamics import Fitted
from tausweep.models.rnn.settings import Recurrent
from tausweep.models.settings import Model
from tausweep.settings import NaturalInt, PositiveFloat, PositiveInt, Seed, Settings
from tausweep.training.methods.method import BestTau, RelativeTau
from tausweep.training.methods.registry import Method


class Noise(Settings):
    """Noise added to the training data, drawn once for each member (linear theory, section 2.1)."""

    strength: PositiveFloat
    """Its standard deviation, in standard deviations of the data."""
    where: Literal["everywhere", "unexcited"] = "everywhere"
    """Everywhere, or only in directions in which the data have no energy."""


class Covering(Settings):
    """A length that holds learning intervals in steps, and others in multiples of τ_pred."""

    least: Annotated[PositiveInt, Field(le=1_000_000)] = 1
    """In steps."""
    of_tau_pred: Annotated[PositiveFloat, Field(le=1e6)]
    """As a multiple of the signal's predictability time; the greater of both counts."""


def _kind_of_length(length: Any) -> str:
    if isinstance(length, dict | Covering):
        return "covering"
    return "auto" if isinstance(length, str) else "steps"


SequenceLength = Annotated[
    Annotated[PositiveInt, Field(le=1_000_000), Tag("steps")]
    | Annotated[Literal["auto"], Tag("auto")]
    | Annotated[Covering, Tag("covering")],
    Discriminator(_kind_of_length),
]


class Training(Settings):
    """How every model is trained. The defaults are the main paper's and its published code's."""

    epochs: Annotated[PositiveInt, Field(le=10_000_000)] = 3000
    batches: Annotated[PositiveInt, Field(le=1_000_000)] = 10
    """Batches (optimiser steps) per epoch."""
    batch_size: Annotated[PositiveInt, Field(le=1_000_000)] = 32
    """Sequences per batch, drawn at random starts of the signal's training part."""
    sequence_length: SequenceLength = 200
    """Steps predicted in each sequence, L; no τ may exceed it. Auto: the least that holds every τ
    of the experiment, also those in multiples of τ_pred, but none that is the best of a sweep; then
    a longer τ trains all again."""
    learning_rate: PositiveFloat = 1e-3
    """Of Adam, at the first epoch."""
    final_learning_rate: PositiveFloat | None = None
    """At the last epoch, reached exponentially. Default: the rate stays as it is."""
    noise: Noise | None = None
    """Default: none is added."""
    whiten: bool = False
    """Measure errors in whitened coordinates, in which all directions of the data that have energy
    have the same. What is saved is in the data's coordinates either way."""
    seed: Seed = 0
    """Member i draws its initial weights, batches and noise from (seed, i)."""


class Train(Settings):
    """A training job: a block of members of a recurrent network, by a method with one value of its
    sweep.
    """

    model: Recurrent
    method: Method
    training: Training
    first_member: NaturalInt
    members: PositiveInt

    @property
    def of_tau_pred(self) -> bool:
        """Whether it needs the signal's predictability time."""
        length = self.training.sequence_length
        return isinstance(self.method.swept, RelativeTau) or (
            isinstance(length, Covering) and self.method.steps(0) == 0
        )

    @property
    def best_of(self) -> bool:
        """Whether it needs the best τ of a sweep."""
        return isinstance(self.method.swept, BestTau)


class Fit(Settings):
    """A job that fits a block of members of a model that takes no method of training."""

    model: Model
    first_member: NaturalInt
    members: PositiveInt

    @model_validator(mode="after")
    def _without_a_method(self) -> Self:
        if not isinstance(self.model, Fitted):
            raise ValueError("a recurrent network is trained by a method, and none is given")
        return self

    @property
    def of_tau_pred(self) -> bool:
        """Whether it needs the signal's predictability time: never."""
        return False

    @property
    def version(self) -> int | None:  # type: ignore[override]
        """Its model's own: a change of one kind of model fits no other anew."""
        return self.model.version


def _kind_of_job(job: Any) -> str:
    if isinstance(job, dict):
        return "train" if "method" in job else "fit"
    return "fit" if isinstance(job, Fit) else "train"


TrainJob: TypeAlias = Annotated[
    Annotated[Train, Tag("train")] | Annotated[Fit, Tag("fit")], Discriminator(_kind_of_job)
]
"""What stage `train` does."""
