"""The truth in steps of a signal, which are longer than the series' where it was decimated."""

from __future__ import annotations

from typing import NamedTuple

import xarray as xr


class Largest(NamedTuple):
    """The largest exponent of the equations."""

    lambda_max: float
    """In nats per step of the signal."""
    std_error: float
    tau_pred: float
    """In steps of the signal; NaN where the equations are not chaotic."""


def largest(truth: xr.Dataset, dt: float) -> Largest:
    """The truth for a signal with the sampling interval `dt`."""
    return Largest(
        dt * float(truth["lambda_max_per_time"]),
        dt * float(truth["lambda_max_per_time_std_error"]),
        float(truth["tau_pred"]) * float(truth.attrs["dt"]) / dt,
    )
