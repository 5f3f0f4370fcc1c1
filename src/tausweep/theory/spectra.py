"""Spectra of random matrices: how many of their eigenvalues are unstable (Figs. 1 and 2).

Of "Dynamics of learning when learning dynamics using neural networks" (anonymous, under review).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Complex, Float

from tausweep.theory.random_matrices import Draw

ROUNDING = 1e-10
"""Eigenvalues are known no better than this; those further out than it are counted as outside."""


def spectra(
    draw: Draw, n: int, realisations: int, rng: np.random.Generator
) -> Complex[np.ndarray, "realisation n"]:
    """Eigenvalues of that many matrices; Figs. 1 and 2 have 10⁵ of them in all."""
    drawn = (np.linalg.eigvals(draw(n, rng)) for _ in range(realisations))
    return np.array(list(drawn), dtype=complex)


class Outside(NamedTuple):
    """How much of some spectra is unstable."""

    eigenvalues: float
    """φ, the fraction of all eigenvalues."""
    realisations: float
    """The fraction of matrices with any: those that are unstable."""


def outside(excess: Float[np.ndarray, "realisation n"]) -> Outside:
    """How many eigenvalues lie outside a region, given by how far each does.

    `excess` is |λ| − 1 for discrete time, Re λ for continuous time, |1 + hλ| − 1 for forward Euler.
    """
    out = excess > ROUNDING
    return Outside(float(out.mean()), float(out.any(axis=1).mean()))


def expected_outside(n: int, rank: int = 0) -> float:
    """φ in the mean over `glorot_normal` matrices, or over their blocks Â_22(0) for data of rank r.

    A k × k matrix of standard normal entries has, in the mean, real eigenvalues of density

        Q(k−1, x²) / √(2π) + |x|^{k−1} e^{−x²/2} P((k−1)/2, x²/2) / (2^{k/2} Γ(k/2))

    and in either half plane complex ones of density √(2/π) y e^{2y²} erfc(√2 y) Q(k−1, x² + y²),
    with P and Q the regularised incomplete gamma functions (Edelman, Kostlan & Shub 1994, J. AMS 7,
    247; Edelman 1997, J. Multivariate Anal. 60, 203). Here k = n − r, of which there must be one or
    more, and the densities are integrated beyond √n.
    """
    from scipy.integrate import quad
    from scipy.special import erfcx, gammainc, gammaincc, gammaln

    k = n - rank
    angle = np.linspace(0, np.pi, 401)

    def on_circle(r: float) -> float:
        """Complex and real eigenvalues of modulus r, per unit of r."""
        y = r * np.sin(angle)
        density = np.sqrt(2 / np.pi) * y * erfcx(np.sqrt(2) * y) * gammaincc(k - 1, r**2)
        power = (k - 1) * np.log(r) - r**2 / 2 - k / 2 * np.log(2) - gammaln(k / 2)
        real = gammaincc(k - 1, r**2) / np.sqrt(2 * np.pi)
        real += np.exp(power) * gammainc((k - 1) / 2, r**2 / 2)
        return float(2 * np.trapezoid(density, angle) * r + 2 * real)

    number, _ = quad(on_circle, n**0.5, n**0.5 + 12, limit=200)  # beyond, less than e⁻⁷⁰
    return float(number / k)


def circular_law_radius(n: int, rank: int = 0) -> float:
    """Radius √((n−r)/n) of the disk that the eigenvalues of Â_22(0) fill evenly as n − r → ∞.

    Â(0) is either Glorot matrix and r the rank of the data (Tao, Vu & Krishnapur 2010). A normal
    matrix has independent entries in the data's basis too, a uniform one only in its own; there
    the law rests on universality.
    """
    return float(((n - rank) / n) ** 0.5)
