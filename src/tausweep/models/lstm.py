"""The long short-term memory."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float

from tausweep.models.cell import Map, Parameters, State, uniform


class LSTM:
    """torch.nn.LSTMCell without an input, with its initial values; z is the hidden state h.

    i, f, o = σ(W_hh h + b_ih + b_hh), g = tanh(…), c' = f c + i g, h' = o tanh(c'), the four
    gates stacked in torch's order i, f, g, o.
    """

    dimensions = {  # noqa: RUF012
        "W_hh": ("gate", "latent_from"),
        "b_ih": ("gate",),
        "b_hh": ("gate",),
    }
    memory = 1

    def initial(self, latent: int, rng: np.random.Generator) -> dict[str, Float[np.ndarray, "..."]]:
        """All parameters uniform in ±1/√M."""
        return uniform(self.dimensions, latent, rng)

    def map(self, p: Parameters) -> Map:
        """F_θ."""
        W, b = p["W_hh"], (p["b_ih"] + p["b_hh"])[..., None]

        def F(state: State) -> State:
            z, c = state
            i, f, g, o = torch.baddbmm(b, W, z).chunk(4, dim=-2)
            c = torch.addcmul(torch.sigmoid(f) * c, torch.sigmoid(i), torch.tanh(g))
            return torch.sigmoid(o) * torch.tanh(c), c

        return F
