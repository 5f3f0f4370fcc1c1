"""How fast λ_max is measured, and how that grows with the series: the table of docs/lyapunov.md.

    OMP_NUM_THREADS=1 python benchmarks/lyapunov.py     # some minutes on one core

The series is Lorenz-63 (10, 28, 8/3), all three variables, dt = 0.01. Times are of this process
(processor time, so other work on the machine does not count):

- point estimate: the embedding is chosen, maps are fitted, their exponent is taken;
- with interval: all that the stage lyapunov measures of a series, divergence curves with 200
  bootstrap resamples as well;
- plain: the baseline, Rosenstein's curve alone as loops over reference points (all of them, one
  neighbour each, 300 lags), each with its distances to all others, on 5 000 points.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from tausweep.lyapunov import maps
from tausweep.lyapunov.data import MAPS_PER_PERIOD, measure
from tausweep.lyapunov.settings import Lyapunov
from tausweep.statespace import embedding
from tausweep.statespace.neighbours import mean_period
from tausweep.systems.integrate import states
from tausweep.systems.lorenz63 import Lorenz63

SIZES = (5_000, 20_000, 100_000)
LAGS = 300


def lorenz(steps: int) -> np.ndarray:
    """Standardised samples."""
    system = Lorenz63(system="lorenz63")
    x = states(system, np.array([1.0, 2.0, 20.0]), 0.01 * np.arange(steps), 20.0)
    return np.asarray((x - x.mean(axis=0)) / x.std(axis=0))


def point(x: np.ndarray) -> float:
    """λ_max per step, without the curves."""
    period = mean_period(x)
    theiler = round(period)
    chosen = embedding.choose(x, theiler=theiler)
    found = maps.estimate(
        x,
        delay=chosen.delay,
        dimension=chosen.dimension,
        vary_dimension=True,
        step=round(period / MAPS_PER_PERIOD),
        vary_step=True,
        theiler=theiler,
        confidence=0.95,
    )
    assert found is not None
    return found.best.exponent


def plain(x: np.ndarray) -> np.ndarray:
    """Rosenstein's curve as loops over points and lags."""
    theiler = round(mean_period(x))
    known = x[:-LAGS]
    total = np.zeros(LAGS)
    for i, state in enumerate(known):
        distance = np.linalg.norm(known - state, axis=1)
        distance[max(0, i - theiler) : i + theiler + 1] = np.inf
        j = int(distance.argmin())
        for lag in range(LAGS):
            total[lag] += np.log(np.linalg.norm(x[i + lag] - x[j + lag]))
    return np.asarray(total / len(known))


def seconds(run: Callable[[], object]) -> float:
    """Processor time of the better of two runs."""
    took = []
    for _ in range(2):
        start = time.process_time()
        run()
        took.append(time.process_time() - start)
    return min(took)


def main() -> None:
    """Print the table."""
    longest = lorenz(SIZES[-1])
    start = time.process_time()
    plain(longest[: SIZES[0]])
    baseline = time.process_time() - start
    print("| points | point estimate | with interval |")
    print("|---|---|---|")
    table = []
    for size in SIZES:
        x = longest[:size]
        table.append((seconds(lambda x=x: point(x)), seconds(lambda x=x: measure(x, Lyapunov()))))
        print(f"| {size} | {table[-1][0]:.2f} s | {table[-1][1]:.2f} s |")
    print(
        f"plain loops, {SIZES[0]} points: {baseline:.2f} s, {baseline / table[0][0]:.1f} times the "
        f"point estimate and {baseline / table[0][1]:.1f} times all"
    )
    growth = np.log(np.array(table[-1]) / table[0]) / np.log(SIZES[-1] / SIZES[0])
    print(f"growth with the points: exponents {growth[0]:.2f} and {growth[1]:.2f}")


if __name__ == "__main__":
    main()
