"""Try damaged inputs: ``python -m tests.fuzz [KIND …] [--rounds N] [--first NUMBER]``.

Files (csv, npy, zip, netcdf, mat, parquet, edf), configurations and the texts of jobs are damaged in ways that
are drawn at random, each by its kind and number alone, so that a round that fails can be repeated:
``python -m tests.fuzz csv --first 1234 --rounds 1``. Whatever they are, they end in a result or in
one line that names the file, in less than 10 s of processor time and 2 GB of memory. The tests try
some of each kind; thousands take minutes (of NetCDF, for each of which a process is started, a
second each).
"""

from __future__ import annotations

import argparse
import sys

from .files import csv, edf, mat, netcdf, npy, parquet, zip
from .rounds import Kind, run
from .texts import configuration, job

KINDS: dict[str, Kind] = {
    one.__name__: one for one in (csv, npy, zip, netcdf, mat, parquet, edf, configuration, job)
}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("kind", nargs="*", help=f"default: all of {', '.join(KINDS)}")
    parser.add_argument("--rounds", type=int, default=1000, help="of each kind (default: 1000)")
    parser.add_argument("--first", type=int, default=0, help="number of the first (default: 0)")
    options = parser.parse_args()
    wrong = 0
    for name in options.kind or KINDS:
        result = run(name, KINDS[name], options.rounds, options.first)
        print(f"{name}: {result}")
        print(*result.faults, sep="\n", end="")
        wrong += len(result.faults)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
