"""Kill the workflow at random moments: ``python -m tests.faults [--kills N] [--seed SEED]``.

A small experiment of all stages is run from nothing to its end, again and again, while a job, Snakemake,
or all that runs is killed, told to end, or interrupted. After each, the next plain `snakemake` must
go on or say in one line what to type; nothing that was finished is lost or made again; and the
numbers at the end are those of a run that was left alone. 100 take some 20 minutes on two cores; the
tests do a few. What became of each is printed as a table.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from ..conftest import TINY
from .kills import Kill, disturb, table
from .user import User


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--kills", type=int, default=100, help="(default: 100)")
    parser.add_argument("--seed", type=int, default=0, help="of all that is random (default: 0)")
    parser.add_argument(
        "--within", type=float, default=10.0, metavar="SECONDS",
        help="longest time between two kills (default: 10)",
    )  # fmt: skip
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as directory:
        alone = User(Path(directory) / "alone", TINY)
        alone.finish(1)
        kills: list[Kill] = []
        while len(kills) < options.kills:
            user = User(Path(directory) / str(len(kills)), TINY)
            left = options.kills - len(kills)
            kills += disturb(user, rng, left, options.within, alone.digests())
            print(table(kills), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
