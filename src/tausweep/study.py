"""A study: several experiments that are run together and judged together, or one alone.

Its file names the experiments' files, and what is different in them here.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Discriminator, Field, Tag
from pydantic.json_schema import models_json_schema

from tausweep import configfile, experiment
from tausweep.claims.settings import Claims
from tausweep.errors import ConfigError, validated
from tausweep.experiment import Experiment
from tausweep.figures.settings import Figures
from tausweep.reproduction.settings import Point
from tausweep.settings import Name, Settings


class Entry(Settings):
    """An experiment of a study."""

    file: Annotated[str, Field(min_length=1)]
    """Its configuration, by its path relative to the study's file."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """Settings that replace those in the file: mappings are merged, but for a series of another
    system and a model of another kind; all else is replaced. Null leaves a series or model out."""


def _kind_of_entry(entry: Any) -> str:
    return "file" if isinstance(entry, str) else "changed"


FileOrEntry = Annotated[
    Annotated[str, Field(min_length=1), Tag("file")] | Annotated[Entry, Tag("changed")],
    Discriminator(_kind_of_entry),
]


class StudyFile(Settings):
    """What the configuration file of a study holds."""

    study: Name
    """Its name; what is drawn of all experiments together goes to results/figures/<name>/."""
    experiments: Annotated[list[FileOrEntry], Field(min_length=1, max_length=1_000)]
    """Files, or {file, settings}."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """Settings that replace those of every experiment, before those of its own entry."""
    claims: Claims = Claims()
    published: str | None = None
    """A table of published numbers to reproduce, by its path relative to this file: CSV with the
    columns series, model, method, metric, tau, value and note; lines with # in front are none."""
    figures: Figures = Figures()
    """Of all experiments together; each draws its own as its file says."""


@dataclass(frozen=True)
class Study:
    """Experiments, and what is asked of all of them together."""

    name: str
    kind: str
    """How messages call it: a study, or the experiment it is."""
    experiments: Sequence[Experiment]
    claims: Claims
    figures: Figures
    published: Sequence[Point] = ()

    @classmethod
    def of(cls, alone: Experiment) -> Self:
        """An experiment alone."""
        return cls(alone.experiment, "experiment", [alone], alone.claims, alone.figures)


def read(path: Path) -> Study:
    """Read and check a configuration file, as `load` does; raises ConfigError likewise."""
    return load(configfile.read(path), path.parent)


def load(config: Mapping[str, Any], directory: Path = Path()) -> Study:
    """Check the configuration of a study or of an experiment, as read from YAML.

    Parameters
    ----------
    config
        What the file holds.
    directory
        Where it lies.

    Raises
    ------
    ConfigError
        One line: the path of the first wrong entry, in which file, what was found, what is allowed.
    """
    if "study" not in config:
        return Study.of(experiment.load(config))
    file: StudyFile = validated(StudyFile, dict(config))
    experiments = [
        _experiment(f"experiments[{i}]", entry, file.settings, directory)
        for i, entry in enumerate(file.experiments)
    ]
    names = [each.experiment for each in experiments]
    for i, name in enumerate(names):
        if name in (*names[:i], file.study):
            raise ConfigError(
                f"experiments[{i}]: its name must be new, but {name!r} is the study's or another "
                "experiment's: give it another by settings: {experiment: NAME}"
            )
    published = [] if file.published is None else _published(directory / file.published)
    return Study(file.study, "study", experiments, file.claims, file.figures, published)


def schema() -> dict[str, Any]:
    """JSON schema (draft 2020-12) of a configuration file: of a study, or of an experiment."""
    _, definitions = models_json_schema([(StudyFile, "validation"), (Experiment, "validation")])
    for part in definitions["$defs"].values():
        for entry in part["properties"].values():
            if "patternProperties" in entry:  # a mapping by name: other names are refused
                entry["additionalProperties"] = False
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "if": {"required": ["study"]},
        "then": {"$ref": "#/$defs/StudyFile"},
        "else": {"$ref": "#/$defs/Experiment"},
        **definitions,
    }


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of both: mappings are merged, of all else `above` holds.

    A mapping of another kind, a series of another system, has other settings: it replaces.
    """
    out = dict(below)
    for key, value in above.items():
        under = out.get(key)
        if isinstance(value, Mapping) and isinstance(under, Mapping) and _same_kind(under, value):
            out[key] = merged(under, value)
        else:
            out[key] = value
    return out


def _same_kind(below: Mapping[str, Any], above: Mapping[str, Any]) -> bool:
    named = [name for name in ("system", "model") if name in above]
    return all(below.get(name) == above[name] for name in named)


def _experiment(
    place: str, entry: str | Entry, settings: Mapping[str, Any], directory: Path
) -> Experiment:
    if isinstance(entry, str):
        entry = Entry(file=entry)
    path = directory / entry.file
    config = merged(merged(configfile.read(path), settings), entry.settings)
    if "study" in config:
        raise ConfigError(f"{place}: {path} is a study itself: name its experiments here")
    try:
        return experiment.load({key: _without_nulls(key, value) for key, value in config.items()})
    except ConfigError as error:
        raise ConfigError(f"{place}: {path}: {error}") from None


def _without_nulls(section: str, value: Any) -> Any:
    """A section of a configuration; of series and models without those that are null."""
    if section not in ("series", "models") or not isinstance(value, Mapping):
        return value
    return {name: each for name, each in value.items() if each is not None}


def _published(path: Path) -> list[Point]:
    """The points of a table.

    Raises
    ------
    ConfigError
        It cannot be read, or a line is no point.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise ConfigError(f"published: cannot read {path}: {error}") from None
    numbered = [(n, line) for n, line in enumerate(lines, 1) if line and not line.startswith("#")]
    points = []
    for (n, _), row in zip(
        numbered[1:], csv.DictReader([line for _, line in numbered]), strict=False
    ):
        try:
            points.append(validated(Point, _typed(row)))
        except ConfigError as error:
            raise ConfigError(f"published: {path}: line {n}: {error}") from None
    if not points:
        raise ConfigError(f"published: {path} holds no points: leave it out")
    return points


def _typed(row: Mapping[str, str | None]) -> dict[str, Any]:
    """A row with its numbers as numbers, where they are some, and None where nothing stands."""
    out: dict[str, Any] = {"note": row.get("note") or ""}
    for name in ("series", "model", "method", "metric"):
        out[name] = row.get(name) or None
    for name in ("tau", "value"):
        text = row.get(name) or None
        try:
            out[name] = None if text is None else float(text)
        except ValueError:
            out[name] = text
    return out
