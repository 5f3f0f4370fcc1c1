"""Equations of chaotic systems that tausweep has no system of its own for, written out.

Parameters are as in the package dysts (Gilpin 2021, NeurIPS Datasets and Benchmarks) unless a
comment says otherwise.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np

from tausweep.statespace import exponents
from tausweep.systems.system import Flow, Map

SUBSTEPS = 16
"""Steps of a sampling interval in which tangent vectors are followed."""


class Equations(NamedTuple):
    """Equations that tausweep has no system of its own for."""

    right: Callable[..., tuple[Any, ...]]
    """From coordinates to their derivatives or, for a map, to the next ones."""
    start: tuple[float, ...]
    dt: float
    """Sampling interval; 0 for a map."""
    view: Callable[..., tuple[Any, ...]] | None = None
    """What is observed, of the coordinates, where it is not they."""


def aizawa(x, y, z):
    """As in Gilpin 2021."""
    r = x**2 + y**2
    up = 0.6 + 0.95 * z - z**3 / 3 - r - 0.25 * z * r + 0.1 * z * x**3
    return (z - 0.7) * x - 3.5 * y, 3.5 * x + (z - 0.7) * y, up


def blasius(x, y, z):
    """A food chain of three, with bursts."""
    eaten = 0.2 * x * y / (1 + 0.05 * x)
    return x - eaten, -y + eaten - y * z, -10 * (z - 0.006) + y * z


def chua(x, y, z):
    """Piecewise linear."""
    folded = (x + 1) * np.sign(x.real + 1) - (x - 1) * np.sign(x.real - 1)
    return 15.6 * (y - 2 / 7 * x + 1.5 / 7 * folded), x - y + z, -28 * y


def double_pendulum(a, b, p, q):
    """Equal masses and lengths, g = 9.81: released at rest, so the energy is moderate."""
    c, s = np.cos(a - b), np.sin(a - b)
    d = 1 + s**2
    v, w = (p - q * c) / d, (2 * q - p * c) / d
    h = p * q * s / d
    k = (p**2 + 2 * q**2 - 2 * p * q * c) / (2 * d**2) * np.sin(2 * (a - b))
    return v, w, -2 * 9.81 * np.sin(a) - h + k, -9.81 * np.sin(b) + h - k


def hastings_powell(x, y, z):
    """A food chain of three: slow and fast."""
    first, second = 5 * x * y / (1 + 3 * x), 0.1 * y * z / (1 + 2 * y)
    return x * (1 - x) - first, first - second - 0.4 * y, second - 0.01 * z


def hindmarsh_rose(x, y, z):
    """Spikes of a neuron: slow and fast."""
    fast = (y - 0.49 * x**3 + x**2 + z) / 0.03 - x
    return fast, -0.49 * x**3 + z, (0.0322 - x - z) / 0.8


def ikeda(x, y):
    """Light in a ring, u = 0.9 (Hammel, Jones, Moloney 1985)."""
    t = 0.4 - 6 / (1 + x**2 + y**2)
    return 1 + 0.9 * (x * np.cos(t) - y * np.sin(t)), 0.9 * (x * np.sin(t) + y * np.cos(t))


def standard(q, p):
    """Chirikov's map of a kicked rotor, K = 6; both are angles."""
    kicked = p + 6 * np.sin(q)
    return q + kicked, kicked


def windmi(i, v, p):
    """The solar wind's drive of the magnetosphere; its switch is softer, 50 instead of 2200."""
    lost = p**1.25 * 5**0.5 * (1 + np.tanh(50 * (i - 1))) / 2
    return 0.247 * (5 - v), 10.8 * i - 0.0376 * p - 1.06 * v, 25 - lost


def jerk(acceleration: Callable[..., Any]) -> Callable[..., tuple[Any, ...]]:
    """ẋ = y, ẏ = z, ż = acceleration."""
    return lambda x, y, z: (y, z, acceleration(x, y, z))


EQUATIONS: dict[str, Equations] = {
    "aizawa": Equations(aizawa, (-0.785, -0.629, -0.176), 0.06),
    "arneodo": Equations(
        jerk(lambda x, y, z: 5.5 * x - 4.5 * y - z - x**3), (-2.75, 0.19, 3.47), 0.06
    ),
    "blasius": Equations(blasius, (4.03, 5.11, 0.017), 0.1),
    "burke_shaw": Equations(
        lambda x, y, z: (-10 * (x + y), y - 10 * x * z, 10 * x * y + 13), (-0.79, 0.65, 0.22), 0.03
    ),
    "chen": Equations(
        lambda x, y, z: (35 * (y - x), -7 * x - x * z + 28 * y, x * y - 3 * z),
        (3.27, 5.3, 19.4),
        0.02,
    ),
    "chua": Equations(chua, (1.126, -0.114, -0.783), 0.05),
    "colpitts": Equations(
        lambda x, y, z: (y - 30 * (9 - z) * (z.real < 9), 20 - x - 0.8 * y - z, y - 0.08 * z),
        (8.94, 0.646, 8.79),
        0.1,
    ),
    "dadras": Equations(
        lambda x, y, z: (y - 3 * x + 2.7 * y * z, 1.7 * y - x * z + z, 2 * x * y - 9 * z),
        (1.03, -3.53, -0.72),
        0.06,
    ),
    "double_pendulum": Equations(
        double_pendulum,
        (2.0, 2.0, 0.0, 0.0),
        0.05,
        lambda a, b, p, q: (np.sin(a), np.cos(a), np.sin(b), np.cos(b), p, q),
    ),
    "finance": Equations(
        lambda x, y, z: (4.999 * x + z + x * y, -0.2 * y - x**2, -x - 1.1 * z),
        (-0.517, -3.957, 0.001),
        0.2,
    ),
    "genesio_tesi": Equations(
        jerk(lambda x, y, z: -x - 1.1 * y - 0.44 * z + x**2), (-0.054, -0.262, 0.335), 0.15
    ),
    "hadley": Equations(
        lambda x, y, z: (
            -(y**2) - z**2 - 0.2 * x + 1.8,
            x * y - 4 * x * z - y + 1,
            4 * x * y + x * z - z,
        ),
        (1.37, 0.93, 0.64),
        0.04,
    ),
    "halvorsen": Equations(
        lambda x, y, z: (
            -1.4 * x - 4 * y - 4 * z - y**2,
            -1.4 * y - 4 * z - 4 * x - z**2,
            -1.4 * z - 4 * x - 4 * y - x**2,
        ),
        (-8.68, -2.47, 0.07),
        0.04,
    ),
    "hastings_powell": Equations(hastings_powell, (0.732, 0.175, 9.9), 3.0),
    "hindmarsh_rose": Equations(hindmarsh_rose, (0.031, -0.022, 0.041), 0.05),
    "hyper_lorenz": Equations(
        lambda x, y, z, w: (
            10 * (y - x) + w,
            -x * z + 28 * x - y,
            -2.667 * z + x * y,
            1.1 * w - x * z,
        ),
        (-9.19, -0.674, 16.4, -145.0),
        0.025,
    ),
    "hyper_rossler": Equations(
        lambda x, y, z, w: (-y - z, x + 0.25 * y + w, 3 + x * z, -0.5 * z + 0.05 * w),
        (-20.0, 0.0, 0.0, 15.0),  # Rössler 1979
        0.15,
    ),
    "ikeda": Equations(ikeda, (0.1, 0.1), 0.0),
    "jerk_circuit": Equations(
        jerk(lambda x, y, z: -z - x - 1e-9 * (np.exp(y / 0.026) - 1)), (-1.3, 0.065, 0.918), 0.2
    ),
    "laser": Equations(
        lambda x, y, z: (
            10 * (y - x) + y * z**2,
            5 * x - x * z**2,
            -5 * z - 6 * x**2,
        ),
        (-2.54, -1.94, -2.97),
        0.03,
    ),
    "moore_spiegel": Equations(
        lambda x, y, z: (y, 10 * z, -z + 9 * y - y * x**2 - 4 * x), (-3.47, 19.67, -3.83), 0.02
    ),
    "newton_leipnik": Equations(
        lambda x, y, z: (
            -0.4 * x + y + 10 * y * z,
            -x - 0.4 * y + 5 * x * z,
            0.175 * z - 5 * x * y,
        ),
        (0.294, 0.106, 0.291),
        0.2,
    ),
    "qi_chen": Equations(
        lambda x, y, z: (38 * (y - x) + y * z, 80 * x + y - x * z, x * y - 2.666 * z),
        (17.4, 5.55, 78.9),
        0.01,
    ),
    "rabinovich_fabrikant": Equations(
        lambda x, y, z: (
            y * (z - 1 + x**2) + 0.87 * x,
            x * (3 * z + 1 - x**2) + 0.87 * y,
            -2 * z * (1.1 + x * y),
        ),
        (-1.0, 0.0, 0.5),
        0.05,
    ),
    "rucklidge": Equations(
        lambda x, y, z: (-2 * x + 6.7 * y - y * z, x, -z + y**2), (1.93, 3.19, 5.78), 0.08
    ),
    "shimizu_morioka": Equations(
        lambda x, y, z: (y, x - 0.85 * y - x * z, -0.5 * z + x**2), (0.017, 0.035, 0.353), 0.25
    ),
    "sprott_b": Equations(lambda x, y, z: (y * z, x - y, 1 - x * y), (1.69, 1.49, -0.54), 0.2),
    "sprott_jerk": Equations(
        jerk(lambda x, y, z: -x + y**2 - 2.017 * z), (-0.541, 0.594, 0.451), 0.2
    ),
    "sprott_s": Equations(lambda x, y, z: (-x - 4 * y, x + z**2, 1 + x), (0.126, 0.123, 1.22), 0.1),
    "standard": Equations(
        standard,
        (2.0, 1.0),
        0.0,
        lambda q, p: (np.sin(q), np.cos(q), np.sin(p), np.cos(p)),
    ),
    "thomas": Equations(
        lambda x, y, z: (  # b = 0.18 (Thomas 1999)
            np.sin(y) - 0.18 * x,
            np.sin(z) - 0.18 * y,
            np.sin(x) - 0.18 * z,
        ),
        (1.1, 1.1, -0.01),
        0.4,
    ),
    "vallis": Equations(
        lambda x, y, z: (102 * y - 3 * x, -y + x * z, -z - x * y + 1), (-6.99, 0.023, -0.166), 0.05
    ),
    "windmi": Equations(windmi, (0.933, 6.268, 41.97), 0.15),
}


def right(name: str, state: np.ndarray) -> np.ndarray:
    """Right-hand side of `EQUATIONS`, of one state or of many in rows."""
    return np.array(EQUATIONS[name].right(*state.T)).T


class Written:
    """What flows and maps of `EQUATIONS` share."""

    @property
    def parameters(self) -> None:
        """All are numbers in the equations."""

    @property
    def title(self) -> str:  # noqa: D102
        return self.name

    @property
    def values(self) -> str:  # noqa: D102
        return "its usual parameters"

    @property
    def coordinates(self) -> tuple[str, ...]:  # noqa: D102
        return tuple(inspect.signature(EQUATIONS[self.name].right).parameters)

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """A state beside the known one: all signs stay."""
        start = np.array(EQUATIONS[self.name].start)
        return start * (1 + 0.01 * rng.standard_normal(len(start)))

    def view(self, time: Any, state: np.ndarray) -> np.ndarray:  # noqa: D102
        seen = EQUATIONS[self.name].view
        return state if seen is None else np.array(seen(*state.T)).T


class WrittenFlow(Written, Flow):
    """A flow of `EQUATIONS`."""

    system: Literal["written"] = "written"
    name: str
    dt: float

    def derivative(self, time: Any, state: np.ndarray) -> np.ndarray:  # noqa: D102
        return right(self.name, state)

    def jacobian(self, time: Any, state: np.ndarray) -> np.ndarray:
        """Not needed: `along` follows tangent vectors."""
        raise NotImplementedError


class WrittenMap(Written, Map):
    """A map of `EQUATIONS`."""

    system: Literal["written"] = "written"
    name: str

    def step(self, state: np.ndarray) -> np.ndarray:  # noqa: D102
        return right(self.name, state)

    def jacobian(self, state: np.ndarray) -> np.ndarray:
        """Not needed: `along` follows tangent vectors."""
        raise NotImplementedError


def along(name: str) -> exponents.Advance:
    """A step of a map of `EQUATIONS`, or a sampling interval of a flow, with one tangent vector.

    That is an imaginary part of the state, too small to be felt: f(x + iεq) = f(x) + iε Df(x) q
    (Squire & Trapp 1998, SIAM Review 40, 110), exactly so for the whole interval. Flows take steps
    of fixed length by Runge and Kutta's method of order 4: adaptive ones stumble over kinks.
    """
    tiny, h = 1e-20, EQUATIONS[name].dt / SUBSTEPS

    def step(z: np.ndarray) -> np.ndarray:
        k1 = right(name, z)
        k2 = right(name, z + h / 2 * k1)
        k3 = right(name, z + h / 2 * k2)
        k4 = right(name, z + h * k3)
        return z + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

    def advance(_: int, x: np.ndarray, q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        z = x + 1j * tiny * q[..., 0]
        if h:
            for _ in range(SUBSTEPS):
                z = step(z)
        else:
            z = right(name, z)
        return z.real, z.imag[..., None] / tiny

    return advance
