"""The configuration of an experiment: composed from the settings of the stages, and checked.

The JSON schema in `workflow/schemas/` is written from it (`tausweep schema`), the keys of all
results are hashed from it (`tausweep.plan`), and every stage receives its own part of it as a typed
object. What is imported here is light, because Snakemake does so each time it parses the workflow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from tausweep.config import Simulated
from tausweep.errors import ConfigError
from tausweep.figures.settings import Figures
from tausweep.lyapunov.settings import Lyapunov
from tausweep.metrics.settings import Metrics
from tausweep.models.settings import Model
from tausweep.orbit.settings import Orbit
from tausweep.series.settings import Series
from tausweep.settings import Name, PositiveInt, Settings
from tausweep.signal.settings import Signal
from tausweep.training.settings import BPTT, Method, Training


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
