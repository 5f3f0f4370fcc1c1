"""Integration of a delayed feedback ẋ(t) = f(x(t − T)) − γ x(t), by the method of steps.

Over one delay the feedback is known from the piece before, so that variation of constants gives
the next piece as an integral,

    x(t + h) = e^{−γh} x(t) + ∫_0^h e^{−γ(h−s)} f(x(t − T + s)) ds,

which Simpson's rule takes over each of the steps h that divide the delay; the past between two
knots is the cubic Hermite interpolant. The error is of order h⁴, and kinks, which lie at multiples
of the delay, lie on knots (Bellen & Zennaro 2003, Numerical Methods for Delay Differential
Equations). The relaxation itself is exact. There is no loop over the steps in Python.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from tausweep.systems.system import DelayedFeedback

STEP = 0.01
"""Longest step h, in units of 1/γ; a delay has at least `STEPS` of them. At the usual parameters
of Mackey-Glass, it is 0.1, and leaves an error below 1e-8 after 20 delays."""
STEPS = 64


class Piece(NamedTuple):
    """A solution over one delay: values and slopes at its knots, whose first and last it shares."""

    x: Float[np.ndarray, "knot *members"]
    v: Float[np.ndarray, "knot *members"]


def steps(system: DelayedFeedback) -> int:
    """How many steps a delay is divided into."""
    return max(STEPS, int(np.ceil(system.delay * system.gamma / STEP)))


def constant(x: Float[np.ndarray, "*members"], steps: int) -> Piece:
    """A past that was constant."""
    past = np.repeat(x[None], steps + 1, axis=0)
    return Piece(past, np.zeros_like(past))


def advance(
    system: DelayedFeedback, past: Piece, kicks: Float[np.ndarray, "step *members"] | float = 0.0
) -> Piece:
    """The piece that follows `past`; `kicks` are added to the value at the end of each step."""
    return _respond(
        system, past.x[-1], system.feedback(past.x), system.feedback(_middle(system, past)), kicks
    )


def advance_tangent(system: DelayedFeedback, past: Piece, deviation: Piece) -> Piece:
    """The small deviation, with a last axis of its own, that follows from one of `past`.

    It obeys δ̇(t) = f'(x(t − T)) δ(t − T) − γ δ(t).
    """
    slopes, middle = system.slope(past.x)[..., None], system.slope(_middle(system, past))[..., None]
    return _respond(
        system, deviation.x[-1], slopes * deviation.x, middle * _middle(system, deviation)
    )


def sample(
    system: DelayedFeedback,
    start: Float[np.ndarray, "1"],
    elapsed: Float[np.ndarray, "time"],
    noise: float = 0.0,
    rng: np.random.Generator | None = None,
) -> Float[np.ndarray, "time 1"]:
    """Values of a solution at ascending times since a past that was constant.

    `noise` is the standard deviation of the Wiener process that is added, after unit time.
    """
    from scipy.interpolate import CubicHermiteSpline  # here: flows need not wait for it

    n = steps(system)
    knots, h = np.linspace(0.0, system.delay, n + 1), system.delay / n
    begins = system.delay * np.arange(elapsed[-1] // system.delay + 1)
    pieces = np.split(elapsed, np.searchsorted(elapsed, begins[1:]))
    piece = constant(start, n)
    found = []
    for begin, times in zip(begins, pieces, strict=True):
        kicks = 0.0 if rng is None else noise * np.sqrt(h) * rng.standard_normal((n, 1))
        piece = advance(system, piece, kicks)
        if len(times):
            found.append(CubicHermiteSpline(knots, *piece)(times - begin))
    return np.concatenate(found)


def _middle(system: DelayedFeedback, piece: Piece) -> Float[np.ndarray, "step *members"]:
    """Hermite interpolant half-way between knots."""
    h = system.delay / (len(piece.x) - 1)
    x, v = piece
    return np.asarray((x[:-1] + x[1:]) / 2 + h / 8 * (v[:-1] - v[1:]))


def _respond(
    system: DelayedFeedback,
    start: Float[np.ndarray, "*members"],
    force: Float[np.ndarray, "knot *members"],
    middle: Float[np.ndarray, "step *members"],
    kicks: Float[np.ndarray, "step *members"] | float = 0.0,
) -> Piece:
    """Solve ẋ = force − γ x, for a force known at knots and half-way between them."""
    from scipy.signal import lfilter  # here: flows need not wait for it

    h = system.delay / len(middle)
    kept, half = np.exp(-system.gamma * h), np.exp(-system.gamma * h / 2)
    push = h / 6 * (kept * force[:-1] + 4 * half * middle + force[1:]) + kicks
    later, _ = lfilter([1.0], [1.0, -kept], push, axis=0, zi=kept * start[None])
    x = np.concatenate([start[None], later])
    return Piece(x, force - system.gamma * x)
