"""Gradient descent and gradient flow, step by step, of any loss given by its gradient.

For losses without a closed form, and to compare those that have one with. Step sizes times numbers
of steps are pseudo-times: descent errs from the flow in proportion to its step size.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

Parameters = Float[np.ndarray, "..."]
Gradient = Callable[[Parameters], Parameters]

TOLERANCE = 1e-12
"""Relative tolerance of the integrator, and absolute where parameters are about 1."""


def descend(
    gradient: Gradient, initial: Parameters, step: float, steps: int, *, every: int = 1
) -> Float[np.ndarray, "iterate ..."]:
    """θ_{k+1} = θ_k − η ∇L(θ_k): θ_0 and then each `every`-th of θ_1 … θ_steps.

    Where it diverges, iterates become infinite and then NaN.
    """
    theta, kept = initial, [initial]
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(1, steps + 1):
            theta = theta - step * gradient(theta)
            if k % every == 0:
                kept.append(theta)
    return np.array(kept)


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
