"""What a metric is: settings, what it measures, and how; and how its numbers become a Dataset.

A metric is one class in a module of its own, and a field of `settings.Metrics`. It is one of two
kinds: a `Comparison` of orbits with the data, or a `Measurement` of the models themselves.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeAlias

import numpy as np
from jaxtyping import Float

from tausweep.orbit.settings import Part
from tausweep.settings import Settings

if TYPE_CHECKING:
    import xarray as xr

    from tausweep.models.model import Dynamics

Trajectory: TypeAlias = Float[np.ndarray, "time variable"]
Values: TypeAlias = Mapping[str, Any]
"""Numbers or arrays by the names of a metric's variables."""


@dataclass(frozen=True)
class Variable:
    """A quantity that a metric gives for every trained member."""

    long_name: str
    units: str
    dims: tuple[str, ...] = ()
    """Its dimensions, apart from that of the members: `variable`, or a key of `coordinates`."""
    diverged: float | None = None
    """Its value for a member that diverged, where that is not what the comparison gives."""
    reference: bool = True
    """Whether it has a floor and a ceiling to be read between."""
    of_data: bool = False
    """Whether it is of the orbit alone, so that the data have one too, to be read beside."""
    meanings: tuple[str, ...] = ()
    """Where its values are no numbers: what 0, 1, … stand for, a word each."""

    @property
    def attrs(self) -> dict[str, Any]:
        """Of CF: long name, units, and what its values mean."""
        found: dict[str, Any] = {"long_name": self.long_name, "units": self.units}
        if self.meanings:
            found["flag_values"] = np.arange(len(self.meanings), dtype=np.int8)
            found["flag_meanings"] = " ".join(self.meanings)
        return found


class Metric(Settings, ABC):
    """Settings of a metric, and its code.

    A class has a field `metric`, the literal name under which `settings.Metrics` holds it; a
    `version` of its own, to be raised when a change of its code changes its numbers; and its
    `variables` by name. Modules are imported when a workflow is parsed: what is heavy is imported
    in the methods that need it.
    """

    needs: ClassVar[str]
    """Stage whose files it reads beside the signal: orbit or train."""
    costly: ClassVar[bool] = False
    """Whether each training job's members are measured by a job of their own, not all of a sweep
    by one."""
    variables: ClassVar[Mapping[str, Variable]]

    @property
    def name(self) -> str:
        """As configurations name it."""
        return str(getattr(self, "metric"))  # noqa: B009  # a literal in each class

    def coordinates(self, variables: int) -> Mapping[str, tuple[Sequence[int], str, str]]:
        """Values, long name and unit of the dimensions of its variables other than `variable`, for
        a signal of so many.
        """
        return {}

    def about(self, variables: int) -> dict[str, Any]:
        """Attributes of its numbers for a signal of so many variables: how they were computed."""
        return self.model_dump(exclude={"metric"}, exclude_none=True)

    @abstractmethod
    def references(self, signal: xr.Dataset, steps: int) -> dict[str, Any]:
        """Floors and ceilings of this signal, as `NAME_floor` and `NAME_ceiling`, what there
        is to say of its data, as `NAME_data`, and attributes of the Dataset; at most `steps` are
        compared.
        """

    def suited(self, signal: xr.Dataset) -> Self:
        """The same with settings in full, where the data choose some that are not given."""
        return self


class Comparison(Metric):
    """A metric that compares an orbit with data, both first turned into descriptions.

    The description of the data is made once, however many orbits there are. Floor and ceiling
    follow: the data against another stretch of the same system, and against a constant orbit.
    """

    needs: ClassVar[str] = "orbit"
    part: ClassVar[Part] = "held_out"
    """Of the signal: what an orbit is compared with, and starts at the beginning of. From the first
    sample of the whole no transient is dropped, as published protocols have it."""

    @property
    def coordinates_of(self) -> Literal["signal", "series"]:
        """What data and orbit are compared in: the signal's coordinates, or the series' own."""
        return "signal"

    @abstractmethod
    def describe(self, x: Trajectory, data: Trajectory) -> Any:
        """What is compared of a trajectory, which may hold NaN after it diverged; `data` are those
        that it will be compared with, and finite.
        """

    @abstractmethod
    def distance(self, p: Any, q: Any) -> Values:
        """Values of the metric's variables, from the descriptions of the data and of an orbit."""

    def references(self, signal: xr.Dataset, steps: int) -> dict[str, Any]:
        """See `Metric`; the parts compared are as long as those of the orbits."""
        from tausweep.metrics.compare import references

        return references(self, signal, steps)


class Measurement(Metric):
    """A metric of trained models as dynamical systems, by the dynamics protocol."""

    needs: ClassVar[str] = "train"

    @property
    def steps_taken(self) -> int:
        """By each member, about: what its cost grows with, if it is to be foretold."""
        return 1

    @abstractmethod
    def measure(self, model: Dynamics, signal: xr.Dataset) -> Values:
        """Values of the metric's variables, with members as their first dimension."""
