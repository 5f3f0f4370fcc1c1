"""How fast λ_max is measured, and how that grows with the series: the table of docs/lyapunov.md.

    OMP_NUM_THREADS=1 python benchmarks/lyapunov.py              # some minutes on one core
    OMP_NUM_THREADS=1 python benchmarks/lyapunov.py --tisean ~/tisean/bin

Lorenz-63 (10, 38, 8/3, dt .01) and Hénon's map, all variables and one. Times are seconds of
processor time, all from one run, so other work on the machine hardly counts; the better of two for
tausweep. Columns:

- tausweep: all that the stage lyapunov does with default settings, the interval included;
- point: the value alone;
- plain: the baseline, Rosenstein's method by loops (`rosenstein.py`), on 5 000 points only, since
  it grows with their square;
- lyap_r, lyap_k: TISEAN's programs (Hegger, Kantz, Schreiber 1999, Chaos 9, 413), where their
  folder is given: one variable, in the embedding that tausweep chooses, neighbours more than a mean
  period apart, followed for three; their curves alone, without a line or an interval.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import rosenstein
import systems
from estimate import estimate

from tausweep.lyapunov.settings import Lyapunov
from tausweep.statespace import embedding
from tausweep.statespace.neighbours import mean_period

SIZES = (5_000, 20_000, 100_000)
CASES = (("lorenz38", "full"), ("lorenz38", "scalar"), ("henon", "full"), ("henon", "scalar"))
POINT = {"interval": False}
"""Settings of the value alone; the column is left out where there are none such."""
LONGEST_BY_LOOPS = 5_000


def seconds(run: Callable[[], object], times: int = 1) -> float:
    """Processor time of the best of some runs."""
    took = []
    for _ in range(times):
        start = time.process_time()
        run()
        took.append(time.process_time() - start)
    return min(took)


def embedded(x: np.ndarray) -> tuple[np.ndarray, embedding.Choice, int]:
    """Delay vectors as tausweep chooses them, the choice, and the mean period."""
    series = (x - x.mean(axis=0)) / x.std(axis=0)
    period = round(mean_period(series))
    chosen = embedding.choose(series, theiler=period)
    return embedding.delay_vectors(series, chosen.dimension, chosen.delay), chosen, period


def tisean(folder: Path, program: str, x: np.ndarray) -> float:
    """Seconds of a program, the reading of its text file included."""
    _, chosen, period = embedded(x[:20_000])
    size = max(2, chosen.dimension)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "x"
        np.savetxt(file, x)
        options = [f"-m{size}", f"-d{chosen.delay}", f"-t{period}", f"-s{3 * period}", "-V0"]
        if program == "lyap_k":
            options.append(f"-M{size}")
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        subprocess.run(
            [folder / program, *options, f"-o{file}.out", file],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def row(name: str, view: str, points: int, folder: Path | None) -> list[str]:
    """Cells of the table."""
    x = systems.samples(name, view, 0, points)
    cells = [f"{seconds(lambda: estimate(x), 2):.2f}"]
    if set(POINT) <= set(Lyapunov.model_fields):
        alone = Lyapunov.model_validate(POINT)
        cells.append(f"{seconds(lambda: estimate(x, settings=alone), 2):.2f}")
    if points <= LONGEST_BY_LOOPS:
        vectors = embedded(x)[0]
        cells.append(f"{seconds(lambda: rosenstein.exponent(vectors)):.2f}")
    else:
        cells.append("")
    if folder is not None:
        for program in ("lyap_r", "lyap_k"):
            cells.append(f"{tisean(folder, program, x):.2f}" if view == "scalar" else "")
    return cells


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, nargs="+", default=SIZES)
    parser.add_argument("--tisean", type=Path, metavar="FOLDER", help="has lyap_r and lyap_k")
    options = parser.parse_args()
    columns = ["series", "variables", "points", "tausweep"]
    columns += ["point"] if set(POINT) <= set(Lyapunov.model_fields) else []
    columns += ["plain"] + (["lyap_r", "lyap_k"] if options.tisean else [])
    print("| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|", flush=True)
    for name, view in CASES:
        for points in options.points:
            cells = [name, view, str(points), *row(name, view, points, options.tisean)]
            print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
