"""Quantiles over members, of which one that has no value is the worst of all."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float


def quantile(values: Float[np.ndarray, "*axes member"], q: float) -> Float[np.ndarray, "*axes"]:
    """Quantile over the last axis, lower values being better; NaN counts as infinite.

    Members that diverged are thus never left out: once half of them have no value, neither has
    the median (infinity).
    """
    ordered = np.sort(np.where(np.isnan(values), np.inf, values), axis=-1)
    place = q * (ordered.shape[-1] - 1)
    low, high = ordered[..., math.floor(place)], ordered[..., math.ceil(place)]
    with np.errstate(invalid="ignore"):  # ∞ − ∞
        between = low + (place - math.floor(place)) * (high - low)
    return np.asarray(np.where(low == high, low, between))
