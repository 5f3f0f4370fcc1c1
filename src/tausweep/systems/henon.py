"""The Hénon map."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from tausweep.settings import Float, Settings
from tausweep.systems.system import Literature, Map, Matrix, State, rows


class HenonParameters(Settings):
    """Parameters of x' = 1 − a x² + y, y' = b x."""

    a: Float = 1.4
    b: Float = 0.3


class Henon(Map):
    """Hénon map, variables x, y: x' = 1 − a x² + y, y' = b x
    (Hénon 1976, Commun. Math. Phys. 50, 69).
    """

    system: Literal["henon"]
    parameters: HenonParameters = HenonParameters()

    title: ClassVar[str] = "Hénon map"
    coordinates: ClassVar[tuple[str, ...]] = ("x", "y")
    literature: ClassVar[tuple[Literature, ...]] = (
        Literature(
            HenonParameters(a=1.4, b=0.3),
            0.418,
            "Rosenstein, Collins, De Luca 1993, Physica D 65, 117",
        ),
    )

    def step(self, state: State) -> State:  # noqa: D102
        p, (x, y) = self.parameters, state.T
        return np.array([1.0 - p.a * x**2 + y, p.b * x]).T

    def jacobian(self, state: State) -> Matrix:  # noqa: D102
        p, (x, _) = self.parameters, state.T
        return rows((-2.0 * p.a * x, 1.0), (p.b, 0.0))

    def draw(self, rng: np.random.Generator) -> np.ndarray:  # noqa: D102
        return rng.uniform(-0.1, 0.1, size=2)
