"""D_stsp and D_H as the main paper's published code computes them (DurstewitzLab/ChaosRNN).

They are kept so that published numbers can be compared, and have known faults: boxes lie about
zero wherever the data are; samples in the lowest box of any variable or outside are dropped and
what is left is renormalised; the spectra are not normalised after smoothing and cutting, so that
D_H(x, x) is not 0. An orbit with nothing left to compare has no value (NaN).
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float
from scipy import ndimage

from tausweep.metrics import geometry
from tausweep.metrics.geometry import Histogram

ALPHA = 1e-5
"""Laplace smoothing: added to the count of every box, the lowest ones included."""


def histogram(
    x: Float[np.ndarray, "time variable"], scale: Float[np.ndarray, " variable"], bins: int
) -> Histogram:
    """Visits to `bins` boxes per variable over ±2 `scale` about zero.

    Samples outside (NaN included) and in the lowest box of any variable are left out.

    Parameters
    ----------
    x
        Trajectory.
    scale
        Standard deviation of each variable of the data, n − 1 in its denominator.
    """
    with np.errstate(divide="ignore", invalid="ignore"):  # of a constant variable nothing is kept
        box = (x + 2 * scale) / (4 * scale) * bins
    kept = box[((box >= 1) & (box < bins)).all(axis=1)].astype(np.int64)
    shape = (bins,) * x.shape[1]
    return Histogram.of(np.ravel_multi_index(tuple(kept.T), shape), math.prod(shape))


def divergence(p: Histogram, q: Histogram) -> float:
    """D_stsp, in nats; NaN where nothing was kept of data or orbit."""
    if not (p.count.size and q.count.size):
        return math.nan
    return geometry.divergence(p, q, ALPHA)


def power_spectrum(
    x: Float[np.ndarray, "time variable"], piece: int, smoothing: float, frequencies: int
) -> Float[np.ndarray, "frequency variable"]:
    """Power spectra |FFT|² · 2/T² averaged over pieces of T steps, smoothed, and cut.

    Each piece is standardised by itself, which makes its one-sided spectrum sum to about 1; it is
    not normalised again. Pieces that are constant or not finite are left out of the average (the
    published nanmean); where none is left, the spectrum is NaN.

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
    piece = min(piece, len(x))
    pieces = np.asarray(x[: len(x) // piece * piece], dtype=np.float64)
    pieces = pieces.reshape(-1, piece, x.shape[1])
    finite = np.isfinite(pieces).all(axis=1, keepdims=True)
    pieces = np.where(finite, pieces, 0.0)
    used = np.ptp(pieces, axis=1, keepdims=True) > 0
    centred = pieces - pieces.mean(axis=1, keepdims=True)
    deviation = np.where(used, pieces.std(axis=1, ddof=1, keepdims=True), 1.0)
    power = np.abs(np.fft.rfft(centred / deviation, axis=1)) ** 2 * 2 / piece**2
    total, number = power.sum(axis=0), used.sum(axis=0)  # what is not used has no power
    average = np.where(number > 0, total / np.maximum(number, 1), np.nan)
    smooth = ndimage.gaussian_filter1d(average, smoothing, axis=0, mode="constant", truncate=5.0)
    return np.asarray(smooth[:frequencies])


def hellinger(
    p: Float[np.ndarray, "frequency variable"], q: Float[np.ndarray, "frequency variable"]
) -> Float[np.ndarray, " variable"]:
    """D_H = sqrt(1 − ∫ √(PQ)) by the trapezoid rule, bins one apart, per variable.

    Where the integral exceeds 1 the published code takes the root of a negative number; here the
    argument is clipped at 0.
    """
    overlap = np.trapezoid(np.sqrt(p * q), axis=0)
    return np.asarray(np.sqrt(np.maximum(1 - overlap, 0.0)))
