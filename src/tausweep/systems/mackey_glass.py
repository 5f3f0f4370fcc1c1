"""The Mackey-Glass equation."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import model_validator

from tausweep.settings import Float, NonNegativeFloat, PositiveFloat, Settings
from tausweep.systems.system import SPROTT, DelayedFeedback, Literature


class MackeyGlassParameters(Settings):
    """Parameters of ẋ(t) = β x(t − T) / (1 + x(t − T)ⁿ) − γ x(t)."""

    beta: Float = 0.2
    gamma: NonNegativeFloat = 0.1
    n: Float = 10.0
    delay: PositiveFloat = 17.0
    """T, in units of the system's time; at most 100 / gamma."""

    @model_validator(mode="after")
    def _steps_of_a_delay(self) -> Self:
        if self.delay * self.gamma > 100.0:
            raise ValueError(
                f"delay must be at most 100 / gamma, found {self.delay:g} at gamma {self.gamma:g}: "
                "it is followed in steps of 0.01 / gamma"
            )
        return self


class MackeyGlass(DelayedFeedback):
    """Mackey-Glass equation, a feedback with a delay; variable x:
    ẋ(t) = β x(t − T) / (1 + x(t − T)ⁿ) − γ x(t) (Mackey & Glass 1977, Science 197, 287).
    """

    system: Literal["mackey_glass"]
    parameters: MackeyGlassParameters = MackeyGlassParameters()
    dt: PositiveFloat = 1.0
    """Sampling interval, in units of the system's time."""
    transient: NonNegativeFloat = 1_000.0
    """Time discarded before the first sample, in units of the system's time."""

    title: ClassVar[str] = "Mackey-Glass"
    literature: ClassVar[tuple[Literature, ...]] = (
        Literature(MackeyGlassParameters(beta=0.2, gamma=0.1, n=10.0, delay=23.0), 0.0096, SPROTT),
        Literature(
            MackeyGlassParameters(beta=0.2, gamma=0.1, n=10.0, delay=30.0),
            0.0071,
            "Farmer 1982, Physica D 4, 366",
        ),
    )

    @property
    def delay(self) -> float:  # noqa: D102
        return self.parameters.delay

    @property
    def gamma(self) -> float:  # noqa: D102
        return self.parameters.gamma

    def feedback(self, x: np.ndarray) -> np.ndarray:  # noqa: D102
        return self.parameters.beta * x / (1.0 + x**self.parameters.n)

    def slope(self, x: np.ndarray) -> np.ndarray:  # noqa: D102
        p = self.parameters
        power = x**p.n
        return p.beta * (1.0 + (1.0 - p.n) * power) / (1.0 + power) ** 2

    def draw(self, rng: np.random.Generator) -> np.ndarray:  # noqa: D102
        return rng.uniform(0.5, 1.3, size=1)
