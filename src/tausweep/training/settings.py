"""Settings of training: methods, their learning intervals, the optimiser."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Strict, Tag, field_validator, model_validator

from tausweep.models.settings import Model
from tausweep.settings import Fraction, Name, NaturalInt, PositiveFloat, PositiveInt, Settings


class RelativeTau(Settings):
    """A learning interval given as a multiple of the signal's predictability time."""

    of_tau_pred: PositiveFloat


def _kind_of_tau(tau: Any) -> str:
    return "relative" if isinstance(tau, dict | RelativeTau) else "steps"


Tau = Annotated[
    Annotated[PositiveInt, Tag("steps")] | Annotated[RelativeTau, Tag("relative")],
    Discriminator(_kind_of_tau),
]


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


class Trains(Settings):
    """What all methods share."""

    name: Name | None = None
    """How figures name it. Default: as the method; two of the same kind need names."""
    clip: Clip | None = None
    """Default: gradients are not clipped."""

    def single(self) -> list[Self]:
        """The method once for each of its jobs, without the name."""
        return [self.model_copy(update={"name": None})]


class Sweeps(Trains):
    """A method with learning intervals to sweep."""

    tau: Annotated[list[Tau], Field(min_length=1)]
    """Learning intervals: steps, or {of_tau_pred: number}."""

    def single(self) -> list[Self]:
        """The method once for each τ."""
        return [self.model_copy(update={"name": None, "tau": [tau]}) for tau in self.tau]

    @field_validator("tau")
    @classmethod
    def _distinct(cls, tau: list[Tau]) -> list[Tau]:
        for i, t in enumerate(tau):
            if t in tau[:i]:
                raise ValueError(f"every τ may stand once, found {t} again at place {i}")
        return tau


class SparseTF(Sweeps):
    """Sparse teacher forcing: the state is put back on the data every τ steps."""

    method: Literal["sparse_tf"]


class BPTT(Trains):
    """Backpropagation through whole sequences: put on the data at their first step only."""

    method: Literal["bptt"]
    sequence_length: PositiveInt = 1000
    """Steps predicted in each sequence, in the place of training.sequence_length."""


class Windowing(Sweeps):
    """Windows of τ steps that do not begin on the data."""

    method: Literal["windowing"]
    initial: Literal["zero", "last"]
    """Whether a window begins at zero or where the last one ended; then the gradient is cut there,
    and the first window of a sequence begins on the data."""


class Truncated(Sweeps):
    """Truncated backpropagation: as windowing with the last state, but with an update after every
    window of τ steps, not every sequence (Williams & Peng 1990).
    """

    method: Literal["truncated"]


class Annealed(Sweeps):
    """Sparse teacher forcing whose interval grows from 1 to τ, linearly."""

    method: Literal["annealed"]
    until: Annotated[float, Strict(), Field(gt=0, le=1)] = 1.0
    """Fraction of the epochs after which τ is reached."""


class Jittered(Sweeps):
    """Sparse teacher forcing whose interval is drawn anew for every batch, from τ ± Δ."""

    method: Literal["jittered"]
    spread: Fraction = 0.5
    """Δ as a fraction of τ."""


Method = Annotated[
    SparseTF | BPTT | Windowing | Truncated | Annealed | Jittered, Field(discriminator="method")
]


class Noise(Settings):
    """Noise added to the training data, drawn once for each member (linear theory, section 2.1)."""

    strength: PositiveFloat
    """Its standard deviation, in standard deviations of the data."""
    where: Literal["everywhere", "unexcited"] = "everywhere"
    """Everywhere, or only in directions in which the data have no energy."""


class Training(Settings):
    """How every model is trained. The defaults are the main paper's and its published code's."""

    epochs: PositiveInt = 3000
    batches: PositiveInt = 10
    """Batches (optimiser steps) per epoch."""
    batch_size: PositiveInt = 32
    """Sequences per batch, drawn at random starts of the signal's training part."""
    sequence_length: PositiveInt = 200
    """Steps predicted in each sequence, L; no τ may exceed it."""
    learning_rate: PositiveFloat = 1e-3
    """Of Adam, at the first epoch."""
    final_learning_rate: PositiveFloat | None = None
    """At the last epoch, reached exponentially. Default: the rate stays as it is."""
    noise: Noise | None = None
    """Default: none is added."""
    whiten: bool = False
    """Measure errors in whitened coordinates, in which all directions of the data have equal
    energy. What is saved is in the data's coordinates either way."""
    seed: NaturalInt = 0
    """Member i draws its initial weights, batches and noise from (seed, i)."""


class Train(Settings):
    """One training job: a block of members of one model, by a method with at most one τ."""

    model: Model
    method: Method
    training: Training
    first_member: NaturalInt
    members: PositiveInt
