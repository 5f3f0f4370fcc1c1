"""The optimiser."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
"""As in torch.optim.Adam."""


class Adam:
    """Adam (Kingma & Ba 2015) for one tensor, to the last bit the same for every element.

    Every operation rounds once. torch's own optimiser combines them, in vectors and what remains
    of them differently, so that what a member learns would depend on its place among others.
    """

    def __init__(self, theta: Float[Tensor, "member parameter"]) -> None:
        self.theta = theta
        self.m = torch.zeros_like(theta)
        self.v = torch.zeros_like(theta)
        # Where steps are captured in a graph, what changes from step to step must be a tensor.
        on_gpu = theta.device.type == "cuda"
        self.steps: float | Tensor = self._scalar(0.0) if on_gpu else 0.0
        self.rate: float | Tensor = self._scalar(0.0) if on_gpu else 0.0

    def _scalar(self, value: float) -> Tensor:
        return torch.tensor(value, dtype=torch.float64, device=self.theta.device)

    def set_rate(self, rate: float) -> None:
        """Learn at this rate from now on."""
        if isinstance(self.rate, Tensor):
            self.rate.fill_(rate)
        else:
            self.rate = rate

    def step(self, gradient: Float[Tensor, "member parameter"]) -> None:
        """m, v and θ one step on."""
        self.steps += 1
        size = self.rate / (1 - BETA1**self.steps)
        root = (1 - BETA2**self.steps) ** 0.5
        self.m.mul_(BETA1).add_(gradient * (1 - BETA1))
        self.v.mul_(BETA2).add_((gradient * gradient).mul_(1 - BETA2))
        denominator = self.v.sqrt().div_(root).add_(EPSILON)
        self.theta.sub_((self.m * size).div_(denominator))
