"""Settings of freely generated orbits."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tausweep.settings import NaturalInt, PositiveFloat, PositiveInt, Settings


class Orbit(Settings):
    """A freely generated trajectory of a trained model."""

    steps: Annotated[PositiveInt, Field(le=100_000_000)] = 100_000
    """Length kept, in steps; at most what is held out of an external input, where there is one."""
    transient: Annotated[NaturalInt, Field(le=100_000_000)] = 1_000
    """Steps run before those and dropped."""
    bound: PositiveFloat = 1_000.0
    """An orbit beyond this many standard deviations of the data counts as diverged."""
