"""What several tests share."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).parents[1]

# Several test processes run side by side; each keeps to one thread.
os.environ["OMP_NUM_THREADS"] = "1"

TINY: dict[str, Any] = {
    "experiment": "tiny",
    "series": {"lorenz": {"system": "lorenz63", "steps": 8000, "transient": 20.0}},
    "models": {"P": {"cell": "plrnn", "latent": 5}, "R": {"cell": "rnn", "latent": 4}},
    "methods": [{"method": "sparse_tf", "tau": [3, {"of_tau_pred": 0.5}]}],
    "training": {"epochs": 2, "batches": 2, "batch_size": 2, "sequence_length": 150},
    "members": 1,
    "block": 1,
    "orbit": {"steps": 2000, "transient": 10},
    "metrics": {"d_stsp": {"bins": 8}, "excerpt": 100},
    "lyapunov": {
        "reference_points": 1000,
        "bootstrap": 20,
    },
    "truth": {"members": 4, "time": 20.0},
}
"""The smallest experiment with all stages: two models, an absolute and a relative τ."""


@pytest.fixture
def tiny() -> dict[str, Any]:
    """A copy of `TINY` to change."""
    return copy.deepcopy(TINY)


Snakemake = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def snakemake() -> Snakemake:
    """Run the real workflow in a directory on a configuration given as a dictionary."""

    def run(
        directory: Path, config: dict[str, Any], *arguments: str
    ) -> subprocess.CompletedProcess[str]:
        file = directory / "experiment.yaml"
        file.write_text(yaml.safe_dump(config))
        command = [
            *(sys.executable, "-m", "snakemake", "--snakefile", str(REPOSITORY / "Snakefile")),
            *("--directory", str(directory), "--configfile", str(file), "--cores", "2"),
            *arguments,
        ]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)

    return run


@pytest.fixture(scope="session")
def finished(snakemake: Snakemake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory in which the tiny experiment has run."""
    directory = tmp_path_factory.mktemp("finished")
    run = snakemake(directory, TINY)
    assert run.returncode == 0, run.stderr + run.stdout
    return directory
