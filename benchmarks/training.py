"""How fast training is, against plain training and against the machine's own matrix product.

Plain training is what the main paper's published code does: torch.nn's modules, one step after the
other, one model per process, one thread. All engines, and the large float32 matrix product that
says what the processor can do, are measured in the same run, by turns:

    python benchmarks/training.py                         # the whole table, about 40 minutes
    python benchmarks/training.py --tau 30 --members 20 --length 200 --orbits --threads 2
    python benchmarks/training.py --tau 30 --length 200 --repeats 50 --against OTHER.so

The last compares the fused engine's library with another build of it, instead of all else.

An epoch is 10 batches of 32 sequences; M = 30, N = 3. GFLOP/s counts the products with the matrices
that act on z, 6·G·M² per step and window (forward, backward, gradient), and nothing else.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from tausweep.engines.eager import Eager
from tausweep.engines.engine import Engine
from tausweep.engines.fused.engine import Fused
from tausweep.engines.fused.library import load
from tausweep.engines.windows import Data
from tausweep.models.rnn.cells import CELLS
from tausweep.models.rnn.layout import Layout
from tausweep.training.methods.sparse_tf import SparseTF
from tausweep.training.settings import Training
from tausweep.training.trainer import Problem, Trainer

M, N, BATCH, BATCHES = 30, 3, 32, 10


class PlainPLRNN(nn.Module):
    """z' = A z + W relu(z) + h, as torch.nn would have it."""

    def __init__(self) -> None:
        super().__init__()
        self.A, self.h = nn.Parameter(torch.full((M,), 0.5)), nn.Parameter(torch.zeros(M))
        self.W = nn.Linear(M, M, bias=False)
        nn.init.normal_(self.W.weight, std=0.05)  # stays finite over long windows

    def forward(self, _: Tensor, z: Tensor) -> Tensor:
        """One step."""
        return self.A * z + self.W(torch.relu(z)) + self.h


class Plain(nn.Module):
    """A cell with its observation matrix, advanced step by step."""

    def __init__(self, name: str) -> None:
        super().__init__()
        kinds = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}
        self.cell = kinds[name](1, M) if name in kinds else PlainPLRNN()
        self.B = nn.Linear(M, N, bias=False)

    def forward(self, x: Tensor, tau: int) -> Tensor:
        """Loss of a batch of sequences of L + 1 samples, forced every tau steps."""
        nothing = torch.zeros(len(x), 1)
        errors = []
        for t in range(x.shape[1] - 1):
            if t % tau == 0:
                z = x[:, t] @ torch.linalg.pinv(self.B.weight).T
                c = torch.zeros_like(z)
            if isinstance(self.cell, nn.LSTMCell):
                z, c = self.cell(nothing, (z, c))
            else:
                z = self.cell(nothing, z)
            errors.append((self.B(z) - x[:, t + 1]).square().mean())
        return torch.stack(errors).mean()


def plain_epoch(name: str, tau: int, length: int, x: Tensor) -> Callable[[], None]:
    """An epoch of one member, step by step; timed for one batch of its ten."""
    model = Plain(name)
    adam = torch.optim.Adam(model.parameters(), lr=1e-3)

    def batch() -> None:
        starts = torch.randint(0, len(x) - length, (BATCH,))
        adam.zero_grad()
        model(x[starts[:, None] + torch.arange(length + 1)], tau).backward()
        adam.step()

    return batch


def our_epoch(
    engine: Engine, tau: int, length: int, members: int, x: Float[np.ndarray, "time variable"]
) -> Callable[[], None]:
    """An epoch of all members, by the trainer itself."""
    settings = Training(epochs=10**6, batches=BATCHES, batch_size=BATCH, sequence_length=length)
    method = SparseTF(method="sparse_tf", tau=[tau])
    problem = Problem(
        engine.layout, "default", Data(x), method.updates, tau, length, None,
        settings, range(members),
    )  # fmt: skip
    return Trainer(problem, engine).learn_epoch


def seconds(
    *runs: Callable[[], object], repeats: int, clock: Callable[[], float] = time.perf_counter
) -> Float[np.ndarray, "run turn"]:
    """Seconds of each in each of some turns, after one that does not count."""
    for run in runs:
        run()
    times = np.empty((len(runs), repeats))
    for turn in range(repeats):
        for place, run in enumerate(runs):
            began = clock()
            run()
            times[place, turn] = clock() - began
    return times


def shortest(*runs: Callable[[], object], repeats: int) -> list[float]:
    """Seconds of each, the shortest of some turns: what disturbs a machine only adds."""
    return [float(least) for least in seconds(*runs, repeats=repeats).min(axis=1)]


def matrix_product() -> Callable[[], object]:
    """A float32 product of 1500×1500 matrices, through torch."""
    a, b = torch.randn(2, 1500, 1500)
    return lambda: a @ b


def train_table(options: argparse.Namespace, x: Float[np.ndarray, "time variable"]) -> None:
    """Seconds per epoch and member, and ratios."""
    print(
        f"{'cell':5} {'τ':>4} {'L':>5} {'members':>7} | {'plain':>8} {'eager':>8} {'fused':>8} ms"
        f" | {'fused/plain':>11} {'GFLOP/s':>7} {'of product':>10}"
    )
    for name, length, tau, members in settings_of(options):
        layout = Layout(CELLS[name], M, N)
        plain, eager, fused, product = shortest(
            plain_epoch(name, tau, length, torch.tensor(x)),
            our_epoch(Eager(layout), tau, length, members, x),
            our_epoch(Fused(layout), tau, length, members, x),
            matrix_product(),
            repeats=options.repeats,
        )
        plain *= BATCHES
        flops = 6 * CELLS[name].gates * M * M * BATCHES * BATCH * length * members
        speed, top = flops / fused / 1e9, 2 * 1500**3 / product / 1e9
        print(
            f"{name:5} {tau:4} {length:5} {members:7} | {1e3 * plain:8.1f} "
            f"{1e3 * eager / members:8.2f} {1e3 * fused / members:8.2f}    | "
            f"{plain / (fused / members):10.1f}× {speed:7.1f} {speed / top:10.2f}",
            flush=True,
        )


def library_table(options: argparse.Namespace, x: Float[np.ndarray, "time variable"]) -> None:
    """The fused engine with its library, and with another one: processor time, of which others who
    use the machine take none.
    """
    print(
        f"{'cell':5} {'τ':>4} {'L':>5} {'members':>7} | {'other':>8} {'this':>8} ms | this/other: "
        "least, median"
    )
    for name, length, tau, members in settings_of(options):
        engines = [Fused(Layout(CELLS[name], M, N)) for _ in range(2)]
        engines[0].library = load(options.against)
        epochs = [our_epoch(engine, tau, length, members, x) for engine in engines]
        times = seconds(*epochs, repeats=options.repeats, clock=time.process_time)
        times *= 1e3 / members
        other, this = times.min(axis=1)
        medians = np.median(times, axis=1)
        print(
            f"{name:5} {tau:4} {length:5} {members:7} | {other:8.3f} {this:8.3f}    | "
            f"{this / other:17.3f} {medians[1] / medians[0]:7.3f}",
            flush=True,
        )


def settings_of(options: argparse.Namespace) -> Iterator[tuple[str, int, int, int]]:
    """Cell, length, τ and members of every row."""
    return itertools.product(options.cell, options.length, options.tau, options.members)


def thread_table(options: argparse.Namespace, x: Float[np.ndarray, "time variable"]) -> None:
    """What more threads gain."""
    print(f"\n{options.threads} threads against one, τ = 30, L = 200, 20 members")
    for name in options.cell:
        layout = Layout(CELLS[name], M, N)
        engines = [Fused(layout, threads) for threads in (1, options.threads)]
        runs = [our_epoch(engine, 30, 200, 20, x) for engine in engines]
        one, more = shortest(*runs, repeats=options.repeats)
        print(f"{name:5} {one / more:.2f}×", flush=True)


def orbit_table(options: argparse.Namespace) -> None:
    """Free orbits of 100 000 steps."""
    print("\n100 000 steps of 20 members, one thread")
    for name in options.cell:
        layout = Layout(CELLS[name], M, N)
        theta = 0.1 * np.random.default_rng(0).standard_normal((20, layout.size), np.float32)
        state = tuple(np.zeros((1 + layout.cell.memory, 20, M, 1), np.float32))
        (least,) = shortest(partial(Fused(layout).orbit, theta, state, 100_000), repeats=2)
        print(f"{name:5} {least:.2f} s", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cell", nargs="+", default=["plrnn", "rnn", "lstm", "gru"])
    parser.add_argument("--tau", nargs="+", type=int, default=[5, 30, 200])
    parser.add_argument("--length", nargs="+", type=int, default=[200, 1000])
    parser.add_argument("--members", nargs="+", type=int, default=[1, 5, 20])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--orbits", action="store_true")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--against", metavar="LIBRARY", help="another build of the fused engine")
    options = parser.parse_args()
    x = np.random.default_rng(0).standard_normal((5000, N), np.float32)
    torch.set_num_threads(1)
    if options.against:
        library_table(options, x)
        return
    train_table(options, x)
    if options.threads > 1:
        thread_table(options, x)
    if options.orbits:
        orbit_table(options)


if __name__ == "__main__":
    main()
