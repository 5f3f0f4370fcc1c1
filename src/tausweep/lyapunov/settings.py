"""Settings of the estimate of λ_max."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tausweep.settings import Fraction, NaturalInt, PositiveInt, Seed, Settings


class Embedding(Settings):
    """Delay embedding of the signal for the estimate of λ_max."""

    dimension: Annotated[PositiveInt, Field(le=1_000)] | None = None
    """Delayed copies of every variable, the present one included. Default: the least at which
    neighbours are not false (Kennel), and more where maps then predict better."""
    delay: Annotated[PositiveInt, Field(le=1_000_000)] | None = None
    """Delay between coordinates, in steps. Default: first minimum of the mutual information, or
    where the autocorrelation falls below 1/e if that is earlier."""


class Lyapunov(Settings):
    """λ_max from data, by maps fitted to neighbours and by the curves of Rosenstein and Kantz."""

    estimator: Literal["auto", "maps", "curves"] = "auto"
    """Where lambda_max is taken from; both are always measured. Auto: from the maps, if they
    predict. Curves are straight of some noise as well: look at them before you ask for them."""
    embedding: Embedding = Embedding()
    theiler: PositiveInt | None = None
    """Theiler window in steps: neighbours closer in time are not used. Default: mean period."""
    max_lag: PositiveInt | None = None
    """Longest time over which divergence is followed, in steps. Default: until it saturates."""
    fit_range: tuple[NaturalInt, PositiveInt] | None = None
    """First and last lag of the line fitted to the curves, in steps, which then give lambda_max.
    Default: found from the curves."""
    reference_points: Annotated[PositiveInt, Field(le=10_000_000)] = 2_000
    """How many points have their neighbours followed."""
    bootstrap: Annotated[PositiveInt, Field(le=100_000)] = 200
    """Resamples of blocks of reference points for the curves' interval."""
    surrogates: Annotated[NaturalInt, Field(le=10_000)] = 0
    """Phase-randomised copies of the signal whose curves are compared with its own; 19 allow a test
    at 5 %. Default: none."""
    interval: bool = True
    """Whether to find out how sure λ_max is. False: the estimate alone, several times faster."""
    confidence: Fraction = 0.95
    seed: Seed = 0

    @model_validator(mode="after")
    def _range_ascends(self) -> Self:
        if self.fit_range is not None and self.fit_range[0] >= self.fit_range[1]:
            raise ValueError(f"fit_range must ascend, found {list(self.fit_range)}")
        if self.fit_range is not None and self.estimator == "maps":
            raise ValueError("fit_range is of the curves, and estimator is maps: give one of both")
        return self
