"""Configuration files as people write them: YAML, read strictly."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import yaml

from tausweep.errors import ConfigError


class _Strict(yaml.SafeLoader):
    """Refuses a key that stands twice: YAML would keep the last, and say nothing."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen and key.value != "<<":
                    line = key.start_mark.line + 1
                    raise ConfigError(f"line {line}: {key.value!r} stands twice: give it once")
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def read(path: str | Path) -> dict[str, Any]:
    """What a configuration file holds.

    Raises
    ------
    ConfigError
        One line: the file, and why it is no configuration.
    """
    try:
        found = _parsed(path)
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from None
    except (UnicodeError, yaml.YAMLError) as error:
        line = " ".join(str(error).split())
        raise ConfigError(f"{path}: no configuration: {line}") from None
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: no configuration: must hold settings by their names")
    return found


def check(path: str | Path) -> None:
    """Refuse a file in which a key stands twice.

    Raises
    ------
    ConfigError
        One line: the file, the line, the key.
    """
    with contextlib.suppress(OSError, UnicodeError, yaml.YAMLError):
        _parsed(path)  # whoever reads it for its values says what else is wrong


def _parsed(path: str | Path) -> Any:
    """What YAML says the file holds; ConfigError where a key stands twice, or a value is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return yaml.load(file, _Strict)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
    except UnicodeError:
        raise
    except (ValueError, RecursionError) as error:  # a date that is none, a thousand brackets
        raise ConfigError(f"{path}: no configuration: {error}") from None
