"""What a person can mend is said in one line."""

from __future__ import annotations


class ConfigError(ValueError):
    """A wrong configuration, said in one line: path, what was found, what is allowed."""
