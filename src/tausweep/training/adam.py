"""The optimiser."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from tausweep.engines.engine import Engine
from tausweep.models.rnn.cell import Array

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
"""As in torch.optim.Adam."""


class Adam:
    """Adam (Kingma & Ba 2015) for one array, to the last bit the same for every element.

    Every operation rounds once: in NumPy correctly, and in torch, whose square root can be off in
    the last bit, at least alike wherever an element stands. torch's own optimiser combines
    operations, in vectors and what remains of them differently, so that what a member learns would
    depend on its place among others.
    """

    def __init__(self, theta: Float[Array, "member parameter"], engine: Engine) -> None:
        self.theta = theta
        zeros = np.zeros(theta.shape, np.float32)
        self.m, self.v = engine.array(zeros), engine.array(zeros)
        self.steps, self.rate = engine.number(0.0), engine.number(0.0)

    def set_rate(self, rate: float) -> None:
        """Learn at this rate from now on."""
        self.rate *= 0  # in place, where it is an array
        self.rate += rate

    def step(self, gradient: Float[Array, "member parameter"]) -> None:
        """m, v and θ one step on."""
        self.steps += 1
        size = self.rate / (1 - BETA1**self.steps)
        root = (1 - BETA2**self.steps) ** 0.5
        self.m *= BETA1
        self.m += gradient * (1 - BETA1)
        self.v *= BETA2
        self.v += gradient * gradient * (1 - BETA2)
        denominator = self.v**0.5
        denominator /= root
        denominator += EPSILON
        self.theta -= self.m * size / denominator
