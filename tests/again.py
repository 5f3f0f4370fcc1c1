"""Every job of a finished run once more: ``python again.py CONFIG RESULTS OTHER ENGINE THREADS``.

Each is given the inputs that it had in RESULTS, so what differs in OTHER is what it computes
otherwise itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tausweep import runner, study
from tausweep.plan import Plan


def main(config: Path, results: Path, other: Path, engine: str, threads: int) -> None:
    for job in Plan(study.read(config)).jobs.values():
        place = results / job.stage / f"{job.key}.nc"
        (other / job.stage).mkdir(parents=True, exist_ok=True)
        kept = place.rename(place.with_suffix(".kept"))
        runner.run(job, [place], engine=engine, threads=threads)
        place.rename(other / job.stage / place.name)
        kept.rename(place)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]), sys.argv[4], int(sys.argv[5]))
