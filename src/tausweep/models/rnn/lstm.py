"""The long short-term memory."""

from __future__ import annotations

from tausweep.models.rnn.cell import Drive, Map, Parameters, State
from tausweep.models.rnn.torch_cell import TorchCell


class LSTM(TorchCell):
    """torch.nn.LSTMCell with its initial values; z is the hidden state h.

    i, f, o = σ(W_hh h + W_ih s + b_ih + b_hh), g = tanh(…), c' = f c + i g, h' = o tanh(c'), the
    four gates stacked in torch's order i, f, g, o.
    """

    gates = 4
    memory = 1

    def map(self, p: Parameters) -> Map:
        """F_θ."""
        import torch

        b = (p["b_ih"] + p["b_hh"])[..., None]

        def F(state: State, s: Drive | None = None) -> State:
            z, c = state
            a = torch.baddbmm(b, p["W_hh"], z)
            i, f, g, o = (a if s is None else torch.baddbmm(a, p["W_ih"], s)).chunk(4, dim=-2)
            c = torch.addcmul(torch.sigmoid(f) * c, torch.sigmoid(i), torch.tanh(g))
            return torch.sigmoid(o) * torch.tanh(c), c

        return F
