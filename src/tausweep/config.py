"""Settings of simulated series."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, model_validator

from tausweep.settings import (
    Float,
    NaturalInt,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    Seed,
    Settings,
)


class Lorenz63Parameters(Settings):
    """Parameters of the Lorenz equations (Lorenz 1963)."""

    sigma: Float = 10.0
    rho: Float = 28.0
    beta: Float = 8.0 / 3.0


class RosslerParameters(Settings):
    """Parameters of the Rössler equations (Rössler 1976)."""

    a: Float = 0.2
    b: Float = 0.2
    c: Float = 5.7


class DuffingParameters(Settings):
    """Parameters of ẍ = −δ ẋ − α x − β x³ + γ cos ωt."""

    alpha: Float = -1.0
    beta: Float = 1.0
    gamma: Float = 0.35
    delta: Float = 0.1
    omega: Float = 1.4


class UedaParameters(Settings):
    """Parameters of ẍ = −k ẋ − x³ + B cos t."""

    k: Float = 0.05
    B: Float = 7.5


class Lorenz96Parameters(Settings):
    """Parameters of the Lorenz-96 equations (Lorenz 1996)."""

    N: Annotated[int, Strict(), Field(ge=4)] = 40
    """Number of sites on the ring."""
    F: Float = 8.0
    """Forcing."""


class MackeyGlassParameters(Settings):
    """Parameters of ẋ(t) = β x(t − T) / (1 + x(t − T)ⁿ) − γ x(t)."""

    beta: Float = 0.2
    gamma: NonNegativeFloat = 0.1
    n: Float = 10.0
    delay: PositiveFloat = 17.0
    """T, in units of the system's time."""


class HenonParameters(Settings):
    """Parameters of x' = 1 − a x² + y, y' = b x."""

    a: Float = 1.4
    b: Float = 0.3


class LogisticParameters(Settings):
    """Parameters of x' = r x (1 − x)."""

    r: Float = 4.0


class DystsParameters(Settings):
    """What a flow of dysts is identified by."""

    name: str


class Simulated(Settings):
    """What all simulated series share."""

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

    @property
    def variables(self) -> tuple[str, ...] | None:
        """Names of what can be observed; None where only the job can know them."""
        return None

    @property
    def inputs(self) -> list[str]:
        """Names of the external inputs."""
        return []

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


class Lorenz63(Simulated):
    """Lorenz-63, variables x, y, z."""

    system: Literal["lorenz63"]
    parameters: Lorenz63Parameters = Lorenz63Parameters()
    dt: PositiveFloat = 0.01
    """Sampling interval, in units of the system's time."""

    @property
    def variables(self) -> tuple[str, ...]:  # noqa: D102
        return ("x", "y", "z")


class Rossler(Simulated):
    """Rössler, variables x, y, z."""

    system: Literal["rossler"]
    parameters: RosslerParameters = RosslerParameters()
    dt: PositiveFloat = 0.1
    """Sampling interval, in units of the system's time."""

    @property
    def variables(self) -> tuple[str, ...]:  # noqa: D102
        return ("x", "y", "z")


class Driven(Simulated):
    """What oscillators with a drive share: variables x, v = ẋ and the course of the drive."""

    drive: Literal["variable", "input"] = "variable"
    """Whether the drive is a third variable, to be learned, or an external input, given to models
    in training and when they run freely. A variable cos ωt does not say which way its phase runs,
    so that windows forced onto it begin ambiguous; as an input it is learned better."""

    @model_validator(mode="after")
    def _not_the_drive_alone(self) -> Self:
        if self.observe == ["drive"]:
            raise ValueError("observe names the drive alone: name x or v, which it drives")
        return self

    @property
    def variables(self) -> tuple[str, ...]:  # noqa: D102
        return ("x", "v", "drive") if self.drive == "variable" else ("x", "v")

    @property
    def inputs(self) -> list[str]:  # noqa: D102
        return ["drive"] if self.drive == "input" else []


class Duffing(Driven):
    """Forced Duffing oscillator, variables x, v = ẋ, driven by cos ωt."""

    system: Literal["duffing"]
    parameters: DuffingParameters = DuffingParameters()
    dt: PositiveFloat = 0.1773
    """Sampling interval, in units of the system's time."""


class Ueda(Driven):
    """Ueda's oscillator, variables x, v = ẋ, driven by cos t."""

    system: Literal["ueda"]
    parameters: UedaParameters = UedaParameters()
    dt: PositiveFloat = 0.05
    """Sampling interval, in units of the system's time."""


class Lorenz96(Simulated):
    """Lorenz-96, variables x0, x1, …."""

    system: Literal["lorenz96"]
    parameters: Lorenz96Parameters = Lorenz96Parameters()
    dt: PositiveFloat = 0.05
    """Sampling interval, in units of the system's time."""

    @property
    def variables(self) -> tuple[str, ...]:  # noqa: D102
        return tuple(f"x{i}" for i in range(self.parameters.N))


class MackeyGlass(Simulated):
    """Mackey-Glass equation, a feedback with a delay; variable x."""

    system: Literal["mackey_glass"]
    parameters: MackeyGlassParameters = MackeyGlassParameters()
    dt: PositiveFloat = 1.0
    """Sampling interval, in units of the system's time."""
    transient: NonNegativeFloat = 1_000.0
    """Time discarded before the first sample, in units of the system's time."""

    @property
    def variables(self) -> tuple[str, ...]:  # noqa: D102
        return ("x",)


class Iterated(Simulated):
    """What maps share: their time counts steps."""

    dt: ClassVar[float] = 1.0
    transient: NaturalInt = 1_000
    """Steps discarded before the first sample."""


class Henon(Iterated):
    """Hénon map, variables x, y."""

    system: Literal["henon"]
    parameters: HenonParameters = HenonParameters()

    @property
    def variables(self) -> tuple[str, ...]:  # noqa: D102
        return ("x", "y")


class Logistic(Iterated):
    """Logistic map, variable x."""

    system: Literal["logistic"]
    parameters: LogisticParameters = LogisticParameters()

    @property
    def variables(self) -> tuple[str, ...]:  # noqa: D102
        return ("x",)


class Dysts(Simulated):
    """A flow of the package dysts (Gilpin 2021); needs pip install 'tausweep[dysts]'. Only its
    equations are used. Its λ_max is measured with a numerical Jacobian, which can take minutes.
    """

    system: Literal["dysts"]
    name: str
    """Its name in dysts, for instance Thomas."""
    dt: PositiveFloat
    """Sampling interval, in units of the system's time. It must be given: the flows differ much."""

    @property
    def parameters(self) -> DystsParameters:
        """What identifies the system, in the place of other systems' parameters."""
        return DystsParameters(name=self.name)


SimulatedSeries = (
    Lorenz63 | Rossler | Duffing | Ueda | Lorenz96 | MackeyGlass | Henon | Logistic | Dysts
)
