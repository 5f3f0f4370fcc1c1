"""D_H as the main paper's published code computes it (DurstewitzLab/ChaosRNN): an orbit from the
first sample on, without a transient, against all data, those trained on included.

It is kept so that published numbers can be compared, and has known faults. Spectra are not
normalised after smoothing and cutting, so that D_H(x, x) is not 0. They are cut at a quarter cycle
per step by default, half of what there is: of a map, whose power may lie above that, hardly
anything is compared, and an exact copy of a cycle of period 8 can score 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal, TypeAlias

import numpy as np
from jaxtyping import Float

from tausweep.metrics.metric import Comparison, Trajectory, Values, Variable
from tausweep.orbit.settings import Part
from tausweep.settings import PositiveFloat, PositiveInt

Spectrum: TypeAlias = Float[np.ndarray, "frequency variable"]


class DHLegacy(Comparison):
    """D_H as the main paper's published code computes it."""

    metric: Literal["d_h_legacy"] = "d_h_legacy"
    piece: PositiveInt = 2_000
    """Length of the pieces whose spectra are averaged, in steps."""
    smoothing: PositiveFloat = 2.0
    """Width of the Gaussian that smooths a spectrum, in frequency bins."""
    frequencies: PositiveInt = 500
    """Spectra are cut off at this many frequencies."""

    version: ClassVar[int | None] = 5  # of whole orbits and signals
    part: ClassVar[Part] = "whole"
    variables: ClassVar[Mapping[str, Variable]] = {
        "D_H_legacy": Variable("D_H as the published code computes it", "1")
    }

    @property
    def coordinates_of(self) -> Literal["series"]:  # noqa: D102
        return "series"

    def describe(self, x: Trajectory, data: Trajectory) -> Spectrum:  # noqa: D102
        return power_spectrum(x, self.piece, self.smoothing, self.frequencies)

    def distance(self, p: Spectrum, q: Spectrum) -> Values:  # noqa: D102
        return {"D_H_legacy": hellinger(p, q).mean()}


def power_spectrum(x: Trajectory, piece: int, smoothing: float, frequencies: int) -> Spectrum:
    """Power spectra |FFT|² · 2/T² averaged over pieces of T steps, smoothed, and cut.

    Each piece is standardised by itself, which makes its one-sided spectrum sum to about 1; it is
    not normalised again. Pieces that are not finite are left out of the average (the published
    nanmean); where none is left, the spectrum is NaN.

    A piece that stands still is, in the published code, hardly ever left out: its mean differs from
    its value by rounding, so that standardising turns it into a constant ±√((T−1)/T), whose power
    2(T−1)/T is all at the zero frequency. Here it counts so whatever the rounding.

    Parameters
    ----------
    x
        Trajectory. What does not fill a piece at its end is not used.
    piece
        Length T of the pieces, in steps; at most the trajectory's.
    smoothing
        Standard deviation of the smoothing Gaussian in frequency bins. Beyond the ends the
        spectrum counts as zero.
    frequencies
        How many frequencies are kept, the zero frequency among them.
    """
    from scipy import ndimage

    piece = min(piece, len(x))
    pieces = np.asarray(x[: len(x) // piece * piece], dtype=np.float64)
    pieces = pieces.reshape(-1, piece, x.shape[1])
    used = np.isfinite(pieces).all(axis=1, keepdims=True)
    pieces = np.where(used, pieces, 0.0)
    moves = np.ptp(pieces, axis=1, keepdims=True) > 0
    centred = pieces - pieces.mean(axis=1, keepdims=True)
    deviation = np.where(moves, pieces.std(axis=1, ddof=1, keepdims=True), 1.0)
    standardised = np.where(moves, centred / deviation, np.sqrt((piece - 1) / piece))
    power = np.abs(np.fft.rfft(used * standardised, axis=1)) ** 2 * 2 / piece**2
    total, number = power.sum(axis=0), used.sum(axis=0)  # what is not used has no power
    average = np.where(number > 0, total / np.maximum(number, 1), np.nan)
    smooth = ndimage.gaussian_filter1d(average, smoothing, axis=0, mode="constant", truncate=5.0)
    return np.asarray(smooth[:frequencies])


def hellinger(p: Spectrum, q: Spectrum) -> Float[np.ndarray, " variable"]:
    """D_H = sqrt(1 − ∫ √(PQ)) by the trapezoid rule, bins one apart, per variable.

    Where the integral exceeds 1 the published code takes the root of a negative number; here the
    argument is clipped at 0.
    """
    overlap = np.trapezoid(np.sqrt(p * q), axis=0)
    return np.asarray(np.sqrt(np.maximum(1 - overlap, 0.0)))
