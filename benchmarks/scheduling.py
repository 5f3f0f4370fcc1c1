"""What Snakemake itself takes while jobs run: as it comes, and as it is mended here.

    python benchmarks/scheduling.py [--jobs 100 400]

The jobs sleep for a second, four at a time. Seconds are of processor time, of Snakemake and its
jobs together, for each job; the last column is their ratio.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from scale import SNAKEFILE, measured

MENDED = SNAKEFILE.parent / "workflow/rules/onstart.smk"
JOBS = """
rule all:
    input: [f"out/{i}" for i in range(JOBS)]
rule one:
    input: "Snakefile"
    output: "out/{i}"
    shell: "sleep 1; touch {output}"
"""
AT_ONCE = 4


def seconds(jobs: int, before: str) -> float:
    """Processor time of Snakemake and its jobs, for each job."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "Snakefile").write_text(before + JOBS.replace("JOBS", str(jobs)))
        command = ["snakemake", "--cores", str(AT_ONCE), "--scheduler", "greedy", "--quiet"]
        return measured(command, Path(name))[0] / jobs


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--jobs", type=int, nargs="+", default=[100, 400])
    print(f"{'jobs':>8}  as it comes  mended    ratio")
    for jobs in parser.parse_args().jobs:
        comes, here = (seconds(jobs, before) for before in ("", MENDED.read_text()))
        print(f"{jobs:8}  {comes:9.3f} s  {here:9.3f} s  {comes / here:6.1f}×", flush=True)


if __name__ == "__main__":
    main()
