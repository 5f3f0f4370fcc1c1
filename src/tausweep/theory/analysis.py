"""What an analysis is: settings, and the numbers they lead to as a Dataset.

An analysis is one class in a module of `theory.analyses`, and a field of `settings.Theory`. It puts
the formulas of this package, drawn matrices and gradient descent side by side, to be drawn on the
same axes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from tausweep.settings import Settings

if TYPE_CHECKING:
    import xarray as xr


class Analysis(Settings, ABC):
    """Settings of an analysis, and its code.

    A class has a field `analysis`, the literal name under which `settings.Theory` holds it, and a
    `version` of its own, to be raised when a change of its code changes its numbers. Modules are
    imported when a workflow is parsed: what is heavy is imported in `compute`.
    """

    @property
    def name(self) -> str:
        """As configurations name it."""
        return str(getattr(self, "analysis"))  # noqa: B009  # a literal in each class

    @abstractmethod
    def compute(self) -> xr.Dataset:
        """Its numbers, each with a long name and a unit."""
