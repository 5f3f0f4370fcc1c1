"""How the best learning interval of a sweep is found, and how sure one can be of it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from tausweep.settings import Fraction, PositiveFloat, PositiveInt, Seed, Settings

Quantity = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=64)]


class Judging(Settings):
    """By what a τ is judged."""

    quantities: Annotated[list[Quantity], Field(min_length=1, max_length=12)] = ["D_stsp", "D_H"]
    """Variables of the metrics by which a τ is judged, lower being better; those not measured are
    left out, and the first of the others is the one by which a τ is suggested."""
    resamples: Annotated[PositiveInt, Field(ge=100, le=1_000_000)] = 2_000
    """Bootstrap samples of the members."""
    confidence: Fraction = 0.95
    """Of all intervals."""
    good: Annotated[PositiveFloat, Field(gt=1)] = 2.0
    """A τ is good whose median is at most so many times the best one's."""
    seed: Seed = 0
    """Of the resampling."""
