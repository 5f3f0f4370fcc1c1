"""Gradient descent and gradient flow, step by step, of any loss given by its gradient.

For losses without a closed form, and to compare those that have one with. Step sizes times numbers
of steps are pseudo-times: descent errs from the flow in proportion to its step size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count, islice

import numpy as np
from jaxtyping import Float

Parameters = Float[np.ndarray, "..."]
Gradient = Callable[[Parameters], Parameters]

TOLERANCE = 1e-12
"""Relative tolerance of the integrator, and absolute where parameters are about 1."""


def iterates(gradient: Gradient, initial: Parameters, step: float) -> Iterator[Parameters]:
    """θ_{k+1} = θ_k − η ∇L(θ_k): θ_0, θ_1 and so on, without end.

    Where it diverges, iterates become infinite and then NaN.
    """
    theta = initial
    for _ in count():
        yield theta
        with np.errstate(over="ignore", invalid="ignore"):
            theta = theta - step * gradient(theta)


def descend(
    gradient: Gradient, initial: Parameters, step: float, steps: int, *, every: int = 1
) -> Float[np.ndarray, "iterate ..."]:
    """The `iterates` θ_0 and then each `every`-th of θ_1 … θ_steps."""
    return np.array(list(islice(iterates(gradient, initial, step), 0, steps + 1, every)))


def steps_to(
    part: float, distances: Float[np.ndarray, "iterate *value"]
) -> Float[np.ndarray, "*value"]:
    """Number of steps, not whole, in which distances from the truth fall to a part of the first.

    Between two steps a distance is taken to shrink geometrically, as it does where the loss is
    quadratic. Infinite where it does not fall so far.
    """
    above = np.log(distances / distances[0]) - np.log(part)
    after = (above <= 0).argmax(axis=0)
    before = np.maximum(after - 1, 0)
    high, low = (np.take_along_axis(above, k[None], axis=0)[0] for k in (before, after))
    between = np.divide(high, high - low, where=low < high, out=np.zeros(high.shape))
    return np.where(low <= 0, before + between, np.inf)


def flow(
    gradient: Gradient, initial: Parameters, times: Float[np.ndarray, " time"]
) -> Float[np.ndarray, "time ..."]:
    """dθ/dτ = −∇L(θ) at these pseudo-times, which rise from 0 or more (DOP853).

    Raises
    ------
    RuntimeError
        The integrator gives up, as where a parameter becomes infinite.
    """
    from scipy.integrate import solve_ivp

    solution = solve_ivp(
        lambda _, flat: -gradient(flat.reshape(initial.shape)).ravel(),
        (0.0, times[-1]),
        initial.ravel(),
        method="DOP853",
        t_eval=times,
        rtol=TOLERANCE,
        atol=TOLERANCE,
    )
    if not solution.success:
        raise RuntimeError(f"gradient flow was followed no further: {solution.message}")
    return np.asarray(solution.y.T.reshape(-1, *initial.shape))
