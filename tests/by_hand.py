"""Chaotic series made without the library."""

from __future__ import annotations

import numpy as np


def henon(steps: int, a: float = 1.4) -> np.ndarray:
    x = np.empty((steps, 2))
    x[0] = 0.1, 0.1
    for t in range(steps - 1):
        x[t + 1] = 1 - a * x[t, 0] ** 2 + x[t, 1], 0.3 * x[t, 0]
    return x


def lorenz_by_hand(steps: int, dt: float = 0.02) -> np.ndarray:
    """Lorenz-63 by a plain Runge-Kutta of fourth order."""

    def f(u):
        return np.array([10 * (u[1] - u[0]), u[0] * (28 - u[2]) - u[1], u[0] * u[1] - 8 / 3 * u[2]])

    x = np.empty((steps + 500, 3))
    x[0] = 1.0, 2.0, 20.0
    for t in range(len(x) - 1):
        k1 = f(x[t])
        k2 = f(x[t] + dt / 2 * k1)
        k3 = f(x[t] + dt / 2 * k2)
        x[t + 1] = x[t] + dt / 6 * (k1 + 2 * k2 + 2 * k3 + f(x[t] + dt * k3))
    return x[500:]
