"""What a simulated system is: a flow (ODE), a feedback with a delay (DDE), or a map.

One class says all about a system: the settings of a series of it, its equations with their
Jacobian, names, and exponents from the literature. A system is a file beside this one with such a
class, and its entry in `tausweep.systems.registry`. How an orbit is followed is in
`tausweep.systems.integrate`, how a small deviation from it is in `tausweep.systems.tangent`.

Equations take a state of shape (coordinate,) or, for an ensemble that is followed in one go,
(member, coordinate): ``x, y, z = state.T`` serves both.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, NamedTuple, Self, TypeAlias

import numpy as np
from jaxtyping import Float
from pydantic import Field, model_validator

from tausweep.settings import NaturalInt, NonNegativeFloat, PositiveInt, Seed, Settings

Time: TypeAlias = float | Float[np.ndarray, "*member"]
State: TypeAlias = Float[np.ndarray, "*member coordinate"]
Matrix: TypeAlias = Float[np.ndarray, "*member coordinate coordinate"]

MOST_DELAYS = 10_000_000
"""In a series: one after the other, more would take days."""
SPROTT = "Sprott 2003, Chaos and Time-Series Analysis, Oxford University Press"


class Literature(NamedTuple):
    """A published largest Lyapunov exponent, valid for exactly these parameters."""

    parameters: Settings
    lambda_max: float
    """In nats per unit of time."""
    source: str


class Simulated(Settings):
    """What all simulated systems share. A concrete one adds `system`, its name in configurations,
    its `parameters` and, for flows, `dt`.
    """

    steps: PositiveInt = 200_000
    """Length of the series in samples, the held-out part included."""
    transient: NonNegativeFloat = 100.0
    """Time discarded before the first sample, in units of the system's time."""
    seed: Seed = 0
    """Seed of the random initial state."""
    observe: Annotated[list[str], Field(min_length=1)] | None = None
    """Which variables are observed, in this order. Default: all."""
    noise: NonNegativeFloat = 0.0
    """Observational noise: the standard deviation of white Gaussian noise added to each observed
    variable, in units of that variable's own standard deviation."""
    dynamical_noise: NonNegativeFloat = 0.0
    """Noise that enters the equations, D in dx = f dt + D σ dW, for maps in x' = F(x) + D σ ξ; σ is
    each coordinate's standard deviation without it. So D is in units of 1/√time, for maps of 1."""
    noise_seed: Seed = 0
    """Seed of both kinds of noise."""

    time_unit: ClassVar[str] = "1"
    literature: ClassVar[tuple[Literature, ...]] = ()

    if TYPE_CHECKING:  # fields of every concrete system, whose place is after the ones above

        @property
        def system(self) -> str:
            """Its name in configurations."""

        @property
        def parameters(self) -> Settings:
            """The parameters of the equations."""

        @property
        def dt(self) -> float:
            """Sampling interval, in units of the system's time."""

    @property
    @abstractmethod
    def title(self) -> str:
        """Name of the system, as people write it."""

    @property
    @abstractmethod
    def coordinates(self) -> tuple[str, ...]:
        """Names of the coordinates of the state."""

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of what `view` shows; here, of the coordinates."""
        return self.coordinates

    @property
    def inputs(self) -> tuple[str, ...]:
        """Which of the observables are external inputs, given to models and not learned."""
        return ()

    @property
    def variables(self) -> tuple[str, ...] | None:
        """The other observables, which `observe` may name; None where only a job can know them."""
        return tuple(name for name in self.observables if name not in self.inputs)

    @property
    def timescale(self) -> float:
        """Time in which the state changes much, in units of time: a matter of order, by which
        the default lengths of tangent dynamics and the steps of noisy flows are set.
        """
        return 1.0

    @abstractmethod
    def draw(self, rng: np.random.Generator) -> Float[np.ndarray, "coordinate"]:
        """Random state in the basin of the attractor (for the usual parameters)."""

    def view(self, time: Time, state: State) -> Float[np.ndarray, "*member observable"]:
        """What can be observed of a state; here, the state itself."""
        return state

    @property
    def published(self) -> Literature | None:
        """Literature exponent for exactly these parameters, if there is one."""
        return next((e for e in self.literature if e.parameters == self.parameters), None)

    @property
    def values(self) -> str:
        """The parameters as people write them."""
        return ", ".join(f"{name} = {value:g}" for name, value in self.parameters)

    def __str__(self) -> str:
        return f"{self.title} with {self.values}"

    @model_validator(mode="after")
    def _observed_exist(self) -> Self:
        observe, variables = self.observe or [], self.variables
        for i, name in enumerate(observe):
            if variables is not None and name not in variables:
                allowed = ", ".join(variables) if len(variables) < 9 else f"x0 to {variables[-1]}"
                raise ValueError(f"observe names {name!r}; the variables are {allowed}")
            if name in observe[:i]:
                raise ValueError(f"observe names {name!r} twice: name every variable once")
        return self


class Flow(Simulated):
    """A set of ordinary differential equations, ẋ = f(t, x)."""

    @abstractmethod
    def derivative(self, time: Time, state: State) -> State:
        """Right-hand side of the equations."""

    @abstractmethod
    def jacobian(self, time: Time, state: State) -> Matrix:
        """Derivative of the right-hand side by the state; rows are equations."""


class Driven(Flow):
    """An oscillator ẍ = a(x, ẋ) + drive, observed together with the course of its drive.

    The state is (x, v = ẋ); time is the phase of the drive, so the drive is exact.
    """

    drive: Literal["variable", "input"] = "variable"
    """Whether the drive is a third variable, to be learned, or an external input, given to models
    in training and when they run freely. A variable cos ωt does not say which way its phase runs,
    so that windows forced onto it begin ambiguous; as an input it is learned better."""

    coordinates: ClassVar[tuple[str, ...]] = ("x", "v")
    observables: ClassVar[tuple[str, ...]] = ("x", "v", "drive")

    @abstractmethod
    def course(self, time: Time) -> Time:
        """Course of the drive, of amplitude one."""

    @property
    def inputs(self) -> tuple[str, ...]:  # noqa: D102
        return ("drive",) if self.drive == "input" else ()

    def view(self, time: Time, state: State) -> Float[np.ndarray, "*member observable"]:  # noqa: D102
        return np.concatenate([state, np.asarray(self.course(time))[..., None]], axis=-1)

    @model_validator(mode="after")
    def _not_the_drive_alone(self) -> Self:
        if self.observe == ["drive"]:
            raise ValueError("observe names the drive alone: name x or v, which it drives")
        return self


class Map(Simulated):
    """An iterated map, x' = F(x): time counts steps."""

    transient: NaturalInt = 1_000
    """Steps discarded before the first sample."""

    dt: ClassVar[float] = 1.0
    time_unit: ClassVar[str] = "step"

    @property
    def timescale(self) -> float:  # noqa: D102
        return 10.0

    @abstractmethod
    def step(self, state: State) -> State:
        """The next state."""

    @abstractmethod
    def jacobian(self, state: State) -> Matrix:
        """Derivative of the next state by the state; rows are equations."""


class DelayedFeedback(Simulated):
    """A scalar equation that relaxes, and is driven by its own past: ẋ(t) = f(x(t − T)) − γ x(t).

    The state is the whole piece x(t − T…t); a state of one coordinate stands for a past that was
    constant.
    """

    coordinates: ClassVar[tuple[str, ...]] = ("x",)

    @property
    @abstractmethod
    def delay(self) -> float:
        """T, in units of time."""

    @property
    @abstractmethod
    def gamma(self) -> float:
        """Rate γ of relaxation."""

    @abstractmethod
    def feedback(self, x: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        """What the past does, f(x)."""

    @abstractmethod
    def slope(self, x: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        """Derivative f'(x)."""

    @model_validator(mode="after")
    def _number_of_delays(self) -> Self:
        delays = (self.transient + self.steps * self.dt) / self.delay
        if delays > MOST_DELAYS:
            raise ValueError(
                f"the series spans {delays:.3g} delays, and can at most {MOST_DELAYS:.3g}: give "
                "fewer steps or a longer delay"
            )
        return self

    @property
    def timescale(self) -> float:
        """Some delays: exponents of such systems are small and settle slowly."""
        return 4.0 * self.delay


def rows(*rows: tuple[float | np.ndarray, ...]) -> np.ndarray:
    """Matrices (*member, row, column) from entries that are numbers or arrays over members."""
    entries = np.stack(np.broadcast_arrays(*(entry for row in rows for entry in row)), axis=-1)
    return entries.reshape(*entries.shape[:-1], len(rows), -1)
