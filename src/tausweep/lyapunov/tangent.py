"""Lyapunov exponents from the equations, by tangent dynamics with QR.

Benettin, Galgani, Giorgilli, Strelcyn 1980, Meccanica 15, 9 (the method); Geist, Parlitz,
Lauterborn 1990, Prog. Theor. Phys. 83, 875 (its variants); Farmer 1982, Physica D 4, 366 (delays).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Float
from scipy.integrate import solve_ivp

from tausweep.series import delay
from tausweep.series.system import DelayedFeedback, Flow, Map, System

TOLERANCE = 1e-7
"""Relative and absolute tolerance of the integrator of flows."""
STRETCH = 10.0
"""Interval between two QR decompositions of a flow, in units of 1 / norm of the Jacobian: no
direction then grows or shrinks by more than about e¹⁰, and QR loses no digits that count."""

States: TypeAlias = Float[np.ndarray, "member coordinate"]
Tangents: TypeAlias = Float[np.ndarray, "member coordinate exponent"]


class Propagation(NamedTuple):
    """How states and tangent vectors of a kind of system are followed over one interval."""

    states: States
    """Where members start."""
    interval: float
    advance: Callable[[int, States, Tangents], tuple[States, Tangents]]
    """From the number of the interval, states and tangent vectors at its beginning to those at
    its end."""


def exponents(
    system: System,
    states: States,
    times: Float[np.ndarray, "member"],
    *,
    length: float,
    transient: float,
    rng: np.random.Generator,
    count: int = 1,
) -> Float[np.ndarray, "member exponent"]:
    """Measure the largest Lyapunov exponents along an ensemble of trajectories.

    1. Give every state `count` random orthonormal tangent vectors Q.
    2. Follow the states and, by the linearised equations, Q over a short interval.
    3. Decompose Q = Q' R; go on from Q', and keep ln |R_ii|.
    4. Drop what came before `transient`, in which the state settles on the attractor and the
       tangent vectors turn into the Lyapunov directions.
    5. λ_i = sum of ln |R_ii| / time.

    Parameters
    ----------
    system
        The equations and their parameters.
    states, times
        Where each member starts, and at what time (of the drive). For a delayed feedback, the
        past is constant.
    length, transient
        Time measured over and time dropped before, in the system's units; at least, since both are
        whole numbers of intervals.
    count
        How many exponents; all of them sum up to the mean divergence of a vector field, or the mean
        ln |det J| of a map.
    rng
        Draws the initial tangent vectors.

    Returns
    -------
    array (member, exponent)
        Exponents in descending order, in nats per unit of time; NaN where a member became
        infinite.
    """
    match system:
        case Flow():
            how = _of_flow(system, states, times, length)
        case Map():
            how = Propagation(states, 1.0, lambda _, x, q: (system.step(x), system.jacobian(x) @ q))
        case DelayedFeedback():
            how = _of_delay(system, states)
        case _:
            raise TypeError(f"{system} is no flow, map or delayed feedback")
    states = how.states
    tangent, _ = np.linalg.qr(rng.standard_normal((*states.shape, count)))
    intervals = int(np.ceil(length / how.interval))
    skipped = int(np.ceil(transient / how.interval))
    growth = np.zeros((len(states), count))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for i in range(skipped + intervals):
            states, tangent = how.advance(i, states, tangent)
            tangent, triangle = np.linalg.qr(tangent)
            if i >= skipped:
                growth += np.log(np.abs(np.diagonal(triangle, axis1=1, axis2=2)))
    growth[~np.isfinite(states).all(axis=1)] = np.nan
    return growth / (intervals * how.interval)


def _of_flow(
    system: Flow, states: States, times: Float[np.ndarray, "member"], length: float
) -> Propagation:
    """ẋ = f(t, x) and Q̇ = J(t, x) Q, integrated for all members at once (DOP853)."""
    members, coordinates = states.shape
    norm = np.linalg.norm(system.jacobian(times, states), axis=(1, 2)).mean()
    interval = length / int(np.ceil(length * norm / STRETCH))
    step = None

    def derivative(elapsed: float, flat: np.ndarray) -> np.ndarray:
        state, tangent = np.split(flat.reshape(members, coordinates, -1), [1], axis=2)
        time = times + elapsed
        flow = system.derivative(time, state[..., 0])
        stretch = system.jacobian(time, state[..., 0]) @ tangent
        return np.concatenate([flow[..., None], stretch], axis=2).ravel()

    def advance(i: int, states: States, tangent: Tangents) -> tuple[States, Tangents]:
        nonlocal step
        solution = solve_ivp(
            derivative,
            (i * interval, (i + 1) * interval),
            np.concatenate([states[..., None], tangent], axis=2).ravel(),
            method="DOP853",
            first_step=step,
            rtol=TOLERANCE,
            atol=TOLERANCE,
        )
        if not solution.success:
            return np.full_like(states, np.nan), np.full_like(tangent, np.nan)
        # The steps of one interval tell the next where to begin; the last one was cut short.
        step = min(interval, float(np.diff(solution.t).max()))
        end = solution.y[:, -1].reshape(members, coordinates, -1)
        return end[..., 0], end[..., 1:]

    return Propagation(states, interval, advance)


def _of_delay(system: DelayedFeedback, states: States) -> Propagation:
    """The equation and δ̇(t) = f'(x(t − T)) δ(t − T) − γ δ(t), over one delay.

    A state is the whole piece of a delay's length, as Farmer has it: here its values and slopes at
    the knots, so that renormalising and orthogonalising apply to the tangent's past as well.
    """
    steps = delay.steps(system)

    def flatten(piece: delay.Piece) -> np.ndarray:
        return np.moveaxis(np.concatenate(piece), 0, 1)

    def piece(flat: np.ndarray) -> delay.Piece:
        return delay.Piece(*np.split(np.moveaxis(flat, 1, 0), 2))

    def advance(i: int, states: States, tangent: Tangents) -> tuple[States, Tangents]:
        past = piece(states)
        return (
            flatten(delay.advance(system, past)),
            flatten(delay.advance_tangent(system, past, piece(tangent))),
        )

    past = delay.constant(states[:, 0], steps)
    return Propagation(flatten(past), system.delay, advance)
