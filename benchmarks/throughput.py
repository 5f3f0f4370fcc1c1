"""How many jobs a minute get through Slurm, where each sleeps for as long as it is told to take.

    .ci/slurm-loopback .venv/bin/python benchmarks/throughput.py [--tau 2]

The workflow, its profile and Slurm are the real ones; in the place of `tausweep stage …` stands a
sleep. The nodes pretend to have four cores in all. The least that is possible is what the jobs
sleep, on as many cores; beside it, what Snakemake takes where it is started, with its calls of
sbatch and squeue, and what each job of Slurm takes its node for starting Snakemake there.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path

import yaml
from scale import SNAKEFILE, measured

from tausweep.cost.rates import measured as rates_of_the_package
from tausweep.cost.shapes import Shapes
from tausweep.cost.work import work
from tausweep.experiment import load
from tausweep.plan import Plan

CORES = 4
PROFILE = SNAKEFILE.parent / "profiles/slurm"
SLEEP = """
tausweep() {
    local word output
    for word; do [[ $word == results/*.nc ]] && output=$word; done
    sleep "$(awk -v output="$output" '$1 == output {print $2}' TOLD)"
    touch "$output"
}
"""


def experiment(tau: int) -> dict[str, object]:
    """Three series, two models, five blocks of members, and so many τ."""
    return {
        "experiment": "throughput",
        "series": {f"s{i}": {"system": "lorenz63", "seed": i} for i in range(3)},
        "models": {"RNN": {"cell": "rnn"}, "PLRNN": {"cell": "plrnn"}},
        "methods": [{"method": "sparse_tf", "tau": list(range(10, 10 + tau))}],
        "members": 25,
        "training": {"epochs": 100},
    }


def on_the_nodes(since: str) -> tuple[int, float]:
    """Jobs of Slurm since then, and seconds of processor time of all."""
    asked = ["sacct", "--allocations", "--noheader", "--starttime", since, "--format=totalcpu"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
    return len(told), sum(seconds(each) for each in told)


def seconds(clock: str) -> float:
    """Of [hours:]minutes:seconds."""
    total = 0.0
    for part in clock.split(":"):
        total = 60 * total + float(part)
    return total


def main() -> None:
    """Run it, and print a line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--tau", type=int, default=2, help="values of τ, 30 trainings each")
    config = experiment(parser.parse_args().tau)
    plan = Plan(load(config))
    shapes, rates = Shapes(plan.jobs, None), rates_of_the_package()
    told = {
        job.path: rates.cost(work(job, shapes), rates.speed).seconds for job in plan.jobs.values()
    }
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "told").write_text("".join(f"{path} {s:.2f}\n" for path, s in told.items()))
        (directory / "sleep").write_text(SLEEP.replace("TOLD", str(directory / "told")))
        (directory / "experiment.yaml").write_text(yaml.safe_dump(config))
        os.environ["BASH_ENV"] = str(directory / "sleep")
        command = ["snakemake", "best", "--snakefile", str(SNAKEFILE)]
        command += ["--configfile", "experiment.yaml"]
        command += ["--profile", str(PROFILE), "--slurm-init-seconds-before-status-checks", "7"]
        command += ["--set-resources", "train:gpu=0"]
        since, began = time.strftime("%Y-%m-%dT%H:%M:%S"), time.monotonic()
        here, _ = measured(command, directory)
        wall = time.monotonic() - began
        jobs, there = on_the_nodes(since)
        done = list(directory.glob("results/*/*.nc"))
    trained = [path for path in done if path.parent.name == "train"]
    least = sum(told[f"results/{p.parent.name}/{p.name}"] for p in done) / CORES
    print(
        f"{len(done)} jobs, {len(trained)} of them trainings, as {jobs} of Slurm in {wall:.0f} s: "
        f"{60 * len(done) / wall:.0f} a minute; the least is {least:.0f} s. Processor time beside "
        f"the jobs' own: {here:.0f} s where Snakemake was started, {there:.0f} s on the nodes, "
        f"{there / jobs:.1f} s a job of Slurm"
    )


if __name__ == "__main__":
    main()
