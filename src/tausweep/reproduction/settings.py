"""Published numbers that results are put beside."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from tausweep.settings import Float, Name, PositiveFloat, Settings


class Point(Settings):
    """A number that somebody published."""

    series: Name
    model: Name | None
    """None of a number that belongs to a series, as τ_pred."""
    method: Name | None
    metric: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=64)]
    """The variable of ours it is put beside."""
    tau: PositiveFloat | None
    """Learning interval in steps; None where the method has none."""
    value: Float
    note: Annotated[str, StringConstraints(max_length=500)] = ""
    """What is known of it that a reader must know."""


class Reproduction(Settings):
    """Published numbers and the experiments that shall reproduce them; written by the plan."""

    experiments: list[Name]
    published: Annotated[list[Point], Field(min_length=1, max_length=600)]
