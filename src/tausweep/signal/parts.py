"""The two parts of a signal: filters that look around a sample act on each of them alone.

Otherwise the last training samples would hold something of the first held-out ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from jaxtyping import Float

Part = Float[np.ndarray, "time variable"]

NAMES = ("training", "held-out")


def split(x: xr.DataArray, train_steps: int) -> list[Part]:
    """Training and held-out part of samples (time, …)."""
    return [x.values[:train_steps], x.values[train_steps:]]


def join(x: xr.DataArray, parts: Sequence[Part]) -> xr.DataArray:
    """The samples `x` with the values of its changed parts."""
    return x.copy(data=np.concatenate(parts))


def check_length(parts: Sequence[Part], least: int, wanted_by: str, remedy: str) -> None:
    """Raise ValueError, in words that end with `remedy`, where a part has not enough samples."""
    for name, part in zip(NAMES, parts, strict=True):
        if len(part) < least:
            raise ValueError(
                f"{wanted_by} needs {least} samples, and the {name} part has {len(part)}: {remedy}"
            )
