"""The forced Duffing oscillator."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from tausweep.settings import Float, PositiveFloat, Settings
from tausweep.systems.system import Driven, Matrix, State, Time, rows


class DuffingParameters(Settings):
    """Parameters of ẍ = −δ ẋ − α x − β x³ + γ cos ωt."""

    alpha: Float = -1.0
    beta: Float = 1.0
    gamma: Float = 0.35
    delta: Float = 0.1
    omega: Float = 1.4


class Duffing(Driven):
    """Forced Duffing oscillator, variables x, v = ẋ, driven by cos ωt:
    ẍ = −δẋ − αx − βx³ + γ cos ωt.
    """

    system: Literal["duffing"]
    parameters: DuffingParameters = DuffingParameters()
    dt: PositiveFloat = 0.1773
    """Sampling interval, in units of the system's time."""

    title: ClassVar[str] = "forced Duffing oscillator"

    def course(self, time: Time) -> Time:  # noqa: D102
        return np.cos(self.parameters.omega * np.asarray(time))

    def derivative(self, time: Time, state: State) -> State:  # noqa: D102
        p, (x, v) = self.parameters, state.T
        force = p.gamma * self.course(time)
        return np.array([v, force - p.delta * v - p.alpha * x - p.beta * x**3]).T

    def jacobian(self, time: Time, state: State) -> Matrix:  # noqa: D102
        p, (x, _) = self.parameters, state.T
        return rows((0.0, 1.0), (-p.alpha - 3.0 * p.beta * x**2, -p.delta))

    def draw(self, rng: np.random.Generator) -> np.ndarray:  # noqa: D102
        return rng.uniform(-1.0, 1.0, size=2)
