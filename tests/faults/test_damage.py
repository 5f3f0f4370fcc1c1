"""Damage of every kind, of every file that a job reads or the workflow writes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import TINY

from tausweep import runner
from tausweep.job import Job
from tausweep.stages import RENDERED
from tausweep.whole import StoreError

from .damage import DAMAGES, attribute, directory, empty, number, pipe, swapped, truncated
from .user import REMEDY, User

pytestmark = pytest.mark.xdist_group("workflow")


def inputs(user: User) -> list[tuple[Job, Path, list[Path]]]:
    """Jobs, where their results stand, and the results that each reads; one job of each stage, and
    of each kind of figure.
    """
    found = {}
    for job in [*user.plan.jobs.values(), *user.plan.figures.values()]:
        output = "results/figures/tiny/any.png" if job.stage in RENDERED else job.path
        read = [user.directory / path for path in job.input_paths]
        kind = job.settings.figure.kind if job.stage in RENDERED else job.stage
        found.setdefault(kind, (job, user.directory / output, read))
    return list(found.values())


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_job_names_the_input_that_was_damaged_and_leaves_what_is_there(
    finished: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    """Whichever of its inputs it is, and of whichever stage."""
    user = User.beside(finished, tmp_path / "run", TINY)
    tried = set()
    for job, output, read in inputs(user):
        there = output.read_bytes() if output.exists() else None
        for path in read:
            kept = path.read_bytes()
            damage(path)
            with pytest.raises(StoreError) as error:
                runner.run(job, [output])
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            path.write_bytes(kept)
            line = str(error.value)
            assert str(path) in line
            assert "run snakemake" in line
            assert "\n" not in line
            tried.add(path.parent.name)
        assert (output.read_bytes() if output.exists() else None) == there
    # What is said of the best τ is read by reports alone, and by experiments that refer to it.
    assert tried | {"best"} == {job.stage for job in user.plan.jobs.values()}


@pytest.mark.slow
def test_between_stages_all_damage_is_told_and_what_is_told_mends_it(
    finished: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    """Somebody who does what the lines say, and nothing else, ends with the same numbers."""
    user = User.beside(finished, tmp_path / "run", TINY, ["best", "collect", "claims"])
    damaged = {
        user.paths("members")[0]: number,
        user.paths("members")[1]: pipe,
        user.paths("metrics")[0]: attribute,
        user.paths("metrics")[1]: truncated,
        user.paths("metrics")[2]: swapped,
        user.paths("reference")[0]: empty,
        user.paths("reference")[1]: directory,
    }
    for path, damage in damaged.items():
        damage(path)
    sound = {path: file for path, file in user.finished().items() if path not in damaged}
    told = set()
    for _ in range(9):
        if user.run(f"{user.plain} best {' '.join(each.path for each in last(user))}") == 0:
            break
        said = [line for line in user.said().splitlines() if REMEDY.search(line)]
        assert said, user.said()
        told |= {user.directory / found[1] for line in said for found in REMEDY.finditer(line)}
        user.then()
    assert told == damaged.keys()
    assert user.digests() == {path: expected[path] for path in user.digests()}
    assert all((user.directory / path).exists() for path in expected if "claims" not in path)
    assert {path: user.finished()[path] for path in sound} == sound


def last(user: User) -> list[Job]:
    return [job for job in user.plan.jobs.values() if job.stage == "collect"]


@pytest.mark.slow
def test_what_lies_in_the_place_of_other_files_is_named(finished: Path, tmp_path: Path) -> None:
    """Of a log, a benchmark, a figure, another marker: nothing waits, all else goes on."""
    user = User.beside(finished, tmp_path / "run", TINY)
    results, figures = user.results, user.results / "figures/tiny"
    in_the_way = {
        "claims_table": results / "logs/figures/tiny/claims_table.log",
        "claims": results / "benchmarks/figures/tiny/claims.jsonl",
        "sweep_lorenz": figures / "sweep_lorenz.png",
        "lyapunov_lorenz": figures / ".drawn" / f"lyapunov_lorenz.{'f' * 16}",
    }
    for path in in_the_way.values():
        (path / "something").mkdir(parents=True)
    other = results / "logs/figures/tiny/reconstruction_lorenz.log"
    os.mkfifo(other)
    assert user.run(f"{user.plain} figures") != 0
    said = user.said()
    for name, path in in_the_way.items():
        assert str(path.relative_to(user.directory)) in said
        assert f"failed: figure tiny/{name}" in said
        assert said.count("Is a directory") == len(in_the_way)
    assert "Traceback" not in said
    for path in in_the_way.values():
        shutil.rmtree(path)
    assert user.finish(1, "figures") == 1
    assert user.faults() == []
