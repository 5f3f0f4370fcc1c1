"""Settings of a signal: steps in their order, then a scaling."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Strict, Tag, model_validator

from tausweep.settings import NaturalInt, PositiveFloat, PositiveInt, Seed, Settings


class Mix(Settings):
    """Put sensors, each of which sees a random mixture of the variables, in their place; only as
    first step. More sensors than variables leave directions in which the data have no energy.
    """

    step: Literal["mix"]
    variables: Annotated[PositiveInt, Field(le=10_000)]
    """How many sensors; at least as many as there are variables."""
    seed: Seed = 0
    """Of the random weights."""


class Detrend(Settings):
    """Remove a polynomial of time, fitted to the training part and extrapolated."""

    step: Literal["detrend"]
    order: Annotated[int, Strict(), Field(ge=0, le=3)] = 1
    """Of the polynomial; 0 removes the mean."""


class Cycle(Settings):
    """Remove a seasonal or daily cycle, fitted to the training part."""

    step: Literal["cycle"]
    period: PositiveFloat
    """Of the cycle, in units of the series' time."""


class HarmonicCycle(Cycle):
    """A cycle as a Fourier series."""

    by: Literal["harmonics"]
    order: Annotated[PositiveInt, Field(le=1_000)] = 2
    """How many harmonics: periods of `period`, `period` / 2, …."""


class Climatology(Cycle):
    """A cycle as the mean at every phase."""

    by: Literal["climatology"]
    bins: Annotated[PositiveInt, Field(le=1_000_000)] | None = None
    """Bins of phase whose means are taken. Default: one per sample of a period."""
    smoothing: Annotated[float, Strict(), Field(ge=0, lt=0.5)] = 0.02
    """Standard deviation of the circular Gaussian that smooths the means, in periods."""


class GaussianSmooth(Settings):
    """Average over neighbours in time with Gaussian weights."""

    step: Literal["smooth"]
    by: Literal["gaussian"]
    width: Annotated[PositiveFloat, Field(le=1e6)]
    """Standard deviation of the Gaussian, in steps."""


class SavitzkyGolay(Settings):
    """Fit a polynomial around every sample (Savitzky & Golay 1964): peaks keep their height."""

    step: Literal["smooth"]
    by: Literal["savitzky_golay"]
    window: Annotated[PositiveInt, Field(le=1_000_000)]
    """Samples that a polynomial is fitted to; odd."""
    order: Annotated[NaturalInt, Field(le=20)] = 3
    """Of the polynomials."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.window % 2 == 0 or self.window <= self.order:
            raise ValueError(
                f"window must be odd and greater than order ({self.order}), found {self.window}"
            )
        return self


class Decimate(Settings):
    """Keep one sample of several; the sampling interval becomes so much longer."""

    step: Literal["decimate"]
    factor: Annotated[int, Strict(), Field(gt=1, le=1_000_000)]
    antialias: bool = True
    """Filter first what is too fast for the new sampling, which would look slow after it."""


class Denoise(Settings):
    """Nonlinear noise reduction; what is null is chosen from the data (docs/noise-reduction.md)."""

    step: Literal["denoise"]
    method: Literal["ghkss", "simple"] = "ghkss"
    """Local projections (Grassberger et al. 1993), or means over neighbours (Schreiber 1993)."""
    iterations: Annotated[PositiveInt, Field(le=100)] = 3
    """At most so many."""
    dimension: Annotated[PositiveInt, Field(le=1_000)] | None = None
    """Samples of each variable in a delay vector; odd for simple."""
    delay: Annotated[PositiveInt, Field(le=1_000_000)] = 1
    """Between those samples, in steps."""
    projected: Annotated[PositiveInt, Field(le=1_000)] | None = None
    """Dimensions projected onto, for ghkss only; fewer than dimension times variables."""
    radius: PositiveFloat = 3.0
    """Of neighbourhoods, in units of the noise that is left."""
    minimum_neighbours: PositiveInt | None = None
    """ghkss: smaller neighbourhoods grow to so many. simple: those with fewer change nothing."""
    noise: PositiveFloat | None = None
    """Relative to each variable's standard deviation. Default: estimated."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.method == "ghkss":
            return self
        if self.projected is not None:
            raise ValueError("projected is for method ghkss, and method is simple: leave it out")
        if self.dimension is not None and self.dimension % 2 == 0:
            raise ValueError(f"dimension must be odd for method simple, found {self.dimension}")
        return self


def _given_or_auto(value: Any) -> str:
    return "auto" if isinstance(value, str) else "given"


DimensionOrAuto = Annotated[
    Annotated[PositiveInt, Field(le=1_000), Tag("given")] | Annotated[Literal["auto"], Tag("auto")],
    Discriminator(_given_or_auto),
]
DelayOrAuto = Annotated[
    Annotated[PositiveInt, Field(le=1_000_000), Tag("given")]
    | Annotated[Literal["auto"], Tag("auto")],
    Discriminator(_given_or_auto),
]


class Embed(Settings):
    """Delay vectors (x(t), x(t − delay), …) in the place of the variables; only as last step."""

    step: Literal["embed"]
    dimension: DimensionOrAuto = "auto"
    """Delayed copies of every variable, the present one included. Auto: the least at which no more
    than 1 % of neighbours are false in the training part (Kennel)."""
    delay: DelayOrAuto = "auto"
    """Between copies, in steps (of the decimated series, where it is). Auto: first minimum of the
    training part's mutual information, or where its autocorrelation falls below 1/e if earlier."""


Step = Annotated[
    Mix
    | Detrend
    | Annotated[HarmonicCycle | Climatology, Field(discriminator="by")]
    | Annotated[GaussianSmooth | SavitzkyGolay, Field(discriminator="by")]
    | Denoise
    | Decimate
    | Embed,
    Field(discriminator="step"),
]


class Signal(Settings):
    """How a series is made into a signal: steps in their order, then a scaling.

    All that is fitted is fitted to the training part.
    """

    held_out: Annotated[float, Strict(), Field(ge=0, lt=1)] = 0.5
    """Last fraction of the series, never trained on: the truth that metrics compare with. 0, only
    without models: λ_max is measured from all samples."""
    steps: list[Step] = []
    """What is done to the series, in this order. Default: nothing."""
    scaling: Literal["standardise", "jointly", "whiten", "none"] = "standardise"
    """Standardise: mean 0 and standard deviation 1 of every variable. Jointly: of all variables
    together, whose differences in mean and size stay (as published for Lorenz). Whiten: each by
    itself and uncorrelated as well, each still as near to its own variable as can be (ZCA). None:
    units of the series."""

    @model_validator(mode="after")
    def _mixed_first(self) -> Self:
        for i, step in enumerate(self.steps[1:], start=1):
            if isinstance(step, Mix):
                raise ValueError(f"steps[{i}] is mix, which must be the first step: move it there")
        return self

    @model_validator(mode="after")
    def _embedded_last(self) -> Self:
        for i, step in enumerate(self.steps[:-1]):
            if isinstance(step, Embed):
                raise ValueError(f"steps[{i}] is embed, which must be the last step: move it there")
        return self

    def without(self, kind: str) -> Self:
        """The same settings without the steps of a kind."""
        return self.model_copy(update={"steps": [s for s in self.steps if s.step != kind]})

    def train_steps(self, samples: int) -> int:
        """Length of the training part of a signal from a series of so many samples.

        An embedding that is chosen when the job runs will take away some more.
        """
        return self._after_steps(split(samples, self.held_out))

    def held_out_steps(self, samples: int) -> int:
        """Length of the held-out part, likewise."""
        return self._after_steps(samples - split(samples, self.held_out), embedded=False)

    def _after_steps(self, length: int, *, embedded: bool = True) -> int:
        for step in self.steps:
            match step:
                case Decimate():
                    length = -(-length // step.factor)
                case Embed(dimension=int(dimension), delay=int(delay)) if embedded:
                    length -= (dimension - 1) * delay
        return length


def split(samples: int, held_out: float) -> int:
    """How many of the samples, the first, are for training."""
    return int(samples * (1 - held_out))
