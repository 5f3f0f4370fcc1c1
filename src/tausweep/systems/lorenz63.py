"""Lorenz-63."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from tausweep.settings import Float, PositiveFloat, Settings
from tausweep.systems.system import SPROTT, Flow, Literature, Matrix, State, Time, rows


class Lorenz63Parameters(Settings):
    """Parameters of the Lorenz equations (Lorenz 1963)."""

    sigma: Float = 10.0
    rho: Float = 28.0
    beta: Float = 8.0 / 3.0


class Lorenz63(Flow):
    """Lorenz-63, variables x, y, z: ẋ = σ(y − x), ẏ = x(ρ − z) − y, ż = xy − βz
    (Lorenz 1963, J. Atmos. Sci. 20, 130).
    """

    system: Literal["lorenz63"]
    parameters: Lorenz63Parameters = Lorenz63Parameters()
    dt: PositiveFloat = 0.01
    """Sampling interval, in units of the system's time."""

    title: ClassVar[str] = "Lorenz-63"
    coordinates: ClassVar[tuple[str, ...]] = ("x", "y", "z")
    literature: ClassVar[tuple[Literature, ...]] = (
        Literature(Lorenz63Parameters(sigma=10.0, rho=28.0, beta=8.0 / 3.0), 0.9056, SPROTT),
        Literature(
            Lorenz63Parameters(sigma=16.0, rho=45.92, beta=4.0),
            1.50,
            "Wolf, Swift, Swinney, Vastano 1985, Physica D 16, 285",
        ),
    )

    def derivative(self, time: Time, state: State) -> State:  # noqa: D102
        p, (x, y, z) = self.parameters, state.T
        return np.array([p.sigma * (y - x), x * (p.rho - z) - y, x * y - p.beta * z]).T

    def jacobian(self, time: Time, state: State) -> Matrix:  # noqa: D102
        p, (x, y, z) = self.parameters, state.T
        return rows((-p.sigma, p.sigma, 0.0), (p.rho - z, -1.0, -x), (y, x, -p.beta))

    def draw(self, rng: np.random.Generator) -> np.ndarray:  # noqa: D102
        return rng.uniform((-10.0, -10.0, 10.0), (10.0, 10.0, 40.0))
