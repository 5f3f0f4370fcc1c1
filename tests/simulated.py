"""Simulated systems: by their names, as a configuration gives them, and one whose exponents are
known.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from tausweep.settings import Settings
from tausweep.systems.registry import SYSTEMS
from tausweep.systems.system import DelayedFeedback


def simulated(name: str, /, **settings: Any) -> Any:
    return SYSTEMS[name].model_validate({"system": name, **settings})


FLOWS = {
    "lorenz63": simulated("lorenz63"),
    "rossler": simulated("rossler"),
    "duffing": simulated("duffing"),
    "ueda": simulated("ueda"),
    "lorenz96": simulated("lorenz96", parameters={"N": 6}),
}
MAPS = {
    "henon": simulated("henon"),
    "logistic": simulated("logistic", parameters={"r": 3.9}),
    "cycle": simulated("cycle", parameters={"period": 7}),
}


class LinearDelayParameters(Settings):
    delay: float
    gamma: float
    c: float


class LinearDelay(DelayedFeedback):
    """ẋ(t) = c x(t − T) − γ x(t)."""

    parameters: LinearDelayParameters
    dt: float = 1.0

    title: ClassVar[str] = "linear delay equation"

    @classmethod
    def of(cls, **parameters: float) -> LinearDelay:
        return cls(parameters=LinearDelayParameters(**parameters))

    @property
    def delay(self) -> float:
        return self.parameters.delay

    @property
    def gamma(self) -> float:
        return self.parameters.gamma

    def feedback(self, x: np.ndarray) -> np.ndarray:
        return self.parameters.c * x

    def slope(self, x: np.ndarray) -> np.ndarray:
        return np.full_like(x, self.parameters.c)

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        return rng.uniform(0.5, 1.5, size=1)
