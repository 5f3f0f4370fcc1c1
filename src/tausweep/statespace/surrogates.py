"""Surrogate data: series with the spectrum of the data and no other structure.

Theiler, Eubank, Longtin, Galdrikian, Farmer 1992, Physica D 58, 77; several variables with their
cross-spectra: Prichard & Theiler 1994, Phys. Rev. Lett. 73, 951.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def phase_randomised(
    x: Float[np.ndarray, "time variable"], rng: np.random.Generator
) -> Float[np.ndarray, "time variable"]:
    """Give every frequency another phase, the same in all variables.

    Power spectra and cross-spectra, and so all linear correlations, stay as they are.
    """
    spectrum = np.fft.rfft(x, axis=0)
    phases = rng.uniform(0, 2 * np.pi, size=(len(spectrum), 1))
    phases[0] = 0.0
    if len(x) % 2 == 0:
        phases[-1] = 0.0  # this frequency has no phase
    return np.asarray(np.fft.irfft(spectrum * np.exp(1j * phases), len(x), axis=0))
