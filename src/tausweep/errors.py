"""What a person can mend is said in one line."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tausweep.printable import printable

LONGEST = 1000
"""Characters of a message: what was found may be of any length."""


class ConfigError(ValueError):
    """A wrong configuration, said in one line: path, what was found, what is allowed."""

    def __init__(self, text: str) -> None:
        line = printable(text)
        super().__init__(line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}...")


DEEPEST = 50
"""Levels of a configuration."""


def validated(kind: Any, given: Any) -> Any:
    """What was given, as the type it is to be of.

    Raises
    ------
    ConfigError
        The first problem: its path, what was found, what is allowed.
    """
    if _deep(given):
        raise ConfigError(f"nested more than {DEEPEST} levels deep")
    try:
        return TypeAdapter(kind).validate_python(given)
    except ValidationError as error:
        raise ConfigError(_first(error, given)) from None


def _deep(given: Any) -> bool:
    """Whether it has too many levels; what stands in several places of one is looked at once."""
    level = [given]
    for _ in range(DEEPEST):
        parts = (each.values() if isinstance(each, dict) else each for each in level)
        within = (each for part in parts for each in part if isinstance(each, dict | list))
        level = list({id(each): each for each in within}.values())
    return bool(level)


def _first(error: ValidationError, config: Mapping[str, Any]) -> str:
    problem, *others = error.errors(include_url=False)
    path = _path(problem["loc"], config)
    kind, found, context = problem["type"], problem["input"], problem.get("ctx", {})
    more = f" (and {len(others)} more)" if others else ""
    match kind:
        case "value_error":  # our own validators: the sentence is complete
            return f"{path}: {context['error']}".removeprefix(": ") + more
        case "missing" | "union_tag_not_found":
            key = str(context.get("discriminator") or problem["loc"][-1]).strip("'")
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
    return f"{path}: {text}, found {_brief(found)}{more}".lstrip(".: ")


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
                path += f".{step}" if str(step).isprintable() else f".{step!r}"
                config = config[step]
    return path.lstrip(".")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _brief(value: Any) -> str:
    # In bounds, as aliases of YAML make lists of lists that hold more than there is memory for.
    shown = reprlib.Repr()
    shown.maxlevel, shown.maxstring, shown.maxlong, shown.maxother = 3, 120, 120, 120
    shown.maxlist = shown.maxdict = shown.maxtuple = 30
    text = shown.repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
