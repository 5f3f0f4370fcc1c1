"""The configuration of an experiment: types, defaults, units, bounds, and errors of one line.

This module is the one source of truth. The JSON schema in `workflow/schemas/` is written from
it (`tausweep schema`), the keys of all results are hashed from it (`tausweep.plan`), and every
stage receives its own part of it as a typed object. It imports neither numpy nor torch, because
Snakemake imports it each time it parses the workflow.

Numbers are strict: YAML reads ``1e-3`` as a string, and a string is refused rather than guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    Discriminator,
    Field,
    Strict,
    StringConstraints,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)

from tausweep.errors import ConfigError
from tausweep.settings import (
    Colour,
    Float,
    Fraction,
    Name,
    NaturalInt,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    Settings,
)

# ---------------------------------------------------------------------------------------- series


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
    seed: NaturalInt = 0
    """Seed of the random initial state."""
    observe: Annotated[list[str], Field(min_length=1)] | None = None
    """Which variables are observed, in this order. Default: all."""
    noise: NonNegativeFloat = 0.0
    """Observational noise: the standard deviation of white Gaussian noise added to each observed
    variable, in units of that variable's own standard deviation."""
    dynamical_noise: NonNegativeFloat = 0.0
    """Noise that enters the equations, D in dx = f dt + D σ dW, for maps in x' = F(x) + D σ ξ; σ is
    each coordinate's standard deviation without it. So D is in units of 1/√time, for maps of 1."""
    noise_seed: NaturalInt = 0
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


class Table(Settings):
    """What series of measured columns share."""

    columns: list[str] = []
    """Columns to keep, by their names. Default: all."""
    inputs: list[str] = []
    """Those of them that are external inputs: given to models, not learned."""
    fill: Literal["interpolate", "longest"] | None = None
    """What to do where samples are missing. Default: the series is refused. `interpolate`: gaps of
    at most `max_gap` samples are filled linearly, and a longer one is refused. `longest`: such gaps
    are filled as well, and of the pieces between longer ones the longest is kept."""
    max_gap: NaturalInt = 0
    """Longest gap that is interpolated over, in samples."""

    @model_validator(mode="after")
    def _table(self) -> Self:
        if self.fill == "interpolate" and not self.max_gap:
            raise ValueError("fill: interpolate needs max_gap, the longest gap to fill, in samples")
        for name in self.inputs:
            if self.columns and name not in self.columns:
                raise ValueError(f"inputs names {name!r}, which columns leaves out: add it there")
        return self


class File(Table):
    """A series read from a file of one's own: .npy, .csv or .nc, one row per sample.

    Columns are named as in the file's header, or x0, x1, …. A CSV may be separated by commas,
    semicolons or tabs, the last two with decimal commas if need be.
    """

    place: ClassVar[frozenset[str]] = frozenset({"path"})

    system: Literal["file"]
    path: str
    """Where the file is, relative to the directory Snakemake runs in. The key of the series is
    made from the file's content, not from this path."""
    dt: PositiveFloat | None = None
    """Sampling interval, in units of time. Default: found from the column `time`, or else 1."""
    time_unit: str = "1"
    """Unit of time, as the figures and files name it. Where `time` holds dates: us, ms, s, min, h,
    day or year, in which dt is then given."""
    time: str | None = None
    """Name of a column or coordinate of time stamps: numbers in the unit of time, or dates (ISO
    8601, or in `time_format`). Stamps must be regular, gaps are told, and both can be mended."""
    time_format: str | None = None
    """How dates are written in a CSV, in the letters of strptime, as %d.%m.%Y %H:%M."""
    variable: str | None = None
    """Name of the variable to take from a .nc file that holds several tables."""
    missing: list[Float] = []
    """Numbers that stand for missing values, as -9999. Empty cells, NaN and NA always do."""
    resample: PositiveFloat | None = None
    """Sampling interval to interpolate onto, linearly, in units of time: for irregular stamps.
    Never over more than `max_gap` samples missing at the file's own (median) interval."""

    @model_validator(mode="after")
    def _clock(self) -> Self:
        if self.time is None:
            for name in ("resample", "time_format"):
                if getattr(self, name) is not None:
                    raise ValueError(f"{name} needs time, the name of the column of time stamps")
        elif self.dt is not None:
            raise ValueError("give either dt or time, which it would be found from")
        elif self.time in self.inputs + self.columns:
            raise ValueError(f"time and another setting both name column {self.time!r}")
        if self.resample is not None and not self.max_gap:
            raise ValueError("resample needs max_gap, the longest gap to interpolate, in samples")
        if self.resample is not None and self.fill == "interpolate":
            raise ValueError("resample interpolates already: fill may only be longest beside it")
        if self.variable is not None and not self.path.lower().endswith(".nc"):
            raise ValueError("variable is for .nc files: name columns of others by columns")
        return self


class Published(Settings):
    """Series of data that others publish, downloaded once, unchanged ever after.

    Each file's SHA-256 is kept in checksums.txt beside it when it is first used, and checked at
    every use. The key of the series is made from the files' published names, not from where they
    come from or lie.
    """

    place: ClassVar[frozenset[str]] = frozenset({"url", "directory"})

    url: Annotated[str, StringConstraints(pattern=r"^https?://")]
    """Where the files are published; a mirror's address, if need be."""
    directory: str
    """Where the files are kept, relative to the directory Snakemake runs in. Those that are there,
    put by hand if need be, are not downloaded."""

    def files(self) -> list[str]:
        """Names of the files, relative to `url`."""
        raise NotImplementedError


class Weather(Published, Table):
    """Weather at Jena every ten minutes, from the Max Planck Institute for Biogeochemistry."""

    system: Literal["weather"]
    site: Name = "mpi_roof"
    """The station, as the archives' names begin: mpi_roof or mpi_saale."""
    first: str = "2009a"
    """First archive: a year, or its first (a) or second half (b)."""
    last: str = "2016b"
    """Last archive, likewise. From 2024 on, archives are of whole years."""
    columns: list[str] = ["T (degC)"]
    """Columns to keep, by their names, units included: p (mbar), rh (%), …. Empty: all
    of the first archive."""
    fill: Literal["interpolate", "longest"] | None = "longest"
    max_gap: NaturalInt = 6
    """Longest gap that is interpolated over, in samples of ten minutes."""
    url: Annotated[str, StringConstraints(pattern=r"^https?://")] = (
        "https://www.bgc-jena.mpg.de/wetter"
    )
    directory: str = "data/weather"

    @field_validator("first", "last")
    @classmethod
    def _period(cls, period: str) -> str:
        if not re.fullmatch(r"(19|20)\d\d[ab]?", period):
            raise ValueError(f'must be a year or half of it, as "2009a", found {period!r}')
        return period

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.files():
            raise ValueError(
                f"no archive lies between first {self.first!r} and last {self.last!r}: halves are "
                "named a and b, and from 2024 on archives are of whole years"
            )
        return self

    def files(self) -> list[str]:
        """Names of the archives, relative to `url`."""
        halves = [
            f"{year}{half}"
            for year in range(int(self.first[:4]), int(self.last[:4]) + 1)
            for half in (("a", "b") if year < 2024 else ("",))
        ]
        last = self.last if self.last[4:] else f"{self.last}b"
        return [f"{self.site}_{half}.zip" for half in halves if self.first <= half <= last]


class Eeg(Published):
    """EEG of volunteers who move or imagine it: BCI2000 (Schalk et al. 2004), from PhysioNet."""

    system: Literal["eeg"]
    subject: Annotated[int, Strict(), Field(ge=1, le=109)] = 1
    run: Annotated[int, Strict(), Field(ge=1, le=14)] = 1
    """1 and 2: at rest, eyes open and closed, one minute each; 3 to 14: tasks, two minutes."""
    channels: list[str] = []
    """Electrodes to keep, as Cz or Fp1. Default: all 64."""
    url: Annotated[str, StringConstraints(pattern=r"^https?://")] = (
        "https://physionet.org/files/eegmmidb/1.0.0"
    )
    directory: str = "data/eeg"

    def files(self) -> list[str]:
        """Name of the recording, relative to `url`."""
        subject = f"S{self.subject:03d}"
        return [f"{subject}/{subject}R{self.run:02d}.edf"]


SimulatedSeries = (
    Lorenz63 | Rossler | Duffing | Ueda | Lorenz96 | MackeyGlass | Henon | Logistic | Dysts
)
OutsideSeries = File | Weather | Eeg
Series = Annotated[SimulatedSeries | OutsideSeries, Field(discriminator="system")]


# ------------------------------------------------------------------------------ signal, lyapunov


class Detrend(Settings):
    """Remove a polynomial of time, fitted to the training part and extrapolated."""

    step: Literal["detrend"]
    order: Annotated[int, Strict(), Field(ge=0, le=3)] = 1
    """Of the polynomial; 0 removes the mean."""


class Cycle(Settings):
    """Remove a seasonal or daily cycle, fitted to the training part."""

    step: Literal["cycle"]
    period: PositiveFloat
    """Of the cycle, in units of the series' time."""


class HarmonicCycle(Cycle):
    """A cycle as a Fourier series."""

    by: Literal["harmonics"]
    order: PositiveInt = 2
    """How many harmonics: periods of `period`, `period` / 2, …."""


class Climatology(Cycle):
    """A cycle as the mean at every phase."""

    by: Literal["climatology"]
    bins: PositiveInt | None = None
    """Bins of phase whose means are taken. Default: one per sample of a period."""
    smoothing: Annotated[float, Strict(), Field(ge=0, lt=0.5)] = 0.02
    """Standard deviation of the circular Gaussian that smooths the means, in periods."""


class GaussianSmooth(Settings):
    """Average over neighbours in time with Gaussian weights."""

    step: Literal["smooth"]
    by: Literal["gaussian"]
    width: PositiveFloat
    """Standard deviation of the Gaussian, in steps."""


class SavitzkyGolay(Settings):
    """Fit a polynomial around every sample (Savitzky & Golay 1964): peaks keep their height."""

    step: Literal["smooth"]
    by: Literal["savitzky_golay"]
    window: PositiveInt
    """Samples that a polynomial is fitted to; odd."""
    order: NaturalInt = 3
    """Of the polynomials."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.window % 2 == 0 or self.window <= self.order:
            raise ValueError(
                f"window must be odd and greater than order ({self.order}), found {self.window}"
            )
        return self


class Decimate(Settings):
    """Keep one sample of several; the sampling interval becomes so much longer."""

    step: Literal["decimate"]
    factor: Annotated[int, Strict(), Field(gt=1)]
    antialias: bool = True
    """Filter first what is too fast for the new sampling, which would look slow after it."""


class Denoise(Settings):
    """Nonlinear noise reduction; what is null is chosen from the data (docs/noise-reduction.md)."""

    step: Literal["denoise"]
    method: Literal["ghkss", "simple"] = "ghkss"
    """Local projections (Grassberger et al. 1993), or means over neighbours (Schreiber 1993)."""
    iterations: PositiveInt = 3
    """At most so many."""
    dimension: PositiveInt | None = None
    """Samples of each variable in a delay vector; odd for simple."""
    delay: PositiveInt = 1
    """Between those samples, in steps."""
    projected: PositiveInt | None = None
    """Dimensions projected onto, for ghkss only; fewer than dimension times variables."""
    radius: PositiveFloat = 3.0
    """Of neighbourhoods, in units of the noise that is left."""
    minimum_neighbours: PositiveInt | None = None
    """ghkss: smaller neighbourhoods grow to so many. simple: those with fewer change nothing."""
    noise: PositiveFloat | None = None
    """Relative to each variable's standard deviation. Default: estimated."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.method == "ghkss":
            return self
        if self.projected is not None:
            raise ValueError("projected is for method ghkss, and method is simple: leave it out")
        if self.dimension is not None and self.dimension % 2 == 0:
            raise ValueError(f"dimension must be odd for method simple, found {self.dimension}")
        return self


def _given_or_auto(value: Any) -> str:
    return "auto" if isinstance(value, str) else "given"


PositiveIntOrAuto = Annotated[
    Annotated[PositiveInt, Tag("given")] | Annotated[Literal["auto"], Tag("auto")],
    Discriminator(_given_or_auto),
]


class Embed(Settings):
    """Delay vectors (x(t), x(t − delay), …) in the place of the variables; only as last step."""

    step: Literal["embed"]
    dimension: PositiveIntOrAuto = "auto"
    """Delayed copies of every variable, the present one included. Auto: the least at which no more
    than 1 % of neighbours are false in the training part (Kennel)."""
    delay: PositiveIntOrAuto = "auto"
    """Between copies, in steps (of the decimated series, where it is). Auto: first minimum of the
    training part's mutual information, or where its autocorrelation falls below 1/e if earlier."""


Step = Annotated[
    Detrend
    | Annotated[HarmonicCycle | Climatology, Field(discriminator="by")]
    | Annotated[GaussianSmooth | SavitzkyGolay, Field(discriminator="by")]
    | Denoise
    | Decimate
    | Embed,
    Field(discriminator="step"),
]


class Signal(Settings):
    """How a series is made into a signal: steps in their order, then a scaling.

    All that is fitted is fitted to the training part.
    """

    held_out: Annotated[float, Strict(), Field(ge=0, lt=1)] = 0.5
    """Last fraction of the series, never trained on: the truth that metrics compare with. 0, only
    without models: λ_max is measured from all samples."""
    steps: list[Step] = []
    """What is done to the series, in this order. Default: nothing."""
    scaling: Literal["standardise", "whiten", "none"] = "standardise"
    """Standardise: mean 0 and standard deviation 1 of every variable. Whiten: uncorrelated as
    well, each still as near to its own variable as can be (ZCA). None: units of the series."""

    @model_validator(mode="after")
    def _embedded_last(self) -> Self:
        for i, step in enumerate(self.steps[:-1]):
            if isinstance(step, Embed):
                raise ValueError(f"steps[{i}] is embed, which must be the last step: move it there")
        return self

    def without(self, kind: str) -> Self:
        """The same settings without the steps of a kind."""
        return self.model_copy(update={"steps": [s for s in self.steps if s.step != kind]})

    def train_steps(self, samples: int) -> int:
        """Length of the training part of a signal from a series of so many samples.

        An embedding that is chosen when the job runs will take away some more.
        """
        length = int(samples * (1 - self.held_out))
        for step in self.steps:
            match step:
                case Decimate():
                    length = -(-length // step.factor)
                case Embed(dimension=int(dimension), delay=int(delay)):
                    length -= (dimension - 1) * delay
        return length


class Embedding(Settings):
    """Delay embedding of the signal for the estimate of λ_max."""

    dimension: PositiveInt | None = None
    """Delayed copies of every variable, the present one included. Default: the least at which
    neighbours are not false (Kennel), and more where maps then predict better."""
    delay: PositiveInt | None = None
    """Delay between coordinates, in steps. Default: first minimum of the mutual information, or
    where the autocorrelation falls below 1/e if that is earlier."""


class Tangent(Settings):
    """λ_max from the equations of a simulated system, by tangent dynamics with QR."""

    members: Annotated[int, Strict(), Field(gt=1)] = 256
    """Independent trajectories; their spread gives the standard error."""
    time: PositiveFloat | None = None
    """Length of each trajectory, in units of the system's time. Default: 200 timescales; one is
    1 for most flows, 4 delays for Mackey-Glass, 10 steps for maps, and for a flow of dysts the time
    in which its dominant oscillation turns by a radian."""
    transient: PositiveFloat | None = None
    """Time run before that and dropped, in units of the system's time. Default: 50 timescales."""
    seed: NaturalInt = 0


class Lyapunov(Settings):
    """λ_max from data, by maps fitted to neighbours and by the curves of Rosenstein and Kantz."""

    estimator: Literal["auto", "maps", "curves"] = "auto"
    """Where lambda_max is taken from; both are always measured. Auto: from the maps where they
    predict, else from the curves, which are less exact but ask less of the data."""
    embedding: Embedding = Embedding()
    theiler: PositiveInt | None = None
    """Theiler window in steps: neighbours closer in time are not used. Default: mean period."""
    max_lag: PositiveInt | None = None
    """Longest time over which divergence is followed, in steps. Default: until it saturates."""
    fit_range: tuple[NaturalInt, PositiveInt] | None = None
    """First and last lag of the line fitted to the curves, in steps, which then give lambda_max.
    Default: found from the curves."""
    reference_points: PositiveInt = 2_000
    """How many points have their neighbours followed."""
    bootstrap: PositiveInt = 200
    """Resamples of blocks of reference points for the curves' interval."""
    surrogates: NaturalInt = 0
    """Phase-randomised copies of the signal whose curves are compared with its own; 19 allow a test
    at 5 %. Default: none."""
    confidence: Fraction = 0.95
    seed: NaturalInt = 0
    tangent: Tangent = Tangent()

    @model_validator(mode="after")
    def _range_ascends(self) -> Self:
        if self.fit_range is not None and self.fit_range[0] >= self.fit_range[1]:
            raise ValueError(f"fit_range must ascend, found {list(self.fit_range)}")
        if self.fit_range is not None and self.estimator == "maps":
            raise ValueError("fit_range is of the curves, and estimator is maps: give one of both")
        return self


# ---------------------------------------------------------------------------- models, training


class Model(Settings):
    """A recurrent network with a linear observation model."""

    cell: Literal["plrnn", "rnn", "lstm", "gru"]
    latent: PositiveInt = 30
    """Number of latent units M."""
    initial: Literal["default", "torch", "glorot", "gershgorin"] = "default"
    """Initial weights. Default: torch.nn's, uniform in ±1/√M, and for the PLRNN a linear part of
    spectral radius one. Gershgorin: no eigenvalue outside the unit circle."""


class RelativeTau(Settings):
    """A learning interval given as a multiple of the signal's predictability time."""

    of_tau_pred: PositiveFloat


def _kind_of_tau(tau: Any) -> str:
    return "relative" if isinstance(tau, dict | RelativeTau) else "steps"


Tau = Annotated[
    Annotated[PositiveInt, Tag("steps")] | Annotated[RelativeTau, Tag("relative")],
    Discriminator(_kind_of_tau),
]


class Clip(Settings):
    """Clipping of every member's gradient before each update: by its norm or by its values."""

    norm: PositiveFloat | None = None
    """A longer gradient is shortened to this Euclidean norm."""
    value: PositiveFloat | None = None
    """Every component is cut off at ± this."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.norm is None) == (self.value is None):
            raise ValueError("give either norm or value")
        return self


class Trains(Settings):
    """What all methods share."""

    name: Name | None = None
    """How figures name it. Default: as the method; two of the same kind need names."""
    clip: Clip | None = None
    """Default: gradients are not clipped."""

    def single(self) -> list[Self]:
        """The method once for each of its jobs, without the name."""
        return [self.model_copy(update={"name": None})]


class Sweeps(Trains):
    """A method with learning intervals to sweep."""

    tau: Annotated[list[Tau], Field(min_length=1)]
    """Learning intervals: steps, or {of_tau_pred: number}."""

    def single(self) -> list[Self]:
        """The method once for each τ."""
        return [self.model_copy(update={"name": None, "tau": [tau]}) for tau in self.tau]

    @field_validator("tau")
    @classmethod
    def _distinct(cls, tau: list[Tau]) -> list[Tau]:
        for i, t in enumerate(tau):
            if t in tau[:i]:
                raise ValueError(f"every τ may stand once, found {t} again at place {i}")
        return tau


class SparseTF(Sweeps):
    """Sparse teacher forcing: the state is put back on the data every τ steps."""

    method: Literal["sparse_tf"]


class BPTT(Trains):
    """Backpropagation through whole sequences: put on the data at their first step only."""

    method: Literal["bptt"]
    sequence_length: PositiveInt = 1000
    """Steps predicted in each sequence, in the place of training.sequence_length."""


class Windowing(Sweeps):
    """Windows of τ steps that do not begin on the data."""

    method: Literal["windowing"]
    initial: Literal["zero", "last"]
    """Whether a window begins at zero or where the last one ended; then the gradient is cut there,
    and the first window of a sequence begins on the data."""


class Truncated(Sweeps):
    """Truncated backpropagation: as windowing with the last state, but with an update after every
    window of τ steps, not every sequence (Williams & Peng 1990).
    """

    method: Literal["truncated"]


class Annealed(Sweeps):
    """Sparse teacher forcing whose interval grows from 1 to τ, linearly."""

    method: Literal["annealed"]
    until: Annotated[float, Strict(), Field(gt=0, le=1)] = 1.0
    """Fraction of the epochs after which τ is reached."""


class Jittered(Sweeps):
    """Sparse teacher forcing whose interval is drawn anew for every batch, from τ ± Δ."""

    method: Literal["jittered"]
    spread: Fraction = 0.5
    """Δ as a fraction of τ."""


Method = Annotated[
    SparseTF | BPTT | Windowing | Truncated | Annealed | Jittered, Field(discriminator="method")
]


class Noise(Settings):
    """Noise added to the training data, drawn once for each member (linear theory, section 2.1)."""

    strength: PositiveFloat
    """Its standard deviation, in standard deviations of the data."""
    where: Literal["everywhere", "unexcited"] = "everywhere"
    """Everywhere, or only in directions in which the data have no energy."""


class Training(Settings):
    """How every model is trained. The defaults are the main paper's and its published code's."""

    epochs: PositiveInt = 3000
    batches: PositiveInt = 10
    """Batches (optimiser steps) per epoch."""
    batch_size: PositiveInt = 32
    """Sequences per batch, drawn at random starts of the signal's training part."""
    sequence_length: PositiveInt = 200
    """Steps predicted in each sequence, L; no τ may exceed it."""
    learning_rate: PositiveFloat = 1e-3
    """Of Adam, at the first epoch."""
    final_learning_rate: PositiveFloat | None = None
    """At the last epoch, reached exponentially. Default: the rate stays as it is."""
    noise: Noise | None = None
    """Default: none is added."""
    whiten: bool = False
    """Measure errors in whitened coordinates, in which all directions of the data have equal
    energy. What is saved is in the data's coordinates either way."""
    seed: NaturalInt = 0
    """Member i draws its initial weights, batches and noise from (seed, i)."""


class TrainCell(Settings):
    """One training job: a block of members of one model, by a method with at most one τ."""

    model: Model
    method: Method
    training: Training
    first_member: NaturalInt
    members: PositiveInt


# --------------------------------------------------------------------------- orbits and metrics


class Orbit(Settings):
    """A freely generated trajectory of a trained model."""

    steps: PositiveInt = 100_000
    """Length kept, in steps."""
    transient: NaturalInt = 1_000
    """Steps run before those and dropped."""
    bound: PositiveFloat = 1_000.0
    """An orbit beyond this many standard deviations of the data counts as diverged."""


class Geometry(Settings):
    """D_stsp: Kullback-Leibler divergence of the data from the orbit over bins of state space."""

    bins: Annotated[int, Strict(), Field(gt=1)] = 30
    """Bins per variable."""
    margin: Annotated[float, Strict(), Field(ge=0)] = 0.1
    """How far the bins reach beyond the data's range, in standard deviations."""
    alpha: PositiveFloat = 1e-5
    """Laplace smoothing: added to the count of every bin."""


class Spectrum(Settings):
    """D_H: Hellinger distance of power spectra."""

    bandwidth: Annotated[float, Strict(), Field(ge=0, lt=0.5)] = 5e-4
    """Standard deviation of the Gaussian that smooths a spectrum, in cycles per step."""


class Legacy(Settings):
    """The same two metrics as the main paper's published code computes them."""

    bins: Annotated[int, Strict(), Field(gt=1)] = 10
    piece: PositiveInt = 2_000
    """Length of the pieces whose spectra are averaged, in steps."""
    smoothing: PositiveFloat = 2.0
    """Width of the Gaussian that smooths a spectrum, in frequency bins."""
    frequencies: PositiveInt = 500
    """Spectra are cut off at this many frequencies."""


class Metrics(Settings):
    """How an orbit is compared with the held-out data."""

    geometry: Geometry = Geometry()
    spectrum: Spectrum = Spectrum()
    legacy: Legacy = Legacy()
    excerpt: PositiveInt = 2_000
    """Steps of each orbit kept beside its metrics, for the figures."""


# --------------------------------------------------------------------------------------- collect


class Sweep(Settings):
    """One curve of the collected results, made of `jobs` consecutive metrics files."""

    series: Name
    model: Name
    method: Name
    kind: str
    """What `method` of the configuration it is."""
    jobs: PositiveInt


class Collect(Settings):
    """The names under which results are collected; written by the plan, not by people."""

    series: list[Name]
    sweeps: list[Sweep]


# --------------------------------------------------------------------------------------- figures


class Style(Settings):
    """How figures look. Nothing here changes a number, so nothing here is in a key."""

    colours: dict[Name, Colour] = {}
    """Colour of a model by its name, '#rrggbb' or a name; Okabe-Ito's colours otherwise. Where one
    model is trained by several methods, of a method by its name."""
    width: PositiveFloat = 7.0
    """Width of a figure, in inches."""
    font_size: PositiveFloat = 8.0
    """In points."""
    dpi: PositiveInt = 200
    """Of the PNG files."""


class SweepFigure(Settings):
    """The sweep: metrics against τ."""

    band: Fraction = 0.5
    """Fraction of members inside the shaded band around the median."""
    log_tau: bool = True
    show_legacy: bool = False
    """Draw the published code's metrics instead of the design's."""


class ReconstructionFigure(Settings):
    """Orbits at τ too small, best and too large."""

    steps: PositiveInt = 2_000
    """Steps of each orbit drawn, at most metrics.excerpt."""


class SignalFigure(Settings):
    """A series before and after the steps that made it a signal."""

    steps: PositiveInt | None = None
    """Steps of the signal drawn, around the first held-out one. Default: all where a trend or
    cycle was removed, else 500."""


class FigureCell(Settings):
    """One figure: its kind and all its settings; written by the plan, not by people."""

    kind: Literal["sweep", "reconstruction", "lyapunov", "signal"]
    options: dict[str, Any]


class Figures(Settings):
    """Everything about the figures."""

    style: Style = Style()
    signal: SignalFigure = SignalFigure()
    sweep: SweepFigure = SweepFigure()
    reconstruction: ReconstructionFigure = ReconstructionFigure()


# ------------------------------------------------------------------------------------ experiment


class Experiment(Settings):
    """One experiment: what a configuration file holds."""

    experiment: Name
    """Its name; figures go to results/figures/<name>/."""
    series: Annotated[dict[Name, Series], Field(min_length=1)]
    """The series to study, by the name that figures use."""
    signal: Signal = Signal()
    lyapunov: Lyapunov = Lyapunov()
    models: dict[Name, Model] = {}
    """The models to train, by the name that figures use; none: only λ_max is measured."""
    methods: list[Method] = []
    """The training methods and their sweeps."""
    training: Training = Training()
    members: PositiveInt = 20
    """Replicates trained per (series, model, method, τ), each with its own seed."""
    block: PositiveInt = 5
    """Members trained together in one job; divides `members`."""
    orbit: Orbit = Orbit()
    metrics: Metrics = Metrics()
    figures: Figures = Figures()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.models) != bool(self.methods):
            there, lacking = ("models", "methods") if self.models else ("methods", "models")
            raise ValueError(f"{there} without {lacking}: give both to train, or neither")
        if self.models and self.signal.held_out == 0:
            raise ValueError(
                "signal.held_out must be greater than 0 where models are trained, found 0: metrics "
                "compare their orbits with held-out data"
            )
        if self.members % self.block:
            raise ValueError(
                f"members must be a multiple of block, found members {self.members} and block "
                f"{self.block}: a part-filled block would train anew when members are added"
            )
        names = [method.name or method.method for method in self.methods]
        for i, name in enumerate(names):
            if name in names[:i]:
                raise ValueError(f"methods[{i}].name must be new: there is already a {name!r}")
        length = longest = self.training.sequence_length
        for i, method in enumerate(self.methods):
            if isinstance(method, BPTT):
                longest = max(longest, method.sequence_length)
                continue
            for j, tau in enumerate(method.tau):
                if isinstance(tau, int) and tau > length:
                    raise ValueError(
                        f"methods[{i}].tau[{j}] must be at most training.sequence_length "
                        f"({length}), found {tau}"
                    )
        where = "training.sequence_length" if longest == length else "sequence_length of bptt"
        for name, series in self.series.items():
            if isinstance(series, Simulated):
                train = self.signal.train_steps(series.steps)
                if self.models and train <= longest:
                    raise ValueError(
                        f"series.{name}.steps must leave more than {where} "
                        f"({longest}) steps to train on, found {series.steps} of which "
                        f"{train} are for training"
                    )
        return self


# ---------------------------------------------------------------------------------------- errors


def load(config: Mapping[str, Any]) -> Experiment:
    """Check a configuration, as read from YAML, and fill in its defaults.

    Raises
    ------
    ConfigError
        One line: the path of the first wrong entry, what was found, what is allowed.
    """
    try:
        return Experiment.model_validate(dict(config))
    except ValidationError as error:
        raise ConfigError(_one_line(error, config)) from None


def schema() -> dict[str, Any]:
    """JSON schema (draft 2020-12) of a configuration file."""
    schema = Experiment.model_json_schema()
    for part in [schema, *schema["$defs"].values()]:
        for entry in part["properties"].values():
            if "patternProperties" in entry:  # a mapping by name: other names are refused
                entry["additionalProperties"] = False
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _one_line(error: ValidationError, config: Mapping[str, Any]) -> str:
    problem, *others = error.errors(include_url=False)
    path = _path(problem["loc"], config)
    kind, found, context = problem["type"], problem["input"], problem.get("ctx", {})
    more = f" (and {len(others)} more)" if others else ""
    match kind:
        case "value_error":  # our own validators: the sentence is complete
            return f"{path}: {context['error']}".removeprefix(": ") + more
        case "missing" | "union_tag_not_found":
            key = str(context.get("discriminator", problem["loc"][-1])).strip("'")
            return f"{path}.{key}: missing; it must be given{more}".removeprefix(".")
        case "union_tag_invalid":
            path += f".{context['discriminator']}".replace("'", "")
            text, found = f"must be one of {context['expected_tags']}", context["tag"]
        case "too_short":
            text = "must not be empty"
        case "string_pattern_mismatch":
            text = f"must match {context['pattern']}"
        case _:
            text = problem["msg"].replace("Input should be", "must be")
    if isinstance(found, str) and _is_number(found):
        more = f" (read as text: write {float(found):g} without quotes, not as {found!r}){more}"
    return f"{path}: {text}, found {_brief(found)}{more}"


def _path(loc: tuple[int | str, ...], config: Any) -> str:
    """Write an error's location as a person would, by following it through the configuration.

    Pydantic's location also names the branch of a union it was in; such a step is recognised by
    leading nowhere.
    """
    path = ""
    for step in loc:
        match config:
            case list() if isinstance(step, int):
                path += f"[{step}]"
                config = config[step] if step < len(config) else None
            case dict() if step in config:
                path += f".{step}"
                config = config[step]
    return path.lstrip(".")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
