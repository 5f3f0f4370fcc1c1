"""What a simulated system is: a flow (ODE), a feedback with a delay (DDE), or a map.

All three have names, parameters, an exponent from the literature and random initial states; they
differ in the equations, and so in how an orbit is followed (`tausweep.series.simulate`) and how a
small deviation from it is (`tausweep.lyapunov.tangent`). A concrete system is a frozen dataclass
whose fields are its parameters; they are in `tausweep.series.systems`.

Everything takes a state of shape (coordinate,) or, for an ensemble that is followed in one go,
(member, coordinate): ``x, y, z = state.T`` serves both.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Float

Time: TypeAlias = float | Float[np.ndarray, "*member"]
State: TypeAlias = Float[np.ndarray, "*member coordinate"]
Matrix: TypeAlias = Float[np.ndarray, "*member coordinate coordinate"]


class Literature(NamedTuple):
    """A published largest Lyapunov exponent, valid for exactly these parameters."""

    parameters: Mapping[str, float]
    lambda_max: float
    """In nats per unit of time."""
    source: str


@dataclass(frozen=True)
class System(ABC):
    """What flows, delayed feedbacks and maps share."""

    time_unit = "1"
    literature: ClassVar[tuple[Literature, ...]] = ()

    @property
    @abstractmethod
    def title(self) -> str:
        """Name of the system, as people write it."""

    @property
    @abstractmethod
    def coordinates(self) -> tuple[str, ...]:
        """Names of the coordinates of the state."""

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the observed variables; here, of the coordinates."""
        return self.coordinates

    @property
    def timescale(self) -> float:
        """Time in which the state changes much, in units of time: a matter of order, by which
        the default lengths of tangent dynamics and the steps of noisy flows are set.
        """
        return 1.0

    @abstractmethod
    def draw(self, rng: np.random.Generator) -> Float[np.ndarray, "coordinate"]:
        """Random state in the basin of the attractor (for the usual parameters)."""

    def observe(self, time: Time, state: State) -> Float[np.ndarray, "*member variable"]:
        """Observed variables; here, the state itself."""
        return state

    @property
    def dimension(self) -> int:
        """Number of coordinates."""
        return len(self.coordinates)

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters by their names."""
        return asdict(self)

    def published(self) -> Literature | None:
        """Literature exponent for exactly these parameters, if there is one."""
        return next(
            (entry for entry in self.literature if entry.parameters == self.parameters), None
        )

    @property
    def values(self) -> str:
        """The parameters as people write them."""
        return ", ".join(f"{name} = {value:g}" for name, value in self.parameters.items())

    def __str__(self) -> str:
        return f"{self.title} with {self.values}"


class Flow(System):
    """A set of ordinary differential equations, ẋ = f(t, x)."""

    @abstractmethod
    def derivative(self, time: Time, state: State) -> State:
        """Right-hand side of the equations."""

    @abstractmethod
    def jacobian(self, time: Time, state: State) -> Matrix:
        """Derivative of the right-hand side by the state; rows are equations."""


class Map(System):
    """An iterated map, x' = F(x): time counts steps."""

    time_unit = "step"

    @abstractmethod
    def step(self, state: State) -> State:
        """The next state."""

    @abstractmethod
    def jacobian(self, state: State) -> Matrix:
        """Derivative of the next state by the state; rows are equations."""


@dataclass(frozen=True)
class DelayedFeedback(System):
    """A scalar equation that relaxes, and is driven by its own past: ẋ(t) = f(x(t − T)) − γ x(t).

    The state is the whole piece x(t − T…t); a state of one coordinate stands for a past that was
    constant.
    """

    delay: float
    gamma: float

    coordinates = ("x",)

    @abstractmethod
    def feedback(self, x: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        """What the past does, f(x)."""

    @abstractmethod
    def slope(self, x: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        """Derivative f'(x)."""

    @property
    def timescale(self) -> float:
        """Some delays: exponents of such systems are small and settle slowly."""
        return 4.0 * self.delay
