"""How fast noise reduction is, and what it gains: the tables of docs/noise-reduction.md.

    python benchmarks/noise_reduction.py speed     # about 3 minutes on one core
    python benchmarks/noise_reduction.py gains     # about 6 minutes

Speed is measured on Lorenz-63, x, dt = 0.02, 5 % noise, 3 iterations, in processor time of this
process; set OMP_NUM_THREADS=1 for one core. The baseline is the same iteration as a loop over the
points, each with its distances to all others and one `numpy.linalg.eigh`, on 5 000 points; it
grows with the square of the points. Both are measured in one run.

Gains are 10 log10(Σ noise² before / Σ residual² after) in dB, of each variable, at the defaults.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import numpy as np

from tausweep.statespace.embedding import delay_vectors
from tausweep.statespace.noise_reduction import reduce_noise
from tausweep.systems.integrate import states
from tausweep.systems.lorenz63 import Lorenz63
from tausweep.systems.rossler import Rossler

METHODS = ("simple", "ghkss")


def noisy(x: np.ndarray, share: float) -> np.ndarray:
    """A series with white noise of `share` of each variable's standard deviation."""
    return x + share * x.std(axis=0) * np.random.default_rng(0).standard_normal(x.shape)


def lorenz(steps: int, dt: float) -> np.ndarray:
    """Lorenz-63 (10, 28, 8/3), all variables."""
    system = Lorenz63(system="lorenz63")
    return states(system, np.array([1.0, 2.0, 20.0]), dt * np.arange(steps), 20.0)


def henon(steps: int) -> np.ndarray:
    """Hénon's map (1.4, 0.3), both variables."""
    x, y, out = 0.1, 0.1, np.empty((steps + 100, 2))
    for t in range(steps + 100):
        x, y = 1 - 1.4 * x * x + y, 0.3 * x
        out[t] = x, y
    return out[100:]


def plain(x: np.ndarray, method: str, noise: float) -> float:
    """Seconds of one iteration as a loop over the points, brute-force neighbours."""
    u = (x - x.mean(axis=0)) / x.std(axis=0)
    vectors = delay_vectors(u, 5 if method == "simple" else 11, 1)
    start = time.process_time()
    for vector in vectors:
        distance = np.abs(vectors - vector).max(axis=1)
        near = vectors[distance <= 3 * noise]
        if method == "simple":
            near[:, 2].mean()
            continue
        if len(near) < 30:
            near = vectors[np.argpartition(distance, 30)[:30]]
        axes = np.linalg.eigh(np.cov(near.T))[1][:, :-3]
        axes @ (axes.T @ (vector - near.mean(axis=0)))
    return time.process_time() - start


def speed() -> None:
    """Seconds, growth exponent between successive lengths, and how much slower plain loops are."""
    lengths = (5_000, 20_000, 100_000)
    x = noisy(lorenz(lengths[-1], 0.02), 0.05)[:, :1]
    print("| method | points | seconds | growth exponent | plain loop, seconds | ratio |")
    print("|---|---|---|---|---|---|")
    for method in METHODS:
        loop = 3 * plain(x[: lengths[0]], method, 0.05)
        last: tuple[int, float] | None = None
        for steps in lengths:
            start = time.process_time()
            reduce_noise(x[:steps], method=method)
            took = time.process_time() - start
            growth = f"{np.log(took / last[1]) / np.log(steps / last[0]):.2f}" if last else ""
            baseline = "|" if last else f"{loop:.1f} | {loop / took:.0f}"
            print(f"| `{method}` | {steps} | {took:.2f} | {growth} | {baseline} |", flush=True)
            last = steps, took


def cases() -> Iterator[tuple[str, np.ndarray]]:
    """The series of the table of gains."""
    yield "Lorenz-63 x, dt .02", lorenz(20_000, 0.02)[:, :1]
    yield "Lorenz-63 x, dt .05", lorenz(20_000, 0.05)[:, :1]
    yield "Lorenz-63 x y z, dt .02", lorenz(20_000, 0.02)
    yield "Lorenz-63 x y z, dt .05", lorenz(20_000, 0.05)
    yield "Hénon x", henon(20_000)[:, :1]
    yield "Hénon x y", henon(20_000)
    yield "Lorenz-63 x, dt .01", lorenz(20_000, 0.01)[:, :1]
    rossler = Rossler(system="rossler")
    yield "Rössler x, dt .1", states(rossler, np.ones(3), 0.1 * np.arange(20_000), 50.0)[:, :1]
    yield "sine, 31 samples a turn", np.sin(0.2 * np.arange(20_000))[:, None]
    yield "Lorenz-63 x, dt .02, 1 000 points", lorenz(1_000, 0.02)[:, :1]
    yield "Lorenz-63 x, dt .05, 1 000 points", lorenz(1_000, 0.05)[:, :1]
    yield "Hénon x, 1 000 points", henon(1_000)[:, :1]


def gains() -> None:
    """Gain in dB, all series, shares of noise and methods."""
    shares = (0.01, 0.05, 0.1, 0.2)
    print("| series | method |" + "".join(f" {100 * share:.0f} % |" for share in shares))
    print("|---|---|" + "---|" * len(shares))
    for name, x in cases():
        for method in METHODS:
            cells = []
            for share in shares:
                raw = noisy(x, share)
                cleaned, report = reduce_noise(raw, method=method)
                ratio = ((raw - x) ** 2).sum(axis=0) / ((cleaned - x) ** 2).sum(axis=0)
                done = " ".join(f"{10 * np.log10(each):.1f}" for each in ratio)
                cells.append(done if report.iterations else "unresolved")
            print(f"| {name} | `{method}` | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", choices=["speed", "gains"])
    {"speed": speed, "gains": gains}[parser.parse_args().table]()
