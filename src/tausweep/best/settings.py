"""How the best learning interval of a sweep is found, and how sure one can be of it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from tausweep.metrics.quantities import Quantity, split
from tausweep.metrics.settings import KINDS
from tausweep.settings import Fraction, PositiveFloat, PositiveInt, Seed, Settings


def _distance(quantity: str) -> str:
    """One number of each member, that is lower where the member is better."""
    distances = {
        name: variable
        for kind in KINDS
        for name, variable in kind.variables.items()
        if variable.reference and "variable" not in variable.dims
    }
    name, place = split(quantity)
    if name not in distances:
        raise ValueError(
            f"must be a distance from the data, lower being better, found {quantity!r}; allowed: "
            + ", ".join(f"{each}@N" if distances[each].dims else each for each in distances)
        )
    if distances[name].dims and place is None:
        (dim,) = distances[name].dims
        raise ValueError(
            f"{name} has a value for each number of steps {dim}: name one, as {name}@20"
        )
    if place is not None and not distances[name].dims:
        raise ValueError(f"{name} has one value, found {quantity!r}: name it without @{place}")
    return quantity


Distance = Annotated[Quantity, AfterValidator(_distance)]


class Judging(Settings):
    """By what a τ is judged."""

    quantities: Annotated[list[Distance], Field(min_length=1, max_length=12)] = ["D_stsp", "D_H"]
    """Distances of the metrics by which a τ is judged, lower being better, as D_stsp, or
    prediction_error@20 (of forecasts 20 steps ahead); those not measured are left out, and the
    first of the others is the one by which a τ is suggested."""
    resamples: Annotated[PositiveInt, Field(ge=100, le=1_000_000)] = 2_000
    """Bootstrap samples of the members."""
    confidence: Fraction = 0.95
    """Of all intervals."""
    good: Annotated[PositiveFloat, Field(gt=1)] = 2.0
    """A τ is good whose median is at most so many times the best one's."""
    seed: Seed = 0
    """Of the resampling."""
