"""Lyapunov exponents from the equations, by tangent dynamics with QR.

Benettin, Galgani, Giorgilli, Strelcyn 1980, Meccanica 15, 9 (the method); Geist, Parlitz,
Lauterborn 1990, Prog. Theor. Phys. 83, 875 (its variants).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.integrate import solve_ivp

from tausweep.series.systems import System

TOLERANCE = 1e-7
"""Relative and absolute tolerance of the integrator."""
STRETCH = 10.0
"""Interval between two QR decompositions, in units of 1 / norm of the Jacobian: no direction
then grows or shrinks by more than about e¹⁰, and QR loses no digits that count."""


def exponents(
    system: System,
    states: Float[np.ndarray, "member coordinate"],
    times: Float[np.ndarray, "member"],
    *,
    length: float,
    transient: float,
    rng: np.random.Generator,
    count: int = 1,
) -> Float[np.ndarray, "member exponent"]:
    """Measure the largest Lyapunov exponents along an ensemble of trajectories.

    1. Give every state `count` random orthonormal tangent vectors Q.
    2. Integrate ẋ = f(t, x) and Q̇ = J(t, x) Q over a short interval.
    3. Decompose Q = Q' R; go on from Q', and keep ln |R_ii|.
    4. Drop what came before `transient`, in which the state settles on the attractor and the
       tangent vectors turn into the Lyapunov directions.
    5. λ_i = sum of ln |R_ii| / `length`.

    Parameters
    ----------
    system
        The equations and their parameters.
    states, times
        Where each member starts, and at what time (of the drive).
    length, transient
        Time measured over and time dropped before, in the system's units.
    count
        How many exponents; all of them sum up to the mean divergence of the vector field.
    rng
        Draws the initial tangent vectors.

    Returns
    -------
    array (member, exponent)
        Exponents in descending order, in nats per unit of time; NaN where a member became
        infinite.
    """
    members, coordinates = states.shape

    def derivative(elapsed: float, flat: np.ndarray) -> np.ndarray:
        state, tangent = np.split(flat.reshape(members, coordinates, -1), [1], axis=2)
        time = times + elapsed
        flow = system.derivative(time, state[..., 0])
        stretch = system.jacobian(time, state[..., 0]) @ tangent
        return np.concatenate([flow[..., None], stretch], axis=2).ravel()

    tangent, _ = np.linalg.qr(rng.standard_normal((members, coordinates, count)))
    norm = np.linalg.norm(system.jacobian(times, states), axis=(1, 2)).mean()
    intervals = int(np.ceil(length * norm / STRETCH))
    interval = length / intervals
    skipped = int(np.ceil(transient / interval))
    growth = np.zeros((members, count))
    step = None
    for i in range(skipped + intervals):
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
            return np.full((members, count), np.nan)
        # The steps of one interval tell the next where to begin; the last one was cut short.
        step = min(interval, float(np.diff(solution.t).max()))
        end = solution.y[:, -1].reshape(members, coordinates, 1 + count)
        states = end[..., 0]
        tangent, triangle = np.linalg.qr(end[..., 1:])
        if i >= skipped:
            growth += np.log(np.abs(np.diagonal(triangle, axis1=1, axis2=2)))
    return growth / length
