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
    """Training and held-out part of samples (time, …); only the first if nothing is held out."""
    return [part for part in (x.values[:train_steps], x.values[train_steps:]) if len(part)]


def join(x: xr.DataArray, parts: Sequence[Part]) -> xr.DataArray:
    """The samples `x` with the values of its changed parts."""
    return x.copy(data=np.concatenate(parts))


def convolve(part: Part, weights: Float[np.ndarray, " lag"]) -> Part:
    """Weighted mean around every sample, with symmetric weights.

    Beyond its ends a part goes on as its own point reflection, so with the value and slope it has
    there: a straight line comes out as it was.
    """
    from scipy.ndimage import convolve1d

    reach = len(weights) // 2
    beyond = np.pad(part, ((reach, reach), (0, 0)), mode="reflect", reflect_type="odd")
    return np.asarray(convolve1d(beyond, weights, axis=0)[reach : len(beyond) - reach])


def check_length(parts: Sequence[Part], least: int, wanted_by: str, remedy: str) -> None:
    """Raise ValueError, in words that end with `remedy`, where a part has not enough samples."""
    for name, part in zip(NAMES, parts, strict=False):
        if len(part) < least:
            raise ValueError(
                f"{wanted_by} needs {least} samples, and the {name} part has {len(part)}: {remedy}"
            )
