"""The configuration of an experiment: composed from the settings of the stages, and checked.

The JSON schema in `workflow/schemas/` is written from it (`tausweep schema`), the keys of all
results are hashed from it (`tausweep.plan`), and every stage receives its own part of it as a typed
object. What is imported here is light, because Snakemake does so each time it parses the workflow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticSerializationError

from tausweep.claims.settings import Claims
from tausweep.errors import ConfigError, validated
from tausweep.figures.figure import Subject
from tausweep.figures.settings import Figures
from tausweep.lyapunov.settings import Lyapunov
from tausweep.metrics.metric import Comparison
from tausweep.metrics.quantities import listed, measured, split
from tausweep.metrics.settings import Metrics
from tausweep.models.rnn.settings import Recurrent
from tausweep.models.settings import Model
from tausweep.orbit.settings import Orbit, OrbitAlong, Part
from tausweep.series.settings import Series
from tausweep.settings import Name, PositiveInt, Settings
from tausweep.signal.settings import Signal
from tausweep.systems.system import Simulated
from tausweep.theory.settings import Theory
from tausweep.training.methods.method import BestTau, RelativeTau
from tausweep.training.methods.registry import Method
from tausweep.training.settings import Covering, Training
from tausweep.truth.settings import Truth

LENGTH = 200
"""Steps of a sequence where it is auto and no method has a τ to hold."""
MOST_TRAINING_JOBS = 100_000
"""More take Snakemake hours to plan, and this library gigabytes."""


MOST_VALUES = 250_000_000
"""Of one array: 2 GB in double precision."""


class Experiment(Settings):
    """One experiment: what a configuration file holds."""

    experiment: Name
    """Its name; figures go to results/figures/<name>/."""
    series: Annotated[dict[Name, Series], Field(min_length=1)] = {}
    """The series to study, by the name that figures use."""
    theory: Theory | None = None
    """How linear systems are learned; of no series. Default: nothing of it."""
    signal: Signal = Signal()
    lyapunov: Lyapunov = Lyapunov()
    truth: Truth = Truth()
    """Of simulated series."""
    models: dict[Name, Model] = {}
    """The models to train, by the name that figures use; none: only λ_max is measured."""
    methods: list[Method] = []
    """The training methods of recurrent models, and their sweeps; other models take none."""
    training: Training = Training()
    members: Annotated[PositiveInt, Field(le=1_000_000)] = 20
    """Replicates trained per (series, model, method, τ), each with its own seed."""
    block: Annotated[PositiveInt, Field(le=10_000)] = 5
    """Members trained together in one job; divides `members`."""
    orbit: Orbit = Orbit()
    metrics: Metrics = Metrics()
    claims: Claims = Claims()
    figures: Figures = Figures()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for check in CHECKS:
            check(self)
        return self

    @property
    def resolved_training(self) -> Training:
        """The training with a sequence length that is a number, or one of τ_pred."""
        if self.training.sequence_length != "auto":
            return self.training
        taus = [tau for method in self.methods if method.setting == "tau" for tau in method.values]
        steps = [tau for tau in taus if isinstance(tau, int)]
        multiples = [tau.of_tau_pred for tau in taus if isinstance(tau, RelativeTau)]
        length: int | Covering = max(steps, default=1 if multiples else LENGTH)
        if multiples:
            length = Covering(least=length, of_tau_pred=max(multiples))
        return self.training.model_copy(update={"sequence_length": length})

    @property
    def sweeps_tau(self) -> bool:
        """Whether several learning intervals are tried of one method."""
        return any(method.setting == "tau" and len(method.values) > 1 for method in self.methods)

    def judged(self, quantities: Sequence[str]) -> list[str]:
        """Those of the quantities that are measured."""
        there = measured(self.metrics.chosen)
        return [each for each in quantities if each in there.get(split(each)[0], ())]

    @property
    def parts(self) -> list[Part]:
        """The parts of a signal that orbits are started on: what is held out, and what metrics ask
        for.
        """
        asked = (m.part for m in self.metrics.chosen if isinstance(m, Comparison))
        return list(dict.fromkeys(("held_out", *asked)))

    def orbit_along(self, part: Part) -> OrbitAlong:
        """The orbits along a part: along the whole from the first sample on, without transient."""
        orbit = OrbitAlong(part=part, **self.orbit.model_dump())
        return orbit if part == "held_out" else orbit.model_copy(update={"transient": 0})


# --------------------------------------------------------- checks of what one section cannot know


def _something_is_asked(ex: Experiment) -> None:
    if not ex.series and ex.theory is None:
        raise ValueError("series must not be missing: give the series to study, or theory, or both")
    if ex.models and not ex.series:
        raise ValueError("models need series to be trained on, found none: give series")


def _recurrent_models_have_methods(ex: Experiment) -> None:
    recurrent = [name for name, model in ex.models.items() if isinstance(model, Recurrent)]
    if bool(recurrent) != bool(ex.methods):
        there, lacking = ("models", "methods") if recurrent else ("methods", "models")
        among = " among them that are trained by methods" if ex.models and not recurrent else ""
        raise ValueError(f"{there} without {lacking}{among}: give both to train, or neither")


def _something_is_held_out(ex: Experiment) -> None:
    if ex.models and ex.signal.held_out == 0:
        raise ValueError(
            "signal.held_out must be greater than 0 where models are trained, found 0: metrics "
            "compare their orbits with held-out data"
        )


def _blocks_are_whole(ex: Experiment) -> None:
    if ex.members % ex.block:
        raise ValueError(
            f"members must be a multiple of block, found members {ex.members} and block "
            f"{ex.block}: a part-filled block would train anew when members are added"
        )


def _method_names_differ(ex: Experiment) -> None:
    names = [method.name or method.method for method in ex.methods]
    for i, name in enumerate(names):
        if name in names[:i]:
            raise ValueError(f"methods[{i}].name must be new: there is already a {name!r}")


def _tau_fits_in_a_sequence(ex: Experiment) -> None:
    length = ex.training.sequence_length
    for i, method in enumerate(ex.methods):
        for j, tau in enumerate(method.values if method.setting == "tau" else []):
            if isinstance(tau, int) and isinstance(length, int) and tau > length:
                raise ValueError(
                    f"methods[{i}].tau[{j}] must be at most training.sequence_length "
                    f"({length}), found {tau}: lower it, or make the length auto"
                )
            if isinstance(tau, BestTau) and length == "auto":
                raise ValueError(
                    f"methods[{i}].tau[{j}].best_of: training.sequence_length cannot be auto, as "
                    "how long that τ is is found by training: give a number of steps, as the "
                    "longest τ that is tried there"
                )


def _jobs_can_be_planned(ex: Experiment) -> None:
    values = sum(len(method.single()) for method in ex.methods)
    each = [values if isinstance(model, Recurrent) else 1 for model in ex.models.values()]
    jobs = len(ex.series) * sum(each) * (ex.members // ex.block)
    if jobs > MOST_TRAINING_JOBS:
        raise ValueError(
            f"members, block, series, models and methods make {jobs} training jobs, and at most "
            f"{MOST_TRAINING_JOBS} can be planned: raise block, or split the experiment"
        )


def _arrays_fit_in_memory(ex: Experiment) -> None:
    for name, series in ex.series.items():
        if not isinstance(series, Simulated) or series.variables is None:
            continue
        width = len(series.variables) + len(series.inputs)
        for path, values in (
            (f"series.{name}.steps", series.steps * width),
            (f"orbit.steps with block and series.{name}", ex.orbit.steps * ex.block * width),
        ):
            if values > MOST_VALUES:
                raise ValueError(
                    f"{path}: {values:.3g} values would be held at once, and at most "
                    f"{MOST_VALUES:.3g} can be: lower it"
                )


def _starts_fit_in_memory(ex: Experiment) -> None:
    starts = ex.training.batches * ex.training.batch_size * ex.block
    if starts > MOST_VALUES:
        raise ValueError(
            f"training.batches × training.batch_size × block is {starts:.3g} sequences an epoch, "
            f"and at most {MOST_VALUES:.3g} can be drawn: lower one"
        )


def _series_are_long_enough(ex: Experiment) -> None:
    """Only of simulated series is the length known before a job runs."""
    for name, series in ex.series.items():
        if not isinstance(series, Simulated):
            continue
        if ex.models:
            _enough_input(ex, name, series)
        if ex.methods:
            _enough_to_train(ex, name, series)


def _enough_to_train(ex: Experiment, name: str, series: Simulated) -> None:
    train = ex.signal.train_steps(series.steps)
    length = ex.resolved_training.sequence_length
    least = length.least if isinstance(length, Covering) else int(length)
    longest = max([least, *(method.steps(least) for method in ex.methods)])
    where = "training.sequence_length" if longest == least else "sequence_length of a method"
    if train <= longest:
        raise ValueError(
            f"series.{name}.steps must leave more than {where} ({longest}) steps to train on, "
            f"found {series.steps} of which {train} are for training"
        )


def _enough_input(ex: Experiment, name: str, series: Simulated) -> None:
    """An orbit under an external input lasts as long as what is held out of it."""
    held_out = ex.signal.held_out_steps(series.steps)
    if series.inputs and held_out <= ex.orbit.transient + 1:
        raise ValueError(
            f"series.{name}.steps must hold out more than orbit.transient ({ex.orbit.transient}) "
            f"samples of the external input, found {series.steps} of which {held_out} are held out"
        )


def _claims_are_of_places_that_are_measured(ex: Experiment) -> None:
    there = measured(ex.metrics.chosen)
    for i, quantity in enumerate(ex.claims.quantities):
        name = split(quantity)[0]
        if name in there and quantity not in there[name]:
            raise ValueError(
                f"claims.quantities[{i}] must be where the metric measures, found {quantity!r}; "
                f"allowed: {listed({name: there[name]})}"
            )


def _figures_show_what_there_is(ex: Experiment) -> None:
    for kind, figure in ex.figures.chosen.items():
        for series in ex.series:
            try:
                figure.variants(Subject(series, ex, {}))
            except ValueError as error:
                raise ValueError(f"figures.{kind}.{error}") from None


CHECKS = (
    _claims_are_of_places_that_are_measured,
    _something_is_asked,
    _recurrent_models_have_methods,
    _something_is_held_out,
    _blocks_are_whole,
    _method_names_differ,
    _tau_fits_in_a_sequence,
    _jobs_can_be_planned,
    _arrays_fit_in_memory,
    _starts_fit_in_memory,
    _series_are_long_enough,
    _figures_show_what_there_is,
)
"""Each raises ValueError, in one line that begins with the path of a setting."""


def load(config: Mapping[str, Any]) -> Experiment:
    """Check a configuration, as read from YAML, and fill in its defaults.

    Raises
    ------
    ConfigError
        One line: the path of the first wrong entry, what was found, what is allowed.
    """
    try:
        experiment: Experiment = validated(Experiment, dict(config))
        experiment.model_dump_json()  # as keys are made: of text that can be written
    except PydanticSerializationError as error:
        raise ConfigError(f"found text with half a character ({error}): write it anew") from None
    return experiment
