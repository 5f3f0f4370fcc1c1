"""What series that are not chaotic are made of; the kinds themselves are in `cycles.py` and
`noises.py`.

Each is a function (rng, n) -> array (n, columns). Its parameters are drawn anew for every series,
so that no seed is like another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from scipy.signal import lfilter

Kind: TypeAlias = Callable[[np.random.Generator, int], np.ndarray]
TURN = 2 * np.pi


def enter(kinds: dict[str, Kind], function: Kind) -> Kind:
    """Enter a kind by its name; one of one column may return a vector."""

    def columns(rng: np.random.Generator, n: int) -> np.ndarray:
        return np.asarray(function(rng, n), dtype=float).reshape(n, -1)

    kinds[function.__name__] = columns
    return columns


def angle(rng: np.random.Generator, n: int, low: float = 20.0, high: float = 60.0) -> np.ndarray:
    """A phase that goes round evenly, with a period between `low` and `high` samples."""
    return TURN * (rng.uniform() + np.arange(n) / rng.uniform(low, high))


def diffusing(rng: np.random.Generator, n: int) -> np.ndarray:
    """A phase that goes round and diffuses, by 2 to 10 % of a turn in each turn."""
    period, share = rng.uniform(20, 60), rng.uniform(0.02, 0.1)
    steps = TURN / period + TURN * share / np.sqrt(period) * rng.standard_normal(n)
    return np.cumsum(steps)


def wave(rng: np.random.Generator, phase: np.ndarray) -> np.ndarray:
    """A smooth periodic function with three harmonics."""
    k = np.arange(1, 4)
    shape = rng.uniform(0.3, 1, 3) / k
    return np.cos(np.outer(phase, k) + TURN * rng.uniform(size=3)) @ shape


def noisy_flow(
    rng: np.random.Generator,
    n: int,
    right: Callable[[np.ndarray], np.ndarray],
    start: tuple[float, ...],
    *,
    dt: float,
    noise: float | np.ndarray,
    substeps: int = 10,
) -> np.ndarray:
    """Dx = f(x) dt + noise dW, by Heun's method, a transient of 1000 samples dropped."""
    h = dt / substeps
    x = np.array(start)
    kept = []
    for _ in range(n + 1_000):
        for kick in np.sqrt(h) * noise * rng.standard_normal((substeps, len(x))):
            slope = right(x)
            x = x + h / 2 * (slope + right(x + h * slope + kick)) + kick
        kept.append(x)
    return np.array(kept[1_000:])


def coloured(rng: np.random.Generator, n: int, exponent: float) -> np.ndarray:
    """Gaussian noise with power 1/f^exponent, without a period of its own length."""
    frequency = np.fft.rfftfreq(4 * n)
    frequency[0] = frequency[1]
    spectrum = rng.standard_normal((2, len(frequency))).T @ (1, 1j) * frequency ** (-exponent / 2)
    return np.fft.irfft(spectrum)[:n]


def beats(rng: np.random.Generator, n: int) -> np.ndarray:
    """Phase of a heart whose beats last randomly long, correlated from one to the next."""
    mean, spread = rng.uniform(60, 200), rng.uniform(0.02, 0.08)
    wander = lfilter([1], [1, -0.7], rng.standard_normal(n // 10 + 100))
    lasting = mean * np.maximum(0.5, 1 + spread * wander)
    ends = np.cumsum(lasting)
    return np.interp(np.arange(n), ends, TURN * np.arange(len(ends)))
