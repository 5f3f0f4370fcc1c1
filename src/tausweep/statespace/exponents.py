"""Lyapunov exponents of anything whose tangent vectors can be followed, by QR.

Benettin, Galgani, Giorgilli, Strelcyn 1980, Meccanica 15, 9 and 21 (the method); Geist, Parlitz,
Lauterborn 1990, Prog. Theor. Phys. 83, 875 (its variants). The equations of a system and a trained
model are measured by this one function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from jaxtyping import Float

States: TypeAlias = Float[np.ndarray, "member coordinate"]
Tangents: TypeAlias = Float[np.ndarray, "member coordinate exponent"]
Advance: TypeAlias = Callable[[int, States, Tangents], tuple[States, Tangents]]
"""From the number i of an interval, and states and tangent vectors at its beginning, to those at
its end."""


def exponents(
    advance: Advance,
    states: States,
    *,
    interval: float,
    length: float,
    transient: float,
    count: int,
    rng: np.random.Generator,
) -> Float[np.ndarray, "member exponent"]:
    """Measure the largest Lyapunov exponents along an ensemble of trajectories.

    1. Give every state `count` random orthonormal tangent vectors, the columns of Q.
    2. Follow the states and, by the derivative of their map, Q over an interval.
    3. Decompose Q = Q' R; go on from Q', and keep ln |R_ii|.
    4. Drop what came before `transient`, in which the states settle on the attractor and the
       tangent vectors turn into the Lyapunov directions.
    5. λ_i = sum of ln |R_ii| / time.

    Parameters
    ----------
    advance
        Follows states (member, coordinate) and tangent vectors (member, coordinate, exponent) over
        interval i = 0, 1, …. Tangent vectors are propagated linearly: each column q becomes J q,
        with J the derivative of the state at the end of the interval by that at its beginning. The
        interval must be so short that Q stays well-conditioned: that no direction grows or
        shrinks by more than about e¹⁰ relative to another.
    states
        Where each member starts.
    interval
        Its length, in the unit of time in which exponents are wanted: for maps and models the
        number of steps that `advance` makes.
    length, transient
        Time measured over and time dropped before, in the same unit; at least, since both are
        whole numbers of intervals.
    count
        How many exponents, from the largest; all of them sum up to the mean divergence of a
        vector field, or the mean ln |det J| of a map.
    rng
        Draws the initial tangent vectors.

    Returns
    -------
    array (member, exponent), float64
        Exponents in nats per unit of time, in the order in which QR finds them. That is the
        descending one, except for those so close that the time measured over cannot tell them
        apart; sorting these would bias their means over members. NaN where a member became
        infinite.
    """
    tangents, _ = np.linalg.qr(rng.standard_normal((*states.shape, count)))
    intervals = int(np.ceil(length / interval))
    skipped = int(np.ceil(transient / interval))
    growth = np.zeros((len(states), count))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for i in range(skipped + intervals):
            states, tangents = advance(i, states, tangents)
            tangents, triangle = np.linalg.qr(tangents)
            if i >= skipped:
                growth += np.log(np.abs(np.diagonal(triangle, axis1=1, axis2=2)))
    growth[~np.isfinite(states).all(axis=1)] = np.nan
    return growth / (intervals * interval)


def kaplan_yorke(exponents: Float[np.ndarray, "*member exponent"]) -> Float[np.ndarray, "*member"]:
    """Kaplan-Yorke (Lyapunov) dimension of the attractor that has these exponents.

    D = j + (λ_1 + … + λ_j) / |λ_{j+1}|, with j the largest number of leading exponents whose sum
    is not negative (Kaplan & Yorke 1979, Lecture Notes in Mathematics 730, 204; Frederickson,
    Kaplan, Yorke, Yorke 1983, J. Differ. Equ. 49, 185). A fixed point, all of whose exponents are
    negative, has dimension 0. Where no sum is negative, D is the number of exponents: volumes do
    not shrink, or `exponents` are too few, and the dimension is at least that.

    Parameters
    ----------
    exponents
        In any order and any unit: the largest ones of a spectrum, or all of it.

    Returns
    -------
    array (*member)
        Dimension; NaN where an exponent is.
    """
    ordered = -np.sort(-exponents, axis=-1)
    total = np.cumsum(ordered, axis=-1)
    whole = (total >= 0).sum(axis=-1, keepdims=True)  # sums rise, then fall: those are the first
    count = exponents.shape[-1]
    next_one = np.take_along_axis(ordered, np.minimum(whole, count - 1), axis=-1)
    left = np.take_along_axis(total, np.maximum(whole - 1, 0), axis=-1)
    inside = (whole > 0) & (whole < count)
    part = np.divide(left, -next_one, out=np.zeros_like(left), where=inside)
    return np.where(np.isnan(total[..., -1]), np.nan, (whole + part)[..., 0])
