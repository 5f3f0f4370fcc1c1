"""A job: one run of a stage, with its settings and inputs, and the key they make.

The key is made from everything the job's numbers depend on: the stage, the version of its code,
the job's own settings and the keys of its inputs. A change therefore flows downstream and never
sideways or up.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from tausweep.errors import ConfigError, validated
from tausweep.series.files.boundary import regular_file
from tausweep.settings import MOST, Settings
from tausweep.stages import STAGES

RESULTS = "results"


def canonical(value: Any) -> str:
    """JSON with sorted keys, no spaces and no NaN: equal values give equal text."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False
    )


def key_of(text: str) -> str:
    """First 16 hex digits of the SHA-256 of a job's canonical JSON."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


Reference = Annotated[
    str,
    StringConstraints(
        pattern=r"^([a-z]+/[0-9a-f]{16}|published/[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*)$",
        max_length=300,
    ),
]
"""How a job names one of its inputs."""


Version = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}\.[0-9]{1,9}$")]


class Described(BaseModel):
    """What the text of a job holds."""

    model_config = ConfigDict(extra="forbid", strict=True)

    stage: str
    version: Annotated[int, Field(ge=0, le=MOST)] | Version
    settings: dict[str, Any]
    inputs: dict[str, Reference | list[Reference]]

    @property
    def references(self) -> list[str]:
        """All its inputs, of whatever role."""
        return every(self.inputs)


def every(inputs: Mapping[str, str | list[str]]) -> list[str]:
    """Inputs by role, one after another."""
    return [r for i in inputs.values() for r in ([i] if isinstance(i, str) else i)]


@dataclass(frozen=True)
class Job:
    """One run of a stage: its settings, and its inputs by role.

    A role is the name of the argument that the stage receives the input by. An input is named
    `stage/key`; a list of inputs is received as a list. Files from outside are its `sources`, and
    their names, as the input `raw`, are `file/digest`, or `published/name` where others publish
    them and they never change.
    """

    stage: str
    settings: Settings
    inputs: Mapping[str, str | list[str]] = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, text: str, sources: Sequence[str] = ()) -> Job:
        """The job that `text`, made by `json`, describes; `sources` are not part of it.

        Raises
        ------
        ConfigError
            `text` is no job, or was made by another version of the stage.
        """
        try:
            found = validated(Described, json.loads(text))
            if found.stage not in STAGES:
                raise ValueError(f"stage: must be one of {', '.join(STAGES)}")
            settings = found.settings
            if settings.get("system") == "file":
                settings = {**settings, "path": sources[0] if sources else ""}
            typed = validated(STAGES[found.stage].settings, settings)
        except (ValueError, RecursionError) as error:
            raise ConfigError(f"not a job of a tausweep stage: {error!s:.300}") from None
        job = cls(found.stage, typed, found.inputs, tuple(sources))
        if found.version != job.version:
            raise ConfigError(
                f"the job was planned for version {found.version} of stage {job.stage}, but this "
                f"is version {job.version}: plan it again by running snakemake"
            )
        return job

    @property
    def version(self) -> int | str:
        """Of the code that does it: the stage's, and that of what the settings choose in it."""
        of_stage, own = STAGES[self.stage].version, self.settings.version
        return of_stage if own is None else f"{of_stage}.{own}"

    @cached_property
    def json(self) -> str:
        """Everything the job's numbers depend on, as canonical JSON: what its key is made of."""
        settings = self.settings.model_dump(mode="json", exclude=set(self.settings.place))
        return canonical(
            {
                "stage": self.stage,
                "version": self.version,
                "settings": settings,
                "inputs": dict(self.inputs),
            }
        )

    @cached_property
    def key(self) -> str:
        """What its file is named by."""
        return key_of(self.json)

    @property
    def reference(self) -> str:
        """How other jobs name this one as their input."""
        return f"{self.stage}/{self.key}"

    @property
    def path(self) -> str:
        """Its file, relative to the working directory."""
        return f"{RESULTS}/{self.reference}.nc"

    @property
    def input_paths(self) -> list[str]:
        """The files it reads, relative to the working directory."""
        if self.sources:
            return list(self.sources)
        return [f"{RESULTS}/{reference}.nc" for reference in self.references]

    @property
    def references(self) -> list[str]:
        """All its inputs, of whatever role."""
        return every(self.inputs)


def file_reference(path: str | Path) -> str:
    """How a job names a file from outside: by the digest of its content.

    Raises OSError where it cannot be read, or is no file with an end.
    """
    with regular_file(path).open("rb") as file:
        return f"file/{hashlib.file_digest(file, 'sha256').hexdigest()[:16]}"
