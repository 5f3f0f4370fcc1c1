"""The gated recurrent unit."""

from __future__ import annotations

from tausweep.models.rnn.cell import Drive, Map, Parameters, State
from tausweep.models.rnn.torch_cell import TorchCell


class GRU(TorchCell):
    """torch.nn.GRUCell with its initial values.

    r, u = σ(W_hh z + b_hh + W_ih s + b_ih), n = tanh(W_ih s + b_ih + r (W_hh z + b_hh)),
    z' = n + u (z − n), the three gates stacked in torch's order r, u, n.
    """

    gates = 3

    def map(self, p: Parameters) -> Map:
        """F_θ."""
        import torch

        b_ih, b_hh = p["b_ih"][..., None], p["b_hh"][..., None]

        def F(state: State, s: Drive | None = None) -> State:
            (z,) = state
            inputs = b_ih if s is None else torch.baddbmm(b_ih, p["W_ih"], s)
            r_in, u_in, n_in = inputs.chunk(3, dim=-2)
            r, u, q = torch.baddbmm(b_hh, p["W_hh"], z).chunk(3, dim=-2)
            n = torch.tanh(torch.addcmul(n_in, torch.sigmoid(r + r_in), q))
            return (torch.addcmul(n, torch.sigmoid(u + u_in), z - n),)

        return F
