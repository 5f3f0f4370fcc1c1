"""Settings of what is known of a study's experiments together."""

from __future__ import annotations

from tausweep.settings import Name, Settings


class Pool(Settings):
    """Which experiments; written by the plan, not by people."""

    experiments: list[Name]
    """Their names, in the order in which their results come."""
