"""Arrays with what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Labelled: TypeAlias = tuple[str | tuple[str, ...], Any, str, str]
"""Dimensions, values, long name and units of a variable or a coordinate."""


def labelled(variables: Mapping[str, Labelled]) -> dict[str, Any]:
    """The same, by name, as xarray takes them."""
    return {
        name: (dims, values, {"long_name": long_name, "units": units})
        for name, (dims, values, long_name, units) in variables.items()
    }
