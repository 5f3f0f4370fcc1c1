"""How often series that are not chaotic are called chaotic.

    python benchmarks/false_chaos.py --processes 2          # 69 kinds × 20 seeds: about an hour
    python benchmarks/false_chaos.py --seeds 2 --kinds ecg torus2_1
    python benchmarks/false_chaos.py --first-seed 1000      # series that nobody has seen

Each line has the verdicts of a kind; an error that a stage raised is one as well. Exit status 1
means that more than 1 series in 200 of all, or more than 1 in 20 of a kind, was called chaotic.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections import Counter, defaultdict

import numpy as np
from estimate import Estimate, estimate, spread
from not_chaotic.every import KINDS

OVER_ALL, IN_A_KIND = 1 / 200, 1 / 20
Job = tuple[str, int, int]


def judged(job: Job) -> Estimate:
    """What is found for one kind, seed and length."""
    name, seed, points = job
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    return estimate(KINDS[name](rng, points))


def row(name: str, found: list[Estimate]) -> str:
    """One line of the table."""
    verdicts = Counter(each.verdict for each in found)
    told = ", ".join(f"{verdict} {count}" for verdict, count in verdicts.most_common())
    wrong = Counter(each.by for each in found if each.verdict == "chaotic")
    by = ", ".join(f"{by} {count}" for by, count in wrong.items())
    seconds = np.mean([each.seconds for each in found])
    return f"| {name} | {verdicts['chaotic']} | {told} | {by} | {seconds:.1f} |"


def main() -> int:
    """Print the table; 1 where the bounds are broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--points", type=int, default=5_000)
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    jobs = [(name, seed, options.points) for name in options.kinds for seed in seeds]
    print("| kind | called chaotic | verdicts | chaotic by | seconds |")
    print("|---|---|---|---|---|", flush=True)
    kinds: dict[str, list[Estimate]] = defaultdict(list)
    wrong = Counter[str]()
    for (name, *_), found in zip(jobs, spread(judged, jobs, options.processes), strict=True):
        kinds[name].append(found)
        wrong[name] += found.verdict == "chaotic"
        if len(kinds[name]) == len(seeds):
            print(row(name, kinds[name]), flush=True)
    most = [name for name, count in wrong.items() if count > IN_A_KIND * len(seeds)]
    print(f"\ncalled chaotic: {wrong.total()} of {len(jobs)}")
    if most:
        print(f"more than 1 in {1 / IN_A_KIND:.0f}: {', '.join(most)}")
    return int(bool(most) or wrong.total() > OVER_ALL * len(jobs))


if __name__ == "__main__":
    sys.exit(main())
