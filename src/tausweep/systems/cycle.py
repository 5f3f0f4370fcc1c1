"""A cycle: what is periodic, and neither chaotic nor drawn to anything."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from jaxtyping import Float
from pydantic import Field

from tausweep.settings import Settings
from tausweep.systems.system import Literature, Map, Matrix, State, Time, rows


class CycleParameters(Settings):
    """Parameters of a rotation."""

    period: Annotated[int, Field(ge=2, le=1_000_000)] = 25
    """In steps."""


class Cycle(Map):
    """Rotation of the unit circle by φ = 2π / period, variables x, y: x' = x cos φ − y sin φ,
    y' = x sin φ + y cos φ.

    Its states are `period` points of the circle, (1, 0) among them; the seed says at which the
    series begins. With a period of 2 they are ±1, as a simple cycle is often made, and only x can
    be observed, since y is zero. Both exponents are zero: a rotation keeps distances.
    """

    system: Literal["cycle"]
    parameters: CycleParameters = CycleParameters()

    title: ClassVar[str] = "cycle"
    coordinates: ClassVar[tuple[str, ...]] = ("x", "y")

    @property
    def observables(self) -> tuple[str, ...]:  # noqa: D102
        return self.coordinates[: self._seen]

    @property
    def published(self) -> Literature:
        """Zero, whatever the period."""
        return Literature(self.parameters, 0.0, "exact: a rotation keeps distances")

    def view(self, time: Time, state: State) -> Float[np.ndarray, "*member observable"]:  # noqa: D102
        return state[..., : self._seen]

    def step(self, state: State) -> State:  # noqa: D102
        c, s, (x, y) = *self._rotation, state.T
        return np.array([c * x - s * y, s * x + c * y]).T

    def jacobian(self, state: State) -> Matrix:  # noqa: D102
        c, s, one = *self._rotation, np.ones(state.shape[:-1])
        return rows((c * one, -s * one), (s * one, c * one))

    def draw(self, rng: np.random.Generator) -> np.ndarray:  # noqa: D102
        point = 2 * np.pi * rng.integers(self.parameters.period) / self.parameters.period
        return np.array([np.cos(point), np.sin(point)])

    @property
    def _seen(self) -> int:
        return 1 if self.parameters.period == 2 else 2

    @property
    def _rotation(self) -> tuple[float, float]:
        """Cosine and sine of φ."""
        angle = 2 * np.pi / self.parameters.period
        return np.cos(angle), np.sin(angle)
