"""Rössler's flow."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from tausweep.settings import Float, PositiveFloat, Settings
from tausweep.systems.system import SPROTT, Flow, Literature, Matrix, State, Time, rows


class RosslerParameters(Settings):
    """Parameters of the Rössler equations (Rössler 1976)."""

    a: Float = 0.2
    b: Float = 0.2
    c: Float = 5.7


class Rossler(Flow):
    """Rössler, variables x, y, z: ẋ = −y − z, ẏ = x + ay, ż = b + z(x − c)
    (Rössler 1976, Phys. Lett. A 57, 397).
    """

    system: Literal["rossler"]
    parameters: RosslerParameters = RosslerParameters()
    dt: PositiveFloat = 0.1
    """Sampling interval, in units of the system's time."""

    title: ClassVar[str] = "Rössler"
    coordinates: ClassVar[tuple[str, ...]] = ("x", "y", "z")
    literature: ClassVar[tuple[Literature, ...]] = (
        Literature(RosslerParameters(a=0.2, b=0.2, c=5.7), 0.0714, SPROTT),
        Literature(
            RosslerParameters(a=0.15, b=0.2, c=10.0),
            0.090,
            "Rosenstein, Collins, De Luca 1993, Physica D 65, 117",
        ),
    )

    def derivative(self, time: Time, state: State) -> State:  # noqa: D102
        p, (x, y, z) = self.parameters, state.T
        return np.array([-y - z, x + p.a * y, p.b + z * (x - p.c)]).T

    def jacobian(self, time: Time, state: State) -> Matrix:  # noqa: D102
        p, (x, _, z) = self.parameters, state.T
        return rows((0.0, -1.0, -1.0), (1.0, p.a, 0.0), (z, 0.0, x - p.c))

    def draw(self, rng: np.random.Generator) -> np.ndarray:  # noqa: D102
        return rng.uniform((-5.0, -5.0, 0.0), (5.0, 5.0, 1.0))
