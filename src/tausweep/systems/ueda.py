"""Ueda's oscillator."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from tausweep.settings import Float, PositiveFloat, Settings
from tausweep.systems.system import SPROTT, Driven, Literature, Matrix, State, Time, rows


class UedaParameters(Settings):
    """Parameters of ẍ = −k ẋ − x³ + B cos t."""

    k: Float = 0.05
    B: Float = 7.5


class Ueda(Driven):
    """Ueda's oscillator, variables x, v = ẋ, driven by cos t: ẍ = −kẋ − x³ + B cos t
    (Ueda 1979, J. Stat. Phys. 20, 181).
    """

    system: Literal["ueda"]
    parameters: UedaParameters = UedaParameters()
    dt: PositiveFloat = 0.05
    """Sampling interval, in units of the system's time."""

    title: ClassVar[str] = "Ueda oscillator"
    literature: ClassVar[tuple[Literature, ...]] = (
        Literature(UedaParameters(k=0.05, B=7.5), 0.103, SPROTT),
    )

    def course(self, time: Time) -> Time:  # noqa: D102
        return np.cos(time)

    def derivative(self, time: Time, state: State) -> State:  # noqa: D102
        p, (x, v) = self.parameters, state.T
        return np.array([v, p.B * self.course(time) - p.k * v - x**3]).T

    def jacobian(self, time: Time, state: State) -> Matrix:  # noqa: D102
        x, _ = state.T
        return rows((0.0, 1.0), (-3.0 * x**2, -self.parameters.k))

    def draw(self, rng: np.random.Generator) -> np.ndarray:  # noqa: D102
        return rng.uniform(-2.0, 2.0, size=2)
