"""D_H: how far an orbit's power spectra lie from the data's.

D_H = sqrt(½ Σ_f (√P_f − √Q_f)²), the Hellinger distance of two normalised power spectra, per
variable (Mikhaeil, Monfared, Durstewitz 2022, Appx. A.5). It lies in [0, 1], and is exactly 0 for
identical input because normalising comes last. It ignores amplitude: read it beside D_stsp.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, TypeAlias

import numpy as np
from jaxtyping import Float
from pydantic import Field, Strict

from tausweep.metrics.metric import Comparison, Trajectory, Values, Variable

RESOLUTION = 1e-6
"""Least extent of a variable that moves, relative to its largest value. Orbits are stored in
single precision, whose rounding alone can move a fixed point by 1e-7 of its value."""

Spectrum: TypeAlias = Float[np.ndarray, "frequency variable"]


class DH(Comparison):
    """D_H: Hellinger distance of power spectra."""

    metric: Literal["d_h"] = "d_h"
    bandwidth: Annotated[float, Strict(), Field(ge=0, lt=0.5)] = 5e-4
    """Standard deviation of the Gaussian that smooths a spectrum, in cycles per step."""

    version: ClassVar[int | None] = 2
    variables: ClassVar[Mapping[str, Variable]] = {
        "D_H": Variable(
            "Hellinger distance of power spectra, D_H, mean over variables", "1", diverged=1.0
        ),
        "D_H_variable": Variable(
            "Hellinger distance of power spectra, D_H", "1", ("variable",), diverged=1.0
        ),
        "constant": Variable(
            "whether a variable of the orbit does not move",
            "1",
            ("variable",),
            diverged=0,
            reference=False,
        ),
    }

    def describe(self, x: Trajectory, data: Trajectory) -> Spectrum:  # noqa: D102
        return power_spectrum(x, self.bandwidth)

    def distance(self, p: Spectrum, q: Spectrum) -> Values:  # noqa: D102
        each = hellinger(p, q)
        still = ~q.any(axis=0)
        return {"D_H": each.mean(), "D_H_variable": each, "constant": still.astype(np.int8)}


def power_spectrum(x: Trajectory, bandwidth: float) -> Spectrum:
    """One-sided power spectra without the zero frequency, smoothed, each of sum 1.

    Parameters
    ----------
    x
        Trajectory; each variable is centred by its own mean.
    bandwidth
        Standard deviation of the smoothing Gaussian, in cycles per step: a width that does not
        depend on the length. The ends of the spectrum are reflected, so that no power is lost.

    Returns
    -------
    All zeros where a variable has no spectrum: it is constant, or not finite throughout.
    """
    from scipy import ndimage

    x = np.asarray(x, dtype=np.float64)
    x = np.where(np.isfinite(x).all(axis=0), x, 0.0)
    moves = np.ptp(x, axis=0) > RESOLUTION * np.abs(x).max(axis=0)
    power = np.where(moves, _periodogram(x), 0.0)
    power = ndimage.gaussian_filter(power, bandwidth * len(x), mode="reflect", axes=(0,))
    total = np.where(moves, power.sum(axis=0), 1.0)
    return np.asarray(power / total)


def _periodogram(x: Trajectory) -> Spectrum:
    """Power of each frequency but zero, up to a common factor. The highest one stands for itself
    where the length is even; each other one, for its negative too.
    """
    power = np.abs(np.fft.rfft(x - x.mean(axis=0), axis=0)[1:]) ** 2
    power[: (len(x) - 1) // 2] *= 2
    return power


def hellinger(p: Spectrum, q: Spectrum) -> Float[np.ndarray, " variable"]:
    """Hellinger distance of normalised spectra, per variable; 1 where either has no spectrum."""
    distance = np.sqrt(0.5 * np.sum((np.sqrt(p) - np.sqrt(q)) ** 2, axis=0))
    exist = p.any(axis=0) & q.any(axis=0)
    return np.where(exist, np.minimum(distance, 1.0), 1.0)
