"""Random square matrices, as initial weights: stable ones and others (their spectra: `spectra`).

Directions in which the data have no energy keep their initial weights, so these decide whether
what is learned is stable there (`discrete`). Every function draws one n × n matrix.

What is kept is the block Â_22(0) in the *data's* basis. Gershgorin's theorem bounds the eigenvalues
of Â(0) by its rows in the coordinates it is drawn in, and says nothing of blocks in others:

    G = [[0, 1, 0], [1, 0, 0], [1, 0, 0]] has eigenvalues ±1 and 0, but uᵀ G u = 3/(2√2) ≈ 1.06
    with u = (√2, 1, 1)/2, and data that lack u keep this unstable eigenvalue.

Rows of sum one do bound it for data that lack coordinates. Of the matrices that `gershgorin` draws
one in six has such a u for n = 3, one in a hundred for n = 4, and hardly any for larger n, where
they are far inside the circle. A bound on the spectral norm holds in every basis: no block of a
matrix has a larger one than the matrix. `orthogonal` and `contracted` have it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

Square = Float[np.ndarray, "n n"]
Draw = Callable[[int, np.random.Generator], Square]


def glorot_uniform(n: int, rng: np.random.Generator) -> Square:
    """Uniform of variance 1/n (Glorot & Bengio 2010); some eigenvalues lie outside the circle."""
    bound = (3 / n) ** 0.5
    return rng.uniform(-bound, bound, (n, n))


def glorot_normal(n: int, rng: np.random.Generator) -> Square:
    """Normal of variance 1/n (Glorot & Bengio 2010): the same in every orthonormal basis.

    Some eigenvalues lie outside the unit circle (Fig. 1): a share that falls as n grows
    (`expected_outside`), but of ever more matrices, as each has n.
    """
    return rng.normal(0.0, n**-0.5, (n, n))


def gershgorin_uniform(n: int, rng: np.random.Generator) -> Square:
    """Uniform in ±1/(n−1) with zero diagonal: no eigenvalue outside the unit circle (Fig. 2).

    Rows have an absolute sum of at most 1, ½ in the mean; by the circular law eigenvalues fill a
    disk of radius 1/√(3n), about.
    """
    bound = 1 / max(n - 1, 1)
    R = rng.uniform(-bound, bound, (n, n))
    np.fill_diagonal(R, 0)
    return R


def gershgorin(n: int, rng: np.random.Generator) -> Square:
    """Zero diagonal and rows of absolute sum 1: no eigenvalue outside the unit circle.

    By Gershgorin's circle theorem (section 2: uniform off the diagonal, each row renormalised).
    The radius that they fill is twice that of `gershgorin_uniform`, about; for n = 2 all are on the
    circle.
    """
    R = rng.uniform(-1, 1, (n, n))
    np.fill_diagonal(R, 0)
    sums = np.abs(R).sum(axis=1, keepdims=True)
    return R / np.where(sums == 0, 1, sums)


def gershgorin_continuous(n: int, rng: np.random.Generator, *, rate: float = 1.0) -> Square:
    """Gershgorin disks in the left half plane, for continuous time (section 3): rate (G − I).

    G is `gershgorin`, so that all disks are the one about −rate of radius rate. That is the whole
    stability region |1 + h λ| ≤ 1 of forward Euler for h = 1/rate, and inside of it for smaller h:
    for a residual network of step h, take a rate of at most 1/h.
    """
    return rate * (gershgorin(n, rng) - np.eye(n))


def orthogonal(n: int, rng: np.random.Generator) -> Square:
    """Orthogonal, all alike likely (Haar): eigenvalues on the unit circle, blocks inside of it.

    QR of a normal matrix, with R's diagonal positive (Mezzadri 2007, Notices AMS 54, 592).
    """
    Q, R = np.linalg.qr(rng.standard_normal((n, n)))
    return Q * np.sign(np.diag(R))


def contracted(A: Square, norm: float = 1.0) -> Square:
    """The matrix, shrunk where its spectral norm exceeds `norm`: so does no block, in any basis."""
    return A * min(1.0, norm / np.linalg.norm(A, 2)) if A.any() else A
