"""Equations of the simulated systems, with their Jacobians and literature exponents.

A new system is one class here, its entry in `SYSTEMS` and one settings class in
`tausweep.config`.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from tausweep.series.dysts import Dysts
from tausweep.series.system import DelayedFeedback, Flow, Literature, Map, State, System, Time

SPROTT = "Sprott 2003, Chaos and Time-Series Analysis, Oxford University Press"


def _rows(*rows: tuple[float | np.ndarray, ...]) -> np.ndarray:
    """Matrices (*member, row, column) from entries that are numbers or arrays over members."""
    entries = np.stack(np.broadcast_arrays(*(entry for row in rows for entry in row)), axis=-1)
    return entries.reshape(*entries.shape[:-1], len(rows), -1)


@dataclass(frozen=True)
class Lorenz63(Flow):
    """ẋ = σ(y − x), ẏ = x(ρ − z) − y, ż = xy − βz (Lorenz 1963, J. Atmos. Sci. 20, 130)."""

    sigma: float
    rho: float
    beta: float

    title = "Lorenz-63"
    coordinates = ("x", "y", "z")
    literature = (
        Literature(
            {"sigma": 10.0, "rho": 28.0, "beta": 8.0 / 3.0},
            0.9056,
            SPROTT,
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
class Rossler(Flow):
    """ẋ = −y − z, ẏ = x + ay, ż = b + z(x − c) (Rössler 1976, Phys. Lett. A 57, 397)."""

    a: float
    b: float
    c: float

    title = "Rössler"
    coordinates = ("x", "y", "z")
    literature = (
        Literature(
            {"a": 0.2, "b": 0.2, "c": 5.7},
            0.0714,
            SPROTT,
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


class Driven(Flow):
    """An oscillator ẍ = a(x, ẋ) + drive, observed together with the course of its drive.

    The state is (x, v = ẋ); time is the phase of the drive, so the drive is exact, and the
    exponents are those of the two coordinates (the phase itself would add a zero).
    """

    coordinates = ("x", "v")
    variables = ("x", "v", "drive")

    @abstractmethod
    def drive(self, time: Time) -> Time:
        """Course of the drive, of amplitude one."""

    def observe(self, time: Time, state: State) -> np.ndarray:  # noqa: D102
        drive = np.asarray(self.drive(time))
        return np.concatenate([state, drive[..., None]], axis=-1)


@dataclass(frozen=True)
class Duffing(Driven):
    """Duffing's oscillator ẍ = −δẋ − αx − βx³ + γ cos ωt."""

    alpha: float
    beta: float
    gamma: float
    delta: float
    omega: float

    title = "forced Duffing oscillator"

    def drive(self, time: Time) -> Time:  # noqa: D102
        return np.cos(self.omega * np.asarray(time))

    def derivative(self, time: Time, state: State) -> State:  # noqa: D102
        x, v = state.T
        force = self.gamma * self.drive(time)
        return np.array([v, force - self.delta * v - self.alpha * x - self.beta * x**3]).T

    def jacobian(self, time: Time, state: State) -> np.ndarray:  # noqa: D102
        x, _ = state.T
        return _rows((0.0, 1.0), (-self.alpha - 3.0 * self.beta * x**2, -self.delta))

    def draw(self, rng: np.random.Generator) -> np.ndarray:  # noqa: D102
        return rng.uniform(-1.0, 1.0, size=2)


@dataclass(frozen=True)
class Ueda(Driven):
    """Ueda's oscillator ẍ = −kẋ − x³ + B cos t (Ueda 1979, J. Stat. Phys. 20, 181)."""

    k: float
    B: float

    title = "Ueda oscillator"
    literature = (Literature({"k": 0.05, "B": 7.5}, 0.103, SPROTT),)

    def drive(self, time: Time) -> Time:  # noqa: D102
        return np.cos(time)

    def derivative(self, time: Time, state: State) -> State:  # noqa: D102
        x, v = state.T
        return np.array([v, self.B * self.drive(time) - self.k * v - x**3]).T

    def jacobian(self, time: Time, state: State) -> np.ndarray:  # noqa: D102
        x, _ = state.T
        return _rows((0.0, 1.0), (-3.0 * x**2, -self.k))

    def draw(self, rng: np.random.Generator) -> np.ndarray:  # noqa: D102
        return rng.uniform(-2.0, 2.0, size=2)


@dataclass(frozen=True)
class Lorenz96(Flow):
    """ẋ_i = (x_{i+1} − x_{i−2}) x_{i−1} − x_i + F on a ring of N sites (Lorenz 1996, in: Seminar on
    Predictability 1, ECMWF).
    """

    N: int
    F: float

    title = "Lorenz-96"
    literature = (
        Literature(
            {"N": 40, "F": 8.0},
            5 * float(np.log(2.0)) / 2,
            "Lorenz & Emanuel 1998, J. Atmos. Sci. 55, 399: errors double in about 2 days, and a "
            "unit of time is 5 days",
        ),
    )

    @property
    def coordinates(self) -> tuple[str, ...]:  # noqa: D102
        return tuple(f"x{i}" for i in range(self.N))

    @staticmethod
    def _neighbours(state: State) -> tuple[State, State, State]:
        """x_{i+1}, x_{i−1} and x_{i−2}; three times np.roll would take most of the time."""
        ring = np.concatenate([state[..., -2:], state, state[..., :1]], axis=-1)
        return ring[..., 3:], ring[..., 1:-2], ring[..., :-3]

    def derivative(self, time: Time, state: State) -> State:  # noqa: D102
        ahead, behind, second = self._neighbours(state)
        return np.asarray((ahead - second) * behind - state + self.F)

    def jacobian(self, time: Time, state: State) -> np.ndarray:  # noqa: D102
        i = np.arange(self.N)
        ahead, behind, second = self._neighbours(state)
        out = np.zeros((*state.shape, self.N))
        out[..., i, i] = -1.0
        out[..., i, (i + 1) % self.N] = behind
        out[..., i, i - 2] = -behind
        out[..., i, i - 1] = ahead - second
        return out

    def draw(self, rng: np.random.Generator) -> np.ndarray:  # noqa: D102
        return self.F + rng.uniform(-1.0, 1.0, size=self.N)


@dataclass(frozen=True)
class MackeyGlass(DelayedFeedback):
    """ẋ(t) = β x(t − T) / (1 + x(t − T)ⁿ) − γ x(t) (Mackey & Glass 1977, Science 197, 287)."""

    beta: float
    n: float

    title = "Mackey-Glass"
    literature = (
        Literature({"beta": 0.2, "gamma": 0.1, "n": 10.0, "delay": 23.0}, 0.0096, SPROTT),
        Literature(
            {"beta": 0.2, "gamma": 0.1, "n": 10.0, "delay": 30.0},
            0.0071,
            "Farmer 1982, Physica D 4, 366",
        ),
    )

    def feedback(self, x: np.ndarray) -> np.ndarray:  # noqa: D102
        return self.beta * x / (1.0 + x**self.n)

    def slope(self, x: np.ndarray) -> np.ndarray:  # noqa: D102
        power = x**self.n
        return self.beta * (1.0 + (1.0 - self.n) * power) / (1.0 + power) ** 2

    def draw(self, rng: np.random.Generator) -> np.ndarray:  # noqa: D102
        return rng.uniform(0.5, 1.3, size=1)


@dataclass(frozen=True)
class Henon(Map):
    """x' = 1 − a x² + y, y' = b x (Hénon 1976, Commun. Math. Phys. 50, 69)."""

    a: float
    b: float

    title = "Hénon map"
    coordinates = ("x", "y")
    timescale = 10.0
    literature = (
        Literature(
            {"a": 1.4, "b": 0.3}, 0.418, "Rosenstein, Collins, De Luca 1993, Physica D 65, 117"
        ),
    )

    def step(self, state: State) -> State:  # noqa: D102
        x, y = state.T
        return np.array([1.0 - self.a * x**2 + y, self.b * x]).T

    def jacobian(self, state: State) -> np.ndarray:  # noqa: D102
        x, _ = state.T
        return _rows((-2.0 * self.a * x, 1.0), (self.b, 0.0))

    def draw(self, rng: np.random.Generator) -> np.ndarray:  # noqa: D102
        return rng.uniform(-0.1, 0.1, size=2)


@dataclass(frozen=True)
class Logistic(Map):
    """x' = r x (1 − x) (May 1976, Nature 261, 459)."""

    r: float

    title = "logistic map"
    coordinates = ("x",)
    timescale = 10.0
    literature = (
        Literature(
            {"r": 4.0},
            float(np.log(2.0)),
            "exact: conjugate to the tent map (Ulam & von Neumann 1947, Bull. AMS 53, 1120)",
        ),
    )

    def step(self, state: State) -> State:  # noqa: D102
        return self.r * state * (1.0 - state)

    def jacobian(self, state: State) -> np.ndarray:  # noqa: D102
        return self.r * (1.0 - 2.0 * state[..., None])

    def draw(self, rng: np.random.Generator) -> np.ndarray:  # noqa: D102
        return rng.uniform(0.1, 0.9, size=1)


SYSTEMS: dict[str, type[System]] = {
    "lorenz63": Lorenz63,
    "rossler": Rossler,
    "duffing": Duffing,
    "ueda": Ueda,
    "lorenz96": Lorenz96,
    "mackey_glass": MackeyGlass,
    "henon": Henon,
    "logistic": Logistic,
    "dysts": Dysts,
}
"""The systems by the name that configurations use."""
