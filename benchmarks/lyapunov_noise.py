"""λ_max from noisy series, with and without noise reduction.

    python benchmarks/lyapunov_noise.py --processes 2                  # 240 series: half an hour
    python benchmarks/lyapunov_noise.py --seeds 2 --systems henon --shares 0.05

White noise of 1, 2, 5 and 10 % of the standard deviation is added to one variable of Lorenz-63
(dt .05), Rössler's flow and Hénon's map, 20 000 points, ten seeds. Each series is measured as it
is and after the step `denoise`. Any other system of `systems.py` can be named.

An interval that is said to be of a lower bound holds the truth that lies in or above it. "by
bound" counts these; "else" the verdicts of series that got no number, which count as not held.
"""

from __future__ import annotations

import argparse
import itertools
from collections import Counter

import numpy as np
import systems
from estimate import Estimate, estimate, spread

DENOISE = {"step": "denoise"}
Job = tuple[str, float, bool, int, int]


def measured(job: Job) -> Estimate:
    """One noisy series."""
    name, share, denoise, points, seed = job
    x = systems.samples(name, "scalar", seed, points)
    rng = np.random.default_rng([seed, round(1000 * share)])
    noisy = x + share * x.std() * rng.standard_normal(x.shape)
    return estimate(noisy, steps=[DENOISE] if denoise else [])


def row(name: str, share: float, denoise: bool, found: list[Estimate]) -> str:
    """One line of the table."""
    true, error = systems.truth(name)
    numbers = [each for each in found if each.has_number]
    held = sum(each.holds(true, error) for each in numbers)
    value = [each.value / true for each in numbers] or [np.nan]
    half = [(each.upper - each.lower) / 2 / true for each in numbers] or [np.nan]
    bounds = sum(each.bound == "lower" for each in numbers)
    without = Counter(each.verdict for each in found if not each.has_number)
    told = ", ".join(f"{verdict} {count}" for verdict, count in without.most_common())
    seconds = np.mean([each.seconds for each in found])
    return (
        f"| {name} | {100 * share:g} % | {'yes' if denoise else 'no'} "
        f"| {np.mean(value):.3f} ± {np.std(value):.3f} | {held}/{len(found)} "
        f"| {np.median(half):.3f} | {bounds} | {told} | {seconds:.1f} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [systems.SENSED, *systems.NAMES]
    parser.add_argument(
        "--systems", nargs="+", choices=names, default=[systems.SENSED, "rossler5.7", "henon"]
    )
    parser.add_argument("--shares", type=float, nargs="+", default=[0.01, 0.02, 0.05, 0.1])
    parser.add_argument("--points", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    rows = list(itertools.product(options.systems, options.shares, (False, True)))
    jobs = [(*each, options.points, seed) for each in rows for seed in range(options.seeds)]
    results = spread(measured, jobs, options.processes)
    print(
        "| series | noise | denoise | estimate / truth | held | half-width | by bound | else | s |"
    )
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    for each in rows:
        print(row(*each, list(itertools.islice(results, options.seeds))), flush=True)


if __name__ == "__main__":
    main()
