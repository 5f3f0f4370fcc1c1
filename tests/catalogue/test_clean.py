"""`tausweep clean`: only what nobody needs goes, and only when it is said."""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import TINY, Snakemake

from catalogue import stored
from tausweep.experiment import load
from tausweep.plan import Plan

pytestmark = pytest.mark.xdist_group("workflow")


def files() -> set[Path]:
    return {path for path in Path("results").rglob("*") if path.is_file()}


def touch(*names: str) -> set[Path]:
    for name in names:
        path = Path("results") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("something")
    return {Path("results") / name for name in names}


def test_what_is_planned_is_kept_and_what_is_not_goes(
    run: Path, tausweep: Any, snakemake: Snakemake
) -> None:
    key, part = "f" * 16, f".{'f' * 16}.nc.0123456789abcdef.part"
    mine = touch("train/notes.txt", "systems/a.npz", "figures/tiny/own.pdf", f"train/{part}")
    needed = files()
    old = stored.write(Path("results"), "train", {})
    figure = {f"figures/old/sweep.{suffix}" for suffix in ("pdf", "png", "md")}
    gone = {old} | touch(
        f"figures/old/.drawn/sweep.{key}", *figure, "logs/figures/old/sweep.log",
        f"logs/train/{old.stem}.log", f"benchmarks/train/{old.stem}.jsonl",
        f"state/{key}.nc", f"orbit/{part}", f"orbit/{key}.nc",
    )  # fmt: skip
    os.utime(Path("results/orbit") / part, times=(0, time.time() - 2 * 86_400))

    shown = tausweep("clean", "--orphans", "tiny.yaml")
    assert shown.status == 0
    assert "Nothing was deleted" in shown.out
    assert "figures/old/sweep" in shown.out
    assert files() == needed | gone
    listed = tausweep("clean", "--orphans", "tiny.yaml", "--json")
    assert set(map(Path, json.loads(listed.out)["files"])) == gone
    assert json.loads(listed.out)["size"] == sum(path.stat().st_size for path in gone)

    assert tausweep("clean", "--orphans", "tiny.yaml", "--yes").out.endswith("Deleted.\n")
    assert files() == needed >= mine
    assert not Path("results/figures/old").exists()
    assert tausweep("clean", "--orphans", "tiny.yaml").out == "Everything there is needed.\n"
    again = snakemake(run, TINY, "-n")
    assert "Nothing to be done" in again.stdout + again.stderr


def test_several_configurations_keep_what_any_needs(run: Path, tausweep: Any) -> None:
    fewer = TINY | {"models": {"P": TINY["models"]["P"]}}
    Path("fewer.yaml").write_text(yaml.safe_dump(fewer))
    found = json.loads(tausweep("clean", "--orphans", "fewer.yaml", "--json", "--list").out)
    plans = [Plan(load(config)) for config in (TINY, fewer)]
    gone = {job.path for name, job in plans[0].jobs.items() if name not in plans[1].jobs}
    assert gone <= set(found["files"])
    assert not {job.path for job in plans[1].jobs.values()} & set(found["files"])
    both = tausweep("clean", "--orphans", "fewer.yaml", "tiny.yaml")
    assert both.out == "Everything there is needed.\n"


def test_configurations_of_other_results_delete_nothing(run: Path, tausweep: Any) -> None:
    other = {"experiment": "other", "series": {"h": {"system": "henon", "steps": 5000}}}
    Path("other.yaml").write_text(yaml.safe_dump(other))
    before = files()
    said = tausweep("clean", "--orphans", "other.yaml", "--yes")
    assert said.status == 1
    assert "nothing there belongs to these configurations" in said.err
    assert files() == before
    assert tausweep("clean", "--orphans", "none.yaml").err.endswith("No such file or directory\n")


def test_where_nothing_may_be_deleted_it_says_so(tausweep: Any, tiny: dict[str, Any]) -> None:
    """Nothing keeps root from deleting, so root becomes somebody else."""
    plan = Plan(load(tiny))
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        (root / "tiny.yaml").write_text(yaml.safe_dump(tiny))
        old = stored.write(root / "results", "train", {})
        for job in plan.jobs.values():
            path = root / job.path
            path.parent.mkdir(exist_ok=True)
            path.write_text("something")
        for path in (root, *root.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        before, user = sorted(root.rglob("*")), os.geteuid()
        try:
            if user == 0:
                os.seteuid(65534)
            else:
                old.parent.chmod(0o555)
            said = tausweep(
                "clean", "--orphans", root / "tiny.yaml", "--yes", "--results", root / "results"
            )
        finally:
            os.seteuid(user)
            old.parent.chmod(0o755)
        assert sorted(root.rglob("*")) == before
    assert said.status == 1
    assert f"{old}: cannot be deleted: Permission denied" in said.err
    assert "Deleted." not in said.out
