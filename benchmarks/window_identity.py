"""How much the window identity and batching over members gain over plain step-by-step training.

The baseline trains one model at a time with torch.nn's modules, one step after the other, as the
main paper's published code does. Both run here, one after the other, on one thread:

    python benchmarks/window_identity.py
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from tausweep.config import Training
from tausweep.models import CELLS
from tausweep.training import sparse_tf_loss, train

L, BATCH, M, N, BATCHES = 200, 32, 30, 3, 10


class Plain(nn.Module):
    """A cell with its observation matrix, advanced step by step."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.cell = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell}[name](1, M)
        self.B = nn.Linear(M, N, bias=False)

    def forward(self, x: Tensor, tau: int) -> Tensor:
        """Loss of a batch of sequences of L + 1 samples, forced every tau steps."""
        nothing = torch.zeros(len(x), 1)
        loss = torch.zeros(())
        for t in range(L):
            if t % tau == 0:
                z = x[:, t] @ torch.linalg.pinv(self.B.weight).T
                state = (z, torch.zeros_like(z))
            if isinstance(self.cell, nn.LSTMCell):
                state = self.cell(nothing, state)
            else:
                state = (self.cell(nothing, state[0]),)
            loss = loss + (self.B(state[0]) - x[:, t + 1]).square().mean()
        return loss / L


def plain_epoch(name: str, tau: int, x: Tensor) -> Callable[[], None]:
    """One epoch of one member, step by step."""
    model = Plain(name)
    adam = torch.optim.Adam(model.parameters(), lr=1e-3)

    def epoch() -> None:
        for _ in range(BATCHES):
            starts = torch.randint(0, len(x) - L, (BATCH,))
            adam.zero_grad()
            model(x[starts[:, None] + torch.arange(L + 1)], tau).backward()
            adam.step()

    return epoch


def seconds(run: Callable[[], object], repeats: int = 3) -> float:
    """Shortest of some runs."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return min(times)


def main() -> None:
    """Print a table: seconds per epoch and member, and their ratio."""
    torch.set_num_threads(1)
    x = np.random.default_rng(0).standard_normal((5000, N))
    data = torch.as_tensor(x, dtype=torch.float32)
    settings = Training(epochs=1, batches=BATCHES, batch_size=BATCH, sequence_length=L)
    print(f"L = {L}, {BATCHES} batches of {BATCH} sequences, M = {M}, one thread")
    print(f"{'cell':6} {'tau':>4} {'members':>7} {'plain, s':>10} {'windows, s':>10} {'ratio':>6}")
    for name in ("rnn", "lstm"):
        for tau in (5, 30, 200):
            plain = seconds(plain_epoch(name, tau, data), repeats=2)
            for members in (1, 5, 20):
                loss = partial(sparse_tf_loss, CELLS[name], tau=tau)
                run = partial(train, CELLS[name], M, x, loss, settings, range(members))
                ours = seconds(run) / members
                print(
                    f"{name:6} {tau:4d} {members:7d} {plain:10.4f} {ours:10.4f} {plain / ours:6.1f}"
                )


if __name__ == "__main__":
    main()
