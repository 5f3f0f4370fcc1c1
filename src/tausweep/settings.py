"""What all settings share: the base class, and types of numbers and names with their bounds.

Numbers are strict: YAML reads ``1e-3`` as a string, and a string is refused rather than guessed.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import textwrap
from itertools import pairwise
from typing import Annotated, Any, ClassVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    Strict,
    StringConstraints,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

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
    """Base of all settings: immutable, no unknown keys, no NaN or infinity.

    A class is made ready to check its settings when it first does, and its source is read only
    where its texts are shown: for all classes this takes longer than many a job.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)
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

    @classmethod
    def texts(cls) -> dict[str, str]:
        """What stands below each setting in the source of its class, by the setting's name."""
        found: dict[str, str] = {}
        for kind in reversed(cls.__mro__):
            if issubclass(kind, Settings):
                (source,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
                assert isinstance(source, ast.ClassDef)
                for pair in pairwise([*source.body, ast.Pass()]):
                    match pair:
                        case (
                            ast.AnnAssign(target=ast.Name(id=name)),
                            ast.Expr(value=ast.Constant(value=str(text))),
                        ):
                            found[name] = inspect.cleandoc(text)
                        case ast.AnnAssign(target=ast.Name(id=name)), _:
                            found.pop(name, None)  # what a base says need not hold of it
        return {name: text for name, text in found.items() if name in cls.model_fields}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler(core_schema)
        properties = handler.resolve_ref_schema(schema)["properties"]
        for name, text in cls.texts().items():
            properties[name]["description"] = text
        return schema
