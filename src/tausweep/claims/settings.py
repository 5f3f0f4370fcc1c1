"""What is said of the best learning intervals of all sweeps."""

from __future__ import annotations

from tausweep.best.settings import Judging
from tausweep.settings import Name


class Claims(Judging):
    """What is said of the best τ."""


class ClaimsOf(Claims):
    """The same of certain experiments; written by the plan, not by people."""

    experiments: list[Name]
    """Their names, in the order in which their results come."""
