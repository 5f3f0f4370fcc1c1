"""Disturb the workflow at random moments: ``python -m tests.faults [here|slurm] [--times N]``.

A small experiment of all stages is run from nothing to its end, again and again. Here, a job,
Snakemake, or all that runs is killed, told to end, or interrupted; on Slurm, jobs are cancelled,
preempted, killed, or hang until their time is over, nodes fail, daemons are away. After each, the
next plain `snakemake` must go on or say in one line what to type; nothing that was finished is lost
or made again; and the numbers at the end are those of a run that was left alone. 100 kills take some
20 minutes on two cores, and so do 30 faults of Slurm; the tests do a few. What became of each is
printed as a table.

Slurm must be the one that .ci/slurm-loopback sets up, which is how to start it:

    .ci/slurm-loopback .venv/bin/python -m tests.faults slurm --times 30
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from ..conftest import TINY
from . import kills, slurm
from .user import User

LONGER = {**TINY, "training": {**TINY["training"], "epochs": 5_000}}
"""Trainings of some seconds: there is time to disturb them."""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("where", nargs="?", choices=["here", "slurm"], default="here")
    parser.add_argument("--times", type=int, default=100, help="(default: 100)")
    parser.add_argument("--seed", type=int, default=0, help="of all that is random (default: 0)")
    parser.add_argument("--only", nargs="+", help="of Slurm: these faults", choices=slurm.FAULTS)
    parser.add_argument(
        "--ask", nargs="+", help="of Slurm: by these", choices=slurm.ASKED, default=slurm.ASKED
    )
    parser.add_argument(
        "--within", type=float, default=10.0, metavar="SECONDS",
        help="longest time between two kills (default: 10)",
    )  # fmt: skip
    options = parser.parse_args()
    rng = random.Random(options.seed)
    config = LONGER if options.where == "slurm" else TINY
    names = slurm.shuffled(options.only or tuple(slurm.FAULTS), options.times, rng)
    with tempfile.TemporaryDirectory() as directory:
        alone = User(Path(directory) / "alone", config)
        alone.finish(1)
        done: list[kills.Kill | slurm.Fault] = []
        while len(done) < options.times:
            place = Path(directory) / str(len(done))
            if options.where == "slurm":
                user = User(place, config, *slurm.arguments(rng.choice(options.ask)))
                done += slurm.disturb(user, names, rng, alone.digests())
            else:
                left = options.times - len(done)
                done += kills.disturb(
                    User(place, config), rng, left, options.within, alone.digests()
                )
            print(kills.table(done), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
