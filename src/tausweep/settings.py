"""What all settings share: the base class, and types of numbers and names with their bounds.

Numbers are strict: YAML reads ``1e-3`` as a string, and a string is refused rather than guessed.
"""

from __future__ import annotations

import difflib
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints, model_validator

HUGE = 1e100
"""A number in a configuration beyond this is a slip, and its square no number any more."""
MOST = 1_000_000_000
"""Of anything that is counted: more would not fit into memory, or not end."""

Float = Annotated[float, Strict(), Field(ge=-HUGE, le=HUGE)]
PositiveInt = Annotated[int, Strict(), Field(gt=0, le=MOST)]
NaturalInt = Annotated[int, Strict(), Field(ge=0, le=MOST)]
Seed = Annotated[int, Strict(), Field(ge=0, lt=2**63)]
PositiveFloat = Annotated[float, Strict(), Field(gt=0, le=HUGE)]
NonNegativeFloat = Annotated[float, Strict(), Field(ge=0, le=HUGE)]
Fraction = Annotated[float, Strict(), Field(gt=0, lt=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64)]
"""Becomes part of names of files and of labels in figures."""


class Settings(BaseModel):
    """Base of all settings: immutable, no unknown keys, no NaN or infinity."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )
    place: ClassVar[frozenset[str]] = frozenset()
    """Settings that say where data are and not which, so that they are in no key."""
    version: ClassVar[int | None] = None
    """Of the code that these settings choose, where that has a version apart from its stage's."""

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
