"""Stochastic processes: what is left of them without their noise settles or goes round."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.signal import lfilter

from .kinds import TURN, Kind, coloured, enter, noisy_flow

KINDS: dict[str, Kind] = {}
"""By name."""
kind = partial(enter, KINDS)


@kind
def white_1(rng, n):
    """White noise."""
    return rng.standard_normal(n)


@kind
def white_3(rng, n):
    """White noise in three columns."""
    return rng.standard_normal((n, 3))


@kind
def uniform(rng, n):
    """White noise that is not Gaussian."""
    return rng.uniform(size=n)


@kind
def ar1(rng, n):
    """Autoregressive noise of order 1."""
    return lfilter([1], [1, -rng.uniform(0.3, 0.98)], rng.standard_normal(n))


@kind
def ar2(rng, n):
    """Order 2: it oscillates."""
    r, w = rng.uniform(0.9, 0.995), TURN / rng.uniform(10, 60)
    return lfilter([1], [1, -2 * r * np.cos(w), r**2], rng.standard_normal(n))


@kind
def arma(rng, n):
    """Orders 2 and 2."""
    r, w = rng.uniform(0.8, 0.98), TURN / rng.uniform(5, 40)
    return lfilter([1, 0.6, 0.3], [1, -2 * r * np.cos(w), r**2], rng.standard_normal(n))


@kind
def linear_3(rng, n):
    """Three columns of one linear stochastic process with an oscillation."""
    w, out, x = TURN / rng.uniform(15, 50), np.empty((n, 3)), np.zeros(3)
    turn = np.array([[np.cos(w), -np.sin(w), 0.1], [np.sin(w), np.cos(w), 0], [0, 0, 0.9]])
    for t in range(n):
        x = 0.98 * turn @ x + rng.standard_normal(3)
        out[t] = x
    return out


@kind
def walk(rng, n):
    """A random walk."""
    return np.cumsum(rng.standard_normal(n))


@kind
def walk_3(rng, n):
    """A random walk in space."""
    return np.cumsum(rng.standard_normal((n, 3)), axis=0)


@kind
def pink(rng, n):
    """Power 1/f."""
    return coloured(rng, n, 1)


@kind
def brown(rng, n):
    """Power 1/f²."""
    return coloured(rng, n, 2)


@kind
def black(rng, n):
    """Power 1/f³: smooth, and never the same twice."""
    return coloured(rng, n, 3)


@kind
def band_passed(rng, n):
    """White noise through a smooth filter, as in an electroencephalogram."""
    w = TURN / rng.uniform(10, 40)
    a = [1, -2 * 0.95 * np.cos(w), 0.95**2]
    return lfilter([1], np.convolve(a, a), rng.standard_normal(n))


@kind
def telegraph(rng, n):
    """Two values, changed at random times."""
    return np.cumsum(rng.uniform(size=n) < 1 / rng.uniform(10, 100)) % 2


@kind
def smooth_telegraph(rng, n):
    """The same through a filter of first order."""
    return lfilter([0.2], [1, -0.8], 1.0 * telegraph(rng, n)[:, 0])


@kind
def shots(rng, n):
    """Decaying pulses of random height at random times."""
    heights = rng.exponential(size=n) * (rng.uniform(size=n) < 1 / rng.uniform(5, 40))
    return lfilter([1], [1, -rng.uniform(0.7, 0.95)], heights)


@kind
def counts(rng, n):
    """Numbers of events of a rate that varies."""
    rate = np.exp(1 + 0.5 * lfilter([0.3], [1, -0.95], rng.standard_normal(n)))
    return rng.poisson(rate)


@kind
def threshold(rng, n):
    """A stochastic model with two regimes (Tong's)."""
    low, high = rng.uniform(0.3, 0.9), rng.uniform(-0.9, -0.3)
    x, out = 0.0, np.empty(n)
    for t in range(n):
        x = (1 + low * x if x < 0.5 else high * x) + rng.standard_normal()
        out[t] = x
    return out


@kind
def bilinear(rng, n):
    """X' = a x + b x e + e'."""
    a, b, x, out = rng.uniform(0.3, 0.7), rng.uniform(0.2, 0.4), 0.0, np.empty(n)
    kicks = rng.standard_normal(n + 1)
    for t in range(n):
        x = a * x + b * x * kicks[t] + kicks[t + 1]
        out[t] = x
    return out


@kind
def volatile(rng, n):
    """Returns whose variance follows its own past (GARCH)."""
    a, b = rng.uniform(0.05, 0.15), rng.uniform(0.7, 0.84)
    variance, out = 1.0, np.empty(n)
    for t in range(n):
        out[t] = np.sqrt(variance) * rng.standard_normal()
        variance = 1 - a - b + a * out[t] ** 2 + b * variance
    return out


@kind
def prices(rng, n):
    """Sums of such returns."""
    return np.cumsum(volatile(rng, n))


@kind
def double_well(rng, n):
    """Noise that drives from well to well."""
    return noisy_flow(
        rng, n, lambda x: x - x**3, (1.0,), dt=0.1, noise=rng.uniform(0.4, 0.8), substeps=4
    )


@kind
def cubed(rng, n):
    """Oscillating noise seen through a nonlinear function."""
    return ar2(rng, n) ** 3


@kind
def heavy_tails(rng, n):
    """Autoregressive, driven by Student's t of 3 degrees of freedom."""
    return lfilter([1], [1, -rng.uniform(0.3, 0.95)], rng.standard_t(3, size=n))
