"""The configuration of an experiment: types, defaults, units, bounds, and errors of one line.

This module is the one source of truth. The JSON schema in `workflow/schemas/` is written from
it (`tausweep schema`), the keys of all results are hashed from it (`tausweep.plan`), and every
stage receives its own part of it as a typed object. It imports neither numpy nor torch, because
Snakemake imports it each time it parses the workflow.

Numbers are strict: YAML reads ``1e-3`` as a string, and a string is refused rather than guessed.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Strict,
    StringConstraints,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)

Float = Annotated[float, Strict()]
PositiveInt = Annotated[int, Strict(), Field(gt=0)]
NaturalInt = Annotated[int, Strict(), Field(ge=0)]
PositiveFloat = Annotated[float, Strict(), Field(gt=0)]
Fraction = Annotated[float, Strict(), Field(gt=0, lt=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
Colour = Annotated[str, StringConstraints(pattern=r"^(#[0-9a-fA-F]{6}|[a-z]+)$")]


class ConfigError(ValueError):
    """A wrong configuration, said in one line: path, what was found, what is allowed."""


class Settings(BaseModel):
    """Base of all settings: immutable, no unknown keys, no NaN or infinity."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        if isinstance(data, dict):
            for key in data:
                if key not in cls.model_fields:
                    close = difflib.get_close_matches(str(key), cls.model_fields, n=1)
                    hint = f"did you mean {close[0]}? " if close else ""
                    allowed = ", ".join(sorted(cls.model_fields))
                    raise ValueError(f"unknown key {key!r}; {hint}allowed are {allowed}")
        return data


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


class Simulated(Settings):
    """What all simulated series share."""

    steps: PositiveInt = 200_000
    """Length of the series in samples, the held-out part included."""
    transient: Annotated[float, Strict(), Field(ge=0)] = 100.0
    """Time discarded before the first sample, in units of the system's time."""
    seed: NaturalInt = 0
    """Seed of the random initial state."""


class Lorenz63(Simulated):
    """Lorenz-63, variables x, y, z."""

    system: Literal["lorenz63"]
    parameters: Lorenz63Parameters = Lorenz63Parameters()
    dt: PositiveFloat = 0.01
    """Sampling interval, in units of the system's time."""


class Rossler(Simulated):
    """Rössler, variables x, y, z."""

    system: Literal["rossler"]
    parameters: RosslerParameters = RosslerParameters()
    dt: PositiveFloat = 0.1
    """Sampling interval, in units of the system's time."""


class Duffing(Simulated):
    """Forced Duffing oscillator, variables x, v = ẋ, driven by cos ωt."""

    system: Literal["duffing"]
    parameters: DuffingParameters = DuffingParameters()
    dt: PositiveFloat = 0.1773
    """Sampling interval, in units of the system's time."""
    drive: Literal["variable", "input"] = "variable"
    """Whether the drive is a third variable, to be learned, or an external input, given to models
    in training and when they run freely. A variable cos ωt does not say which way its phase runs,
    so that windows forced onto it begin ambiguous; as an input it is learned better."""


class File(Settings):
    """A series read from a file of one's own: .npy, .csv or .nc, one row per sample."""

    system: Literal["file"]
    path: str
    """Where the file is, relative to the directory Snakemake runs in. The key of the series is
    made from the file's content, not from this path."""
    dt: PositiveFloat = 1.0
    """Sampling interval, in units of time."""
    time_unit: str = "1"
    """Unit of time, as the figures and files name it."""
    inputs: list[str] = []
    """Columns that are external inputs: given to models, not learned. Columns are named as in the
    file's header, or x0, x1, …."""


SimulatedSeries = Lorenz63 | Rossler | Duffing
Series = Annotated[SimulatedSeries | File, Field(discriminator="system")]


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


class Embed(Settings):
    """Delay vectors (x(t), x(t − delay), …) in the place of the variables; only as last step."""

    step: Literal["embed"]
    dimension: PositiveInt
    """Delayed copies of every variable, the present one included."""
    delay: PositiveInt
    """Between copies, in steps (of the decimated series, where it is)."""


Step = Annotated[
    Detrend
    | Annotated[HarmonicCycle | Climatology, Field(discriminator="by")]
    | Annotated[GaussianSmooth | SavitzkyGolay, Field(discriminator="by")]
    | Decimate
    | Embed,
    Field(discriminator="step"),
]


class Signal(Settings):
    """How a series is made into a signal: steps in their order, then a scaling.

    All that is fitted is fitted to the training part.
    """

    held_out: Fraction = 0.5
    """Last fraction of the series, never trained on: the truth that metrics compare with."""
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

    def train_steps(self, samples: int) -> int:
        """Length of the training part of a signal from a series of so many samples."""
        length = int(samples * (1 - self.held_out))
        for step in self.steps:
            match step:
                case Decimate():
                    length = -(-length // step.factor)
                case Embed():
                    length -= (step.dimension - 1) * step.delay
        return length


class Embedding(Settings):
    """Delay embedding of the signal for the estimate of λ_max."""

    dimension: PositiveInt | None = None
    """Delayed copies of every variable, the present one included. Default: 2 where there are
    several variables, which tells neighbours that only look alike (a drive cos ωt passes each
    value twice per period) from true ones. A single variable needs it set."""
    delay: PositiveInt | None = None
    """Delay between coordinates, in steps. Default: a quarter of the mean period."""


class Tangent(Settings):
    """λ_max from the equations of a simulated system, by tangent dynamics with QR."""

    members: Annotated[int, Strict(), Field(gt=1)] = 256
    """Independent trajectories; their spread gives the standard error."""
    time: PositiveFloat = 200.0
    """Length of each trajectory, in units of the system's time."""
    transient: PositiveFloat = 50.0
    """Time run before that and dropped, in units of the system's time."""
    seed: NaturalInt = 0


class Lyapunov(Settings):
    """λ_max from data (Rosenstein, Collins, De Luca 1993)."""

    embedding: Embedding = Embedding()
    theiler: PositiveInt | None = None
    """Theiler window in steps: neighbours closer in time are not used. Default: mean period."""
    max_lag: PositiveInt | None = None
    """Longest time over which divergence is followed, in steps. Default: until it saturates."""
    fit_range: tuple[NaturalInt, PositiveInt] | None = None
    """First and last lag of the fitted line, in steps. Default: found from the curve."""
    reference_points: PositiveInt = 5_000
    """How many points have their nearest neighbour followed."""
    bootstrap: PositiveInt = 200
    """Resamples of blocks of reference points for the confidence interval."""
    confidence: Fraction = 0.95
    seed: NaturalInt = 0
    tangent: Tangent = Tangent()

    @model_validator(mode="after")
    def _range_ascends(self) -> Self:
        if self.fit_range is not None and self.fit_range[0] >= self.fit_range[1]:
            raise ValueError(f"fit_range must ascend, found {list(self.fit_range)}")
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
