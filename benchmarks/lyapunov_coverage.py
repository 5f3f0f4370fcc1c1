"""How far estimates of λ_max from data are off, and how often their intervals hold the truth.

    python benchmarks/lyapunov_coverage.py                            # about 20 minutes on one core
    python benchmarks/lyapunov_coverage.py --seeds 2 --systems henon lorenz28

Every system is simulated from several random initial states, all its variables are observed, and
λ_max is measured with the default settings from the first half of each series, by the stages of
the pipeline themselves. The truth is from the equations, by tangent dynamics along 256 trajectories
on the attractor of the first series.

Columns: the mean of estimate / truth with its standard deviation over the seeds (1: no bias); how
many of the 95 % intervals hold the truth; the median of their half-widths relative to the truth;
what the estimates are from, and how many series were called chaotic; seconds of processor time per
estimate.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from pydantic import TypeAdapter

from tausweep.lyapunov import stage as lyapunov
from tausweep.lyapunov.settings import Lyapunov
from tausweep.series import stage as series
from tausweep.series.settings import Series
from tausweep.signal import stage as signal
from tausweep.signal.settings import Signal
from tausweep.truth import stage as truth
from tausweep.truth.settings import Truth

SYSTEMS: dict[str, dict[str, Any]] = {
    "lorenz28": {"system": "lorenz63", "dt": 0.01},
    "lorenz45": {
        "system": "lorenz63",
        "dt": 0.01,
        "parameters": {"sigma": 16.0, "rho": 45.92, "beta": 4.0},
    },
    "lorenz38": {"system": "lorenz63", "dt": 0.01, "parameters": {"rho": 38.0}},
    "rossler5.7": {"system": "rossler", "dt": 0.2},
    "rossler10": {"system": "rossler", "dt": 0.1, "parameters": {"a": 0.15, "b": 0.2, "c": 10.0}},
    "duffing": {"system": "duffing", "dt": 0.1773},
    "duffing2": {
        "system": "duffing",
        "dt": 0.05,
        "parameters": {"delta": 0.25, "gamma": 0.4, "omega": 1.0},
    },
    "ueda": {"system": "ueda", "dt": 0.05},
    "mackey_glass17": {"system": "mackey_glass", "dt": 1.0},
    "mackey_glass23": {"system": "mackey_glass", "dt": 0.46, "parameters": {"delay": 23.0}},
    "mackey_glass30": {"system": "mackey_glass", "dt": 1.0, "parameters": {"delay": 30.0}},
    "lorenz96_5": {"system": "lorenz96", "dt": 0.05, "parameters": {"N": 5}},
    "lorenz96_10": {"system": "lorenz96", "dt": 0.05, "parameters": {"N": 10}},
    "lorenz96_20": {"system": "lorenz96", "dt": 0.05, "parameters": {"N": 20}},
    "lorenz96_40": {"system": "lorenz96", "dt": 0.05, "parameters": {"N": 40}},
    "henon": {"system": "henon"},
    "logistic4": {"system": "logistic"},
    "logistic3.9": {"system": "logistic", "parameters": {"r": 3.9}},
}
HALF = Signal(held_out=0.5)


class Estimate(NamedTuple):
    """λ_max of one series and its interval, relative to the truth; NaN where there is none."""

    value: float
    lower: float
    upper: float
    by: str
    seconds: float


def simulated(name: str, points: int, seed: int) -> xr.Dataset:
    """A series of a system, to be halved."""
    cell = TypeAdapter(Series).validate_python(SYSTEMS[name] | {"steps": 2 * points, "seed": seed})
    return series.run(cell)


def estimate(name: str, points: int, seed: int, true: float) -> Estimate:
    """Measure one series with the default settings."""
    sample = signal.run(HALF, simulated(name, points, seed))
    start = time.process_time()
    found = lyapunov.run(Lyapunov(), sample)
    seconds = time.process_time() - start
    value = float(found["lambda_max"]) / true
    lower, upper = found["lambda_max_interval"].values / true
    by = found.attrs["estimated_by"]
    return Estimate(value, float(lower), float(upper), by, seconds)


def row(name: str, points: int, seeds: int, length: float | None) -> str:
    """One line of the table."""
    first = simulated(name, points, 0)
    equations = truth.run(Truth(time=length, exponents=1), first)
    true, error = (float(equations[f"lambda_max{part}"]) for part in ("", "_std_error"))
    found = [estimate(name, points, seed, true) for seed in range(seeds)]
    value = np.array([each.value for each in found])
    held = sum(each.lower <= 1 <= each.upper for each in found)
    half = np.nanmedian([(each.upper - each.lower) / 2 for each in found])
    spread = np.nanstd(value, ddof=1) if np.isfinite(value).sum() > 1 else np.nan
    by = ", ".join(f"{by} {count}" for by, count in Counter(e.by for e in found).most_common())
    dt = first.attrs["dt"]
    return (
        f"| {name} | {true / dt:.4g} ± {error / dt:.1g} | {np.nanmean(value):.3f} ± {spread:.3f} "
        f"| {held}/{seeds} | {half:.3f} | {by} | {np.mean([e.seconds for e in found]):.1f} |"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--points", type=int, default=20_000)
    parser.add_argument("--systems", nargs="+", choices=list(SYSTEMS), default=list(SYSTEMS))
    parser.add_argument("--truth-time", type=float, help="length of the tangent trajectories")
    options = parser.parse_args()
    print("| system | truth | estimate / truth | held | half-width | by | seconds |")
    print("|---|---|---|---|---|---|---|")
    for name in options.systems:
        print(row(name, options.points, options.seeds, options.truth_time), flush=True)
