"""A job loads what its stage needs and no more: most jobs are shorter than the imports of others."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from conftest import TINY

from tausweep.best.settings import Judging
from tausweep.engines.choose import may_have_gpu
from tausweep.experiment import load
from tausweep.job import Job
from tausweep.plan import Plan

pytestmark = pytest.mark.slow

HEAVY = {
    *("torch", "matplotlib", "requests", "edfio", "tqdm", "dask", "pooch", "tausweep.experiment"),
    *("scipy", "scipy.integrate", "scipy.interpolate", "scipy.io", "scipy.signal"),
    *("scipy.spatial", "scipy.stats"),
}
"""What takes long to load, or loads much."""

INTEGRATION = {"scipy", "scipy.integrate", "scipy.interpolate", "scipy.spatial"}
"""SciPy's integrators load these themselves."""

NEEDED: dict[str, set[str]] = {
    "series": INTEGRATION,
    "signal": set(),
    "truth": INTEGRATION,
    "lyapunov": INTEGRATION | {"scipy.stats"},
    "train": {"tqdm"},
    "train ngrc": set(),
    "orbit": set(),
    "orbit ngrc": set(),
    "members": set(),
    "metrics d_stsp": set(),
    "metrics d_h": {"scipy"},
    "reference d_stsp": set(),
    "reference d_h": {"scipy"},
    "best": set(),
    "collect": set(),
    "figure lyapunov": {"matplotlib"},
    "figure sweep": {"matplotlib"},
    "figure reconstruction": {"matplotlib"},
}
"""Of these, what jobs may load on a machine without a GPU, where networks train and run on the
engine `fused`; which `test_choose.py` tests for every cell."""

SMALL: dict[str, Any] = TINY | {
    "models": {"P": TINY["models"]["P"]},
    "methods": [{"method": "sparse_tf", "tau": [3]}],
    "metrics": {"d_stsp_legacy": None, "d_h_legacy": None},
}

PROGRAM = """
import sys
from tausweep.cli import main
failed = main()
print(*sys.modules)
sys.exit(failed)
"""


def jobs() -> dict[str, Job]:
    """One of each kind, and all that it needs before it, named by stage and what it is about."""
    plan, other = (
        Plan(load(SMALL)),
        Plan(load(SMALL | {"models": {"N": {"model": "ngrc"}}, "methods": []})),
    )
    found = {}
    for job in [*plan.jobs.values(), *plan.figures.values()]:
        settings: Any = job.settings
        match job.stage:
            case "metrics":
                found[f"metrics {settings.name}"] = job
            case "reference":
                found[f"reference {settings.metric.name}"] = job
            case "figure":
                found[f"figure {settings.figure.kind}"] = job
            case stage:
                found[stage] = job
    by = {"train": "train", "metrics": "metrics d_stsp", "reference": "reference d_stsp"}
    files: dict[str, str | list[str]] = {role: [found[name].reference] for role, name in by.items()}
    found["best"] = Job("best", Judging(quantities=["D_stsp"]), files)  # of a sweep of one τ
    fitted = {f"{j.stage} ngrc": j for j in other.jobs.values() if j.stage in ("train", "orbit")}
    return found | fitted


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Modules that a job of each kind has loaded when it is done."""
    directory = tmp_path_factory.mktemp("jobs")
    found: dict[str, set[str]] = {}
    for name, job in jobs().items():
        output = "results/figures/tiny/drawn.png" if job.stage == "figure" else job.path
        command = ["stage", job.stage, "--job", job.json, "--output", output]
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, *command],
            cwd=directory, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found[name] = set(done.stdout.split())
    return found


@pytest.mark.parametrize("name", NEEDED)
def test_a_job_loads_what_it_needs(loaded: dict[str, set[str]], name: str) -> None:
    if name == "train" and may_have_gpu():
        pytest.skip("here torch is asked for a GPU")
    assert loaded[name] & HEAVY <= NEEDED[name]


def test_the_table_has_every_kind_of_job(loaded: dict[str, set[str]]) -> None:
    assert loaded.keys() == NEEDED.keys()
