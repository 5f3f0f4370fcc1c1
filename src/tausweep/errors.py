"""What a person can mend is said in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError


class ConfigError(ValueError):
    """A wrong configuration, said in one line: path, what was found, what is allowed."""


LONGEST = 1000
"""Characters of a message: what was found may be of any length."""


def one_line(error: ValidationError, config: Mapping[str, Any]) -> str:
    """The first problem of a configuration: its path, what was found, what is allowed."""
    text = _first(error, config)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


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
    try:
        text = repr(value)
    except RecursionError:
        text = "what is nested too deeply"
    return text if len(text) <= 60 else text[:57] + "..."
