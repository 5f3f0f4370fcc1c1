"""How long planning takes, for how many jobs: the plan alone, Snakemake's dry run of it, and a run
in which nothing is to be done, beside Snakemake's dry run of as many jobs that it knows nothing of.

    python benchmarks/scale.py [--jobs 1000 10000]

Each is a process of its own; seconds are of its processor time and MiB the most it held.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from tausweep.experiment import load
from tausweep.plan import Plan

SNAKEFILE = Path(__file__).parents[1] / "Snakefile"
BARE = """
rule all:
    input: [f"out/{i}" for i in range(JOBS)]
rule middle:
    output: "middle/{i}"
    shell: "touch {output}"
rule one:
    input: lambda wildcards: f"middle/{int(wildcards.i) // 2 * 2}"
    output: "out/{i}"
    shell: "touch {output}"
"""
"""Jobs of which two need one before them, as an orbit and its metric need training."""

PLAN = """
import sys
from pathlib import Path
from tausweep import study
from tausweep.plan import Plan
Plan(study.read(Path(sys.argv[1])))
"""
WATCHED = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
sys.exit(done.stderr.decode() if done.returncode else 0)
"""


def experiment(jobs: int) -> dict[str, Any]:
    """A sweep of about so many jobs: ten series, two models, five blocks of members."""
    return {
        "experiment": f"jobs{jobs}",
        "series": {f"s{i}": {"system": "lorenz63", "seed": i} for i in range(10)},
        "models": {"RNN": {"cell": "rnn"}, "PLRNN": {"cell": "plrnn"}},
        "methods": [{"method": "sparse_tf", "tau": list(range(1, jobs // 200 + 1))}],
        "members": 25,
        "block": 5,
        "training": {"sequence_length": max(200, jobs // 200)},
    }


def measured(command: Sequence[str], directory: Path) -> tuple[float, float]:
    """Seconds of processor time and MiB of a command, which must succeed."""
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *command],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    seconds, memory = map(float, done.stdout.split())
    return seconds, memory


def row(jobs: int, directory: Path) -> None:
    """Measure at one size, and print it."""
    config = directory / f"{jobs}.yaml"
    config.write_text(yaml.safe_dump(experiment(jobs)))
    plan = Plan(load(experiment(jobs)))
    count = len(plan.jobs) + len(plan.rendered)
    bare = directory / f"bare{jobs}"
    bare.write_text(BARE.replace("JOBS", str(count * 2 // 3)))
    snakemake = [sys.executable, "-m", "snakemake", "--quiet", "--dry-run", "--snakefile"]
    ours = [*snakemake, str(SNAKEFILE), "--configfile", str(config)]
    found = {
        "plan": measured([sys.executable, "-c", PLAN, str(config)], directory),
        "bare": measured([*snakemake, str(bare)], directory),
        "dry run": measured(ours, directory),
    }
    files = [job.path for job in plan.jobs.values()]
    files += [path for name in plan.rendered for path in plan.drawn(name)]
    for path in files:
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).touch()
    found["nothing to do"] = measured(ours, directory)
    base = found["bare"][0]
    cells = [f"{s:7.1f} s {s / base:5.2f}× {mib:5.0f} MiB" for s, mib in found.values()]
    print(f"{count:8}  " + "  ".join(cells), flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1_000, 10_000])
    columns = ("plan", "bare Snakemake", "dry run", "nothing to do")
    print(f"{'jobs':>8}  " + "  ".join(f"{name:27}" for name in columns))
    for jobs in parser.parse_args().jobs:
        with tempfile.TemporaryDirectory() as directory:
            row(jobs, Path(directory))


if __name__ == "__main__":
    main()
