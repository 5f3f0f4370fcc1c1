"""Settings of what is kept of every trained member."""

from __future__ import annotations

from tausweep.settings import Float, PositiveInt, Settings


class Members(Settings):
    """What is kept of the members of a sweep; written by the plan, not by people."""

    setting: str | None
    """What was swept; None where nothing was."""
    values: list[Float | None]
    """Its value in each training job; None where only that job could tell, which then holds it."""
    excerpt: PositiveInt
    """Steps of each orbit, and of the data."""
