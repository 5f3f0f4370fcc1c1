"""Settings of freely generated orbits."""

from __future__ import annotations

from tausweep.settings import NaturalInt, PositiveFloat, PositiveInt, Settings


class Orbit(Settings):
    """A freely generated trajectory of a trained model."""

    steps: PositiveInt = 100_000
    """Length kept, in steps."""
    transient: NaturalInt = 1_000
    """Steps run before those and dropped."""
    bound: PositiveFloat = 1_000.0
    """An orbit beyond this many standard deviations of the data counts as diverged."""
