"""How small deviations from an orbit grow: tangent dynamics of flows, maps and delayed feedbacks,
and the Lyapunov exponents that follow from it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from tausweep.statespace import exponents as qr
from tausweep.statespace.exponents import Advance, States, Tangents
from tausweep.systems import delay
from tausweep.systems.system import DelayedFeedback, Flow, Map, Simulated

TOLERANCE = 1e-7
"""Relative and absolute tolerance of the integrator of flows."""
STRETCH = 10.0
"""Interval between two QR decompositions of a flow, in units of 1 / norm of the Jacobian: no
direction then grows or shrinks by more than about e¹⁰, and QR loses no digits that count."""


class Propagation(NamedTuple):
    """How states and tangent vectors of a kind of system are followed over one interval."""

    states: States
    """Where members start; of a delayed feedback, whole pieces of the past."""
    interval: float
    """In the system's units of time."""
    advance: Advance


def exponents(
    system: Simulated,
    states: States,
    times: Float[np.ndarray, "member"],
    *,
    length: float,
    transient: float,
    rng: np.random.Generator,
    count: int = 1,
) -> Float[np.ndarray, "member exponent"]:
    """The largest Lyapunov exponents of the equations, along an ensemble of trajectories.

    `tausweep.statespace.exponents` has the method.

    Parameters
    ----------
    system
        The equations and their parameters.
    states, times
        Where each member starts, and at what time (of the drive). For a delayed feedback, the
        past is constant.
    length, transient
        Time measured over and time dropped before, in the system's units.
    rng
        Draws the initial tangent vectors.
    count
        How many exponents, at most: there are as many as coordinates of `Propagation.states`.

    Returns
    -------
    array (member, exponent)
        Exponents from the largest, in nats per unit of time; NaN where a member became infinite.
        Those of a flow that is driven are of its own coordinates: the phase of the drive has
        another one, zero.
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
    return qr.exponents(
        how.advance,
        how.states,
        interval=how.interval,
        length=length,
        transient=transient,
        count=min(count, how.states.shape[1]),
        rng=rng,
    )


def _of_flow(
    system: Flow, states: States, times: Float[np.ndarray, "member"], length: float
) -> Propagation:
    """ẋ = f(t, x) and Q̇ = J(t, x) Q, integrated for all members at once (DOP853)."""
    from scipy.integrate import solve_ivp  # here: maps need not wait for it

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

    A state is the whole piece of a delay's length, as Farmer has it (1982, Physica D 4, 366): here
    its values and slopes at the knots, so that renormalising and orthogonalising apply to the
    tangent's past as well.
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
