"""The vanilla RNN."""

from __future__ import annotations

from tausweep.models.rnn.cell import Drive, Map, Parameters, State
from tausweep.models.rnn.torch_cell import TorchCell


class RNN(TorchCell):
    """z' = tanh(W_hh z + W_ih s + b_ih + b_hh): torch.nn.RNNCell, with its initial values."""

    dimensions = {  # noqa: RUF012
        "W_hh": ("latent", "latent_from"),
        "b_ih": ("latent",),
        "b_hh": ("latent",),
    }
    input_dimensions = {"W_ih": ("latent", "channel")}  # noqa: RUF012

    def map(self, p: Parameters) -> Map:
        """F_θ."""
        import torch

        b = (p["b_ih"] + p["b_hh"])[..., None]

        def F(state: State, s: Drive | None = None) -> State:
            (z,) = state
            a = torch.baddbmm(b, p["W_hh"], z)
            return (torch.tanh(a if s is None else torch.baddbmm(a, p["W_ih"], s)),)

        return F
