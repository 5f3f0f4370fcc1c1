"""How many jobs a minute get through Slurm, where each sleeps for as long as it is told to take.

    .ci/slurm-loopback .venv/bin/python benchmarks/throughput.py [--tau 2]

The workflow, its profile and Slurm are the real ones; in the place of `tausweep stage …` stands a
sleep. The node pretends to have four cores. The least that is possible is what the jobs sleep in
all, on as many cores; beside it, what Snakemake and its calls of sbatch and squeue take.
"""

from __future__ import annotations

import argparse
import os
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
        command = ["snakemake", "--snakefile", str(SNAKEFILE), "--configfile", "experiment.yaml"]
        command += ["--profile", str(PROFILE), "--slurm-init-seconds-before-status-checks", "7"]
        command += ["--set-resources", "train:gpu=0"]
        began = time.monotonic()
        seconds, _ = measured([*command, "best"], directory)
        wall = time.monotonic() - began
        done = list(directory.glob("results/*/*.nc"))
    trained = [path for path in done if path.parent.name == "train"]
    least = sum(told[f"results/{p.parent.name}/{p.name}"] for p in done) / CORES
    print(
        f"{len(done)} jobs, {len(trained)} of them trainings, in {wall:.0f} s: "
        f"{60 * len(done) / wall:.0f} a minute; the least is {least:.0f} s; Snakemake and what it "
        f"calls took {seconds:.0f} s of a processor, {seconds / len(done):.2f} s a job"
    )


if __name__ == "__main__":
    main()
