"""How far estimates of λ_max from data are off, and how often their intervals hold the truth.

    python benchmarks/lyapunov_coverage.py --half tuning --processes 2
    python benchmarks/lyapunov_coverage.py --seeds 2 --points 5000 --systems henon lorenz38

Systems, their two halves and their exponents are those of `systems.py`. Constants of the estimators
are chosen on the tuning half alone; the testing half is run when they are settled. Each half is
some 1 000 estimates, which is one to two hours on one core.

Every system is observed by all its variables and by its first alone, in series of 5 000 and 20 000
points from 5 random initial states, without noise, and measured with the default settings by the
stages of the pipeline themselves.

Columns: the mean of estimate / truth with its standard deviation over the seeds (1: no bias); how
many of the 95 % intervals hold the truth, of those series that got a number; the median of the
intervals' half-widths relative to the truth; what the estimates are from; the verdicts of series
that got no number; seconds of processor time. The truth's own standard error is allowed for, twice.
"""

from __future__ import annotations

import argparse
import itertools
from collections import Counter
from collections.abc import Iterable

import numpy as np
import systems
from estimate import Estimate, estimate, spread

VIEWS = ("full", "scalar")
Job = tuple[str, str, int, int]


def measured(job: Job) -> Estimate:
    """One series."""
    name, view, points, seed = job
    return estimate(systems.samples(name, view, seed, points))


def chosen(options: argparse.Namespace) -> list[Job]:
    """The series of the table; a system of one variable has one view."""
    halves = {"tuning": systems.CASES, "testing": systems.TESTING}
    names = options.systems or halves[options.half]
    return [
        (name, view, points, seed)
        for name, view, points in itertools.product(names, VIEWS, options.points)
        if view == "full" or systems.samples(name, "full", 0, 2).shape[1] > 1
        for seed in range(options.seeds)
    ]


class Found:
    """Estimates of some series, relative to the truth."""

    def __init__(self) -> None:
        self.all: list[Estimate] = []
        self.value: list[float] = []
        self.half_width: list[float] = []
        self.held: list[bool] = []

    def add(self, name: str, found: Estimate) -> None:
        """Enter one."""
        true, error = systems.truth(name)
        self.all.append(found)
        if found.has_number:
            self.value.append(found.value / true)
            self.half_width.append((found.upper - found.lower) / 2 / true)
            self.held.append(found.holds(true, error))

    def __str__(self) -> str:
        """Cells of a row."""
        spread_ = np.std(self.value, ddof=1) if len(self.value) > 1 else np.nan
        mean = np.mean(self.value) if self.value else np.nan
        width = np.median(self.half_width) if self.half_width else np.nan
        by = counted(each.by for each in self.all if each.has_number)
        without = counted(each.verdict for each in self.all if not each.has_number)
        seconds = np.mean([each.seconds for each in self.all])
        return (
            f"{mean:.3f} ± {spread_:.3f} | {sum(self.held)}/{len(self.held)} | {width:.3f} "
            f"| {by} | {without} | {seconds:.1f}"
        )


def counted(words: Iterable[str]) -> str:
    """What there is, most frequent first."""
    return ", ".join(f"{word} {count}" for word, count in Counter(words).most_common())


def summary(found: Found) -> str:
    """Shares of all."""
    numbers, held = len(found.held), sum(found.held)
    if not numbers:
        return "no numbers"
    return (
        f"{numbers} of {len(found.all)} got a number ({numbers / len(found.all):.1%}); {held} of "
        f"these intervals hold the truth ({held / numbers:.1%}); median half-width "
        f"{np.median(found.half_width):.3f}; {np.mean([e.seconds for e in found.all]):.1f} s"
    )


def main() -> None:
    """Print the table and its totals."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--half", choices=["tuning", "testing"], default="tuning")
    parser.add_argument("--systems", nargs="+", choices=[*systems.NAMES, *systems.SENSORS])
    parser.add_argument("--points", type=int, nargs="+", default=[5_000, 20_000])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    jobs = chosen(options)
    print("| system | view | points | estimate / truth | held | half-width | by | else | seconds |")
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    totals = {group: Found() for group in (*VIEWS, *options.points, "all")}
    row = Found()
    for (name, view, points, _), one in zip(
        jobs, spread(measured, jobs, options.processes), strict=True
    ):
        for group in (row, totals[view], totals[points], totals["all"]):
            group.add(name, one)
        if len(row.all) == options.seeds:
            print(f"| {name} | {view} | {points} | {row} |", flush=True)
            row = Found()
    print()
    for group, found in totals.items():
        print(f"{group}: {summary(found)}")


if __name__ == "__main__":
    main()
