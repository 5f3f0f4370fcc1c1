"""Settings of freely generated orbits."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from tausweep.settings import NaturalInt, PositiveFloat, PositiveInt, Settings

Part: TypeAlias = Literal["held_out", "whole"]
"""Of a signal: what was never trained on, or all of it, as published protocols have it."""


class Orbit(Settings):
    """A freely generated trajectory of a trained model."""

    steps: Annotated[PositiveInt, Field(le=100_000_000)] = 100_000
    """Length kept, in steps; at most what is held out of an external input, where there is one."""
    transient: Annotated[NaturalInt, Field(le=100_000_000)] = 1_000
    """Steps run before those and dropped."""
    bound: PositiveFloat = 1_000.0
    """An orbit beyond this many standard deviations of the data counts as diverged."""


class OrbitAlong(Orbit):
    """An orbit and the part of the signal it starts at the beginning of; written by the plan."""

    part: Part
