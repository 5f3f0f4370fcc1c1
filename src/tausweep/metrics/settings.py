"""Settings of the metrics."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict

from tausweep.settings import PositiveFloat, PositiveInt, Settings


class Geometry(Settings):
    """D_stsp: Kullback-Leibler divergence of the data from the orbit over bins of state space."""

    bins: Annotated[int, Strict(), Field(gt=1)] = 30
    """Bins per variable."""
    margin: Annotated[float, Strict(), Field(ge=0)] = 0.1
    """How far the bins reach beyond the data's range, in standard deviations."""
    alpha: PositiveFloat = 1e-5
    """Laplace smoothing: added to the count of every bin."""


class Spectrum(Settings):
    """D_H: Hellinger distance of power spectra."""

    bandwidth: Annotated[float, Strict(), Field(ge=0, lt=0.5)] = 5e-4
    """Standard deviation of the Gaussian that smooths a spectrum, in cycles per step."""


class Legacy(Settings):
    """The same two metrics as the main paper's published code computes them."""

    bins: Annotated[int, Strict(), Field(gt=1)] = 10
    piece: PositiveInt = 2_000
    """Length of the pieces whose spectra are averaged, in steps."""
    smoothing: PositiveFloat = 2.0
    """Width of the Gaussian that smooths a spectrum, in frequency bins."""
    frequencies: PositiveInt = 500
    """Spectra are cut off at this many frequencies."""


class Metrics(Settings):
    """How an orbit is compared with the held-out data."""

    geometry: Geometry = Geometry()
    spectrum: Spectrum = Spectrum()
    legacy: Legacy = Legacy()
    excerpt: PositiveInt = 2_000
    """Steps of each orbit kept beside its metrics, for the figures."""
