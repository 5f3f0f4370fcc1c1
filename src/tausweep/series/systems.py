"""Equations of the simulated systems, with their Jacobians and literature exponents.

A new system is one class here, its entry in `SYSTEMS` and one settings class in
`tausweep.config`. Everything takes a state of shape (variable,) or, for an ensemble that is
integrated in one go, (member, variable): ``x, y, z = state.T`` serves both.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import ClassVar, NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Float

Time: TypeAlias = float | Float[np.ndarray, "*member"]
State: TypeAlias = Float[np.ndarray, "*member coordinate"]


class Literature(NamedTuple):
    """A published largest Lyapunov exponent, valid for exactly these parameters."""

    parameters: Mapping[str, float]
    lambda_max: float
    """In nats per unit of time."""
    source: str


@dataclass(frozen=True)
class System(ABC):
    """A set of ordinary differential equations; its fields are the parameters."""

    title: ClassVar[str]
    variables: ClassVar[tuple[str, ...]]
    """Names of the observed variables."""
    dimension: ClassVar[int]
    """Number of coordinates of the state: the first so many observed variables."""
    time_unit: ClassVar[str] = "1"
    literature: ClassVar[tuple[Literature, ...]] = ()

    @abstractmethod
    def derivative(self, time: Time, state: State) -> State:
        """Right-hand side of the equations."""

    @abstractmethod
    def jacobian(
        self, time: Time, state: State
    ) -> Float[np.ndarray, "*member coordinate coordinate"]:
        """Derivative of the right-hand side by the state; rows are equations."""

    @abstractmethod
    def draw(self, rng: np.random.Generator) -> Float[np.ndarray, "coordinate"]:
        """Random state in the basin of the attractor (for the usual parameters)."""

    def observe(self, time: Time, state: State) -> Float[np.ndarray, "*member variable"]:
        """Observed variables; here, the state itself."""
        return state

    def published(self) -> Literature | None:
        """Literature exponent for exactly these parameters, if there is one."""
        return next((entry for entry in self.literature if entry.parameters == asdict(self)), None)


def _rows(*rows: tuple[float | np.ndarray, ...]) -> np.ndarray:
    """Matrices (*member, row, column) from entries that are numbers or arrays over members."""
    entries = np.stack(np.broadcast_arrays(*(entry for row in rows for entry in row)), axis=-1)
    return entries.reshape(*entries.shape[:-1], len(rows), -1)


@dataclass(frozen=True)
class Lorenz63(System):
    """ẋ = σ(y − x), ẏ = x(ρ − z) − y, ż = xy − βz (Lorenz 1963, J. Atmos. Sci. 20, 130)."""

    sigma: float
    rho: float
    beta: float

    title = "Lorenz-63"
    variables = ("x", "y", "z")
    dimension = 3
    literature = (
        Literature(
            {"sigma": 10.0, "rho": 28.0, "beta": 8.0 / 3.0},
            0.9056,
            "Sprott 2003, Chaos and Time-Series Analysis, Oxford University Press",
        ),
        Literature(
            {"sigma": 16.0, "rho": 45.92, "beta": 4.0},
            1.50,
            "Wolf, Swift, Swinney, Vastano 1985, Physica D 16, 285",
        ),
    )

    def derivative(self, time: Time, state: State) -> State:  # noqa: D102
        x, y, z = state.T
        return np.array([self.sigma * (y - x), x * (self.rho - z) - y, x * y - self.beta * z]).T

    def jacobian(self, time: Time, state: State) -> np.ndarray:  # noqa: D102
        x, y, z = state.T
        return _rows(
            (-self.sigma, self.sigma, 0.0),
            (self.rho - z, -1.0, -x),
            (y, x, -self.beta),
        )

    def draw(self, rng: np.random.Generator) -> np.ndarray:  # noqa: D102
        return rng.uniform((-10.0, -10.0, 10.0), (10.0, 10.0, 40.0))


@dataclass(frozen=True)
class Rossler(System):
    """ẋ = −y − z, ẏ = x + ay, ż = b + z(x − c) (Rössler 1976, Phys. Lett. A 57, 397)."""

    a: float
    b: float
    c: float

    title = "Rössler"
    variables = ("x", "y", "z")
    dimension = 3
    literature = (
        Literature(
            {"a": 0.2, "b": 0.2, "c": 5.7},
            0.0714,
            "Sprott 2003, Chaos and Time-Series Analysis, Oxford University Press",
        ),
        Literature(
            {"a": 0.15, "b": 0.2, "c": 10.0},
            0.090,
            "Rosenstein, Collins, De Luca 1993, Physica D 65, 117",
        ),
    )

    def derivative(self, time: Time, state: State) -> State:  # noqa: D102
        x, y, z = state.T
        return np.array([-y - z, x + self.a * y, self.b + z * (x - self.c)]).T

    def jacobian(self, time: Time, state: State) -> np.ndarray:  # noqa: D102
        x, _, z = state.T
        return _rows((0.0, -1.0, -1.0), (1.0, self.a, 0.0), (z, 0.0, x - self.c))

    def draw(self, rng: np.random.Generator) -> np.ndarray:  # noqa: D102
        return rng.uniform((-5.0, -5.0, 0.0), (5.0, 5.0, 1.0))


@dataclass(frozen=True)
class Duffing(System):
    """Duffing's oscillator ẍ = −δẋ − αx − βx³ + γ cos ωt, with the drive cos ωt as a variable.

    The state is (x, v = ẋ); time is the phase of the drive, so the drive is exact, and the
    exponents are those of the two coordinates (the phase itself would add a zero).
    """

    alpha: float
    beta: float
    gamma: float
    delta: float
    omega: float

    title = "forced Duffing oscillator"
    variables = ("x", "v", "drive")
    dimension = 2

    def derivative(self, time: Time, state: State) -> State:  # noqa: D102
        x, v = state.T
        force = self.gamma * np.cos(self.omega * time)
        return np.array([v, force - self.delta * v - self.alpha * x - self.beta * x**3]).T

    def jacobian(self, time: Time, state: State) -> np.ndarray:  # noqa: D102
        x, _ = state.T
        return _rows((0.0, 1.0), (-self.alpha - 3.0 * self.beta * x**2, -self.delta))

    def draw(self, rng: np.random.Generator) -> np.ndarray:  # noqa: D102
        return rng.uniform(-1.0, 1.0, size=2)

    def observe(self, time: Time, state: State) -> np.ndarray:  # noqa: D102
        drive = np.cos(self.omega * np.asarray(time))
        return np.concatenate([state, drive[..., None]], axis=-1)


SYSTEMS: dict[str, type[System]] = {"lorenz63": Lorenz63, "rossler": Rossler, "duffing": Duffing}
"""The systems by the name that configurations use."""
