"""The logistic map."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from tausweep.settings import Float, Settings
from tausweep.systems.system import Literature, Map, Matrix, State


class LogisticParameters(Settings):
    """Parameters of x' = r x (1 − x)."""

    r: Float = 4.0


class Logistic(Map):
    """Logistic map, variable x: x' = r x (1 − x) (May 1976, Nature 261, 459)."""

    system: Literal["logistic"]
    parameters: LogisticParameters = LogisticParameters()

    title: ClassVar[str] = "logistic map"
    coordinates: ClassVar[tuple[str, ...]] = ("x",)
    literature: ClassVar[tuple[Literature, ...]] = (
        Literature(
            LogisticParameters(r=4.0),
            float(np.log(2.0)),
            "exact: conjugate to the tent map (Ulam & von Neumann 1947, Bull. AMS 53, 1120)",
        ),
    )

    def step(self, state: State) -> State:  # noqa: D102
        return self.parameters.r * state * (1.0 - state)

    def jacobian(self, state: State) -> Matrix:  # noqa: D102
        return self.parameters.r * (1.0 - 2.0 * state[..., None])

    def draw(self, rng: np.random.Generator) -> np.ndarray:  # noqa: D102
        return rng.uniform(0.1, 0.9, size=1)
