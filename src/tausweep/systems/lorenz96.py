"""Lorenz-96."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, Strict

from tausweep.settings import Float, PositiveFloat, Settings
from tausweep.systems.system import Flow, Literature, Matrix, State, Time


class Lorenz96Parameters(Settings):
    """Parameters of the Lorenz-96 equations (Lorenz 1996)."""

    N: Annotated[int, Strict(), Field(ge=4, le=1_000)] = 40
    """Number of sites on the ring."""
    F: Float = 8.0
    """Forcing."""


class Lorenz96(Flow):
    """Lorenz-96, variables x0, x1, …: ẋ_i = (x_{i+1} − x_{i−2}) x_{i−1} − x_i + F on a ring of N
    sites (Lorenz 1996, in: Seminar on Predictability 1, ECMWF).
    """

    system: Literal["lorenz96"]
    parameters: Lorenz96Parameters = Lorenz96Parameters()
    dt: PositiveFloat = 0.05
    """Sampling interval, in units of the system's time."""

    title: ClassVar[str] = "Lorenz-96"
    literature: ClassVar[tuple[Literature, ...]] = (
        Literature(
            Lorenz96Parameters(N=40, F=8.0),
            5 * float(np.log(2.0)) / 2,
            "Lorenz & Emanuel 1998, J. Atmos. Sci. 55, 399: errors double in about 2 days, and a "
            "unit of time is 5 days",
        ),
    )

    @property
    def coordinates(self) -> tuple[str, ...]:  # noqa: D102
        return tuple(f"x{i}" for i in range(self.parameters.N))

    def derivative(self, time: Time, state: State) -> State:  # noqa: D102
        ahead, behind, second = _neighbours(state)
        return np.asarray((ahead - second) * behind - state + self.parameters.F)

    def jacobian(self, time: Time, state: State) -> Matrix:  # noqa: D102
        N = self.parameters.N
        i = np.arange(N)
        ahead, behind, second = _neighbours(state)
        out = np.zeros((*state.shape, N))
        out[..., i, i] = -1.0
        out[..., i, (i + 1) % N] = behind
        out[..., i, i - 2] = -behind
        out[..., i, i - 1] = ahead - second
        return out

    def draw(self, rng: np.random.Generator) -> np.ndarray:  # noqa: D102
        return self.parameters.F + rng.uniform(-1.0, 1.0, size=self.parameters.N)


def _neighbours(state: State) -> tuple[State, State, State]:
    """x_{i+1}, x_{i−1} and x_{i−2}; three times np.roll would take most of the time."""
    ring = np.concatenate([state[..., -2:], state, state[..., :1]], axis=-1)
    return ring[..., 3:], ring[..., 1:-2], ring[..., :-3]
