"""Linear systems and snapshots of them, as columns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Snapshots(NamedTuple):
    """Y = A X, where X has energy in its first `rank` directions U, which A leaves invariant."""

    A: np.ndarray
    X: np.ndarray
    Y: np.ndarray
    U: np.ndarray


def invariant(n, rank, samples, seed=0):
    """Random ones; energies differ by a factor of 4 from one direction to the next but one."""
    rng = np.random.default_rng(seed)
    U, _ = np.linalg.qr(rng.standard_normal((n, n)))
    A = rng.standard_normal((n, n)) / np.sqrt(n)
    A[rank:, :rank] = 0
    A = U @ A @ U.T
    X = U[:, :rank] @ (2.0 ** -np.arange(rank)[:, None] * rng.standard_normal((rank, samples)))
    return Snapshots(A, X, A @ X, U)


def normal(eigenvalues, energies, seed=0):
    """A normal matrix with these real eigenvalues or, for a complex one, it and its conjugate.

    X X^T / mn has the same eigenvectors, and these eigenvalues. Returns A, X.
    """
    n = len(energies)
    U, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((n, n)))
    A, at = np.zeros((n, n)), 0
    for lam in eigenvalues:
        if np.imag(lam):
            A[at : at + 2, at : at + 2] = [[lam.real, -lam.imag], [lam.imag, lam.real]]
            at += 2
        else:
            A[at, at] = np.real(lam)
            at += 1
    return U @ A @ U.T, U * np.sqrt(n * n * np.asarray(energies))


def differences(f, x, h=1e-6):
    """Derivative of a scalar function of an array, by central differences."""
    slope = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        e = np.zeros_like(x)
        e[i] = h
        slope[i] = (f(x + e) - f(x - e)) / (2 * h)
    return slope


def hessian(gradient, x, h=1e-5):
    """Second derivatives of a function of an array given by its gradient, as a matrix."""
    columns = []
    for i in np.ndindex(x.shape):
        e = np.zeros_like(x)
        e[i] = h
        columns.append(((gradient(x + e) - gradient(x - e)) / (2 * h)).ravel())
    return np.array(columns).T
