"""What jobs cost, from runs that are done: the rates of `tausweep cost`, and how good they are.

    python benchmarks/cost.py CONFIG=DIRECTORY ... [--write]

Each DIRECTORY holds the results/ of a run of CONFIG by Snakemake on this machine, which wrote what
every job took into results/benchmarks/. Rates are fitted to all of them together; the table says
how far they are from each run, also when they are fitted to the other runs alone. With --write
they become those of the package, src/tausweep/cost/measured.csv.

A job's seconds are those that a core was its own: the processor time that Snakemake saw, which
looks now and then and misses up to a second of the end, or what the clock says, if that is less.
"""

from __future__ import annotations

import argparse
import json
import math
import os
from collections.abc import Iterable
from pathlib import Path

from tausweep import study
from tausweep.cost.rates import Cost, Rates, fit
from tausweep.cost.shapes import Shapes
from tausweep.cost.speed import Speed, measure
from tausweep.cost.work import Work, work
from tausweep.drawn import REPORT
from tausweep.plan import Plan

MEASURED = Path(__file__).parents[1] / "src" / "tausweep" / "cost" / "measured.csv"
Done = list[tuple[Work, Cost]]


def done(config: Path, directory: Path) -> Done:
    """Every job of a run that is done, and what it cost."""
    os.chdir(directory)
    plan = Plan(study.read(config))
    shapes = Shapes(plan.jobs)
    named = {job.reference: (job, [job.path]) for job in plan.jobs.values()}
    named |= {_record(name): (job, plan.files(name)) for name, job in plan.rendered.items()}
    out = []
    for name, (job, files) in named.items():
        record = Path(f"results/benchmarks/{name}.jsonl")
        if record.is_file() and all(Path(file).is_file() for file in files):
            size = sum(Path(file).stat().st_size for file in files) / 2**20
            out.append((work(job, shapes), _cost(json.loads(record.read_text()), size)))
    return out


def _record(name: str) -> str:
    """Of a figure, or of a report, which has that of its experiment."""
    directory, _, what = name.partition("/")
    return f"report/{directory}" if what == REPORT else f"figures/{name}"


def _cost(record: dict[str, float], size: float) -> Cost:
    seconds, processor, memory = (record[name] for name in ("s", "cpu_time", "max_rss"))
    seen = [x for x in (seconds, processor + 1.0) if isinstance(x, float)]
    return Cost(min(seen), memory if isinstance(memory, float) else math.nan, size)


def foretold(of: Done, rates: Rates, speed: Speed) -> dict[str, tuple[float, float]]:
    """Seconds by stage: foretold, and what they were."""
    out: dict[str, tuple[float, float]] = {}
    for each, cost in of:
        stage = each.kind.split()[0]
        told, was = out.get(stage, (0.0, 0.0))
        out[stage] = told + rates.cost(each, speed).seconds, was + cost.seconds
    return out


def _all(runs: Iterable[Done]) -> Done:
    """Jobs of several runs whose memory is known: those too short to be looked at are left out."""
    return [pair for run in runs for pair in run if math.isfinite(pair[1].memory)]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("runs", nargs="+", metavar="CONFIG=DIRECTORY")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    named = {text: [Path(part).resolve() for part in text.split("=")] for text in options.runs}
    runs = {text: done(config, directory) for text, (config, directory) in named.items()}
    speed = measure()
    rates = fit(_all(runs.values()), speed)
    for text, run in runs.items():
        others = _all(other for name, other in runs.items() if name != text)
        apart = fit(others, speed) if others else None
        print(f"\n{text}: {len(run)} jobs\n{'':14}      was  foretold  by other runs alone")
        told = foretold(run, rates, speed)
        without = foretold(run, apart, speed) if apart else {}
        for stage, (seconds, was) in told.items():
            alone = f"{without[stage][0]:10.1f}" if without else ""
            print(f"{stage:14}{was:9.1f}{seconds:10.1f}{alone}")
        sums = [sum(x) for x in zip(*told.values(), strict=True)]
        alone = f"{sum(x for x, _ in without.values()):10.1f}" if without else ""
        print(f"{'in all':14}{sums[1]:9.1f}{sums[0]:10.1f}{alone}   ratio {sums[0] / sums[1]:.2f}")
    if options.write:
        with MEASURED.open("w", encoding="utf-8") as file:
            rates.write(file)


if __name__ == "__main__":
    main()
