"""The vanilla RNN."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float

from tausweep.models.cell import Map, Parameters, State, uniform


class RNN:
    """z' = tanh(W z + b_ih + b_hh): torch.nn.RNNCell without an input, with its initial values."""

    dimensions = {  # noqa: RUF012
        "W_hh": ("latent", "latent_from"),
        "b_ih": ("latent",),
        "b_hh": ("latent",),
    }
    memory = 0

    def initial(self, latent: int, rng: np.random.Generator) -> dict[str, Float[np.ndarray, "..."]]:
        """All parameters uniform in ±1/√M."""
        return uniform(self.dimensions, latent, rng)

    def map(self, p: Parameters) -> Map:
        """F_θ."""
        W, b = p["W_hh"], (p["b_ih"] + p["b_hh"])[..., None]

        def F(state: State) -> State:
            (z,) = state
            return (torch.tanh(torch.baddbmm(b, W, z)),)

        return F
