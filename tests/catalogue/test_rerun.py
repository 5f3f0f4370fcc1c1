"""`tausweep rerun`: the command it prints makes the result again."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from conftest import TINY, Snakemake

from catalogue import stored
from tausweep import store
from tausweep.cli import main
from tausweep.experiment import load
from tausweep.plan import Plan

pytestmark = pytest.mark.xdist_group("workflow")


def parts(line: str) -> tuple[list[str], list[str]]:
    """What is deleted, and the command after it."""
    words = shlex.split(line)
    place = words.index("&&")
    assert words[0] == "rm"
    return words[1:place], words[place + 1 :]


@pytest.mark.slow
def test_snakemake_makes_again_what_was_deleted(
    run: Path, tausweep: Any, snakemake: Snakemake
) -> None:
    (figure,) = Path("results/figures/tiny/.drawn").glob("claims_table.*")
    file = next(Path("results/train").iterdir())
    digest = store.read(file).attrs["data_sha256"]
    targets = []
    for asked, path in (("tiny/claims_table", figure), (file.stem[:14], file)):
        deleted, command = parts(tausweep("rerun", asked, "tiny.yaml").out)
        assert deleted == [str(path)]
        assert command == ["snakemake", "--configfile", "tiny.yaml", str(path)]
        path.unlink()
        targets.append(command[-1])
    of_figure = snakemake(run, TINY, "-n", targets[0])
    assert re.search(r"\ntotal +1\n", of_figure.stdout + of_figure.stderr)
    assert "figure_tiny_claims_table" in of_figure.stdout + of_figure.stderr
    made = snakemake(run, TINY, targets[1])
    assert made.returncode == 0, made.stderr
    assert "1 of 1 job done" in made.stderr
    assert store.read(file).attrs["data_sha256"] == digest


def test_what_is_planned_need_not_be_there(run: Path, tausweep: Any) -> None:
    Path("more.yaml").write_text(yaml.safe_dump(TINY | {"experiment": "more", "members": 2}))
    plan = Plan(load(yaml.safe_load(Path("more.yaml").read_text())))
    new = next(job for job in plan.jobs.values() if not Path(job.path).exists())
    said = tausweep("rerun", new.key, "tiny.yaml", "more.yaml").out
    assert said == f"snakemake --configfile more.yaml {new.path}\n"
    name = next(name for name in plan.figures if "sweep" in name)
    said = tausweep("rerun", name, "more.yaml").out
    assert said == f"snakemake --configfile more.yaml {plan.marker(name)}\n"


def test_without_a_configuration_a_job_makes_it_by_itself(run: Path, tausweep: Any) -> None:
    for path in (next(Path("results/orbit").iterdir()),
                 next(Path("results/figures/tiny/.drawn").glob("claims_table.*"))):  # fmt: skip
        key = path.stem if path.suffix == ".nc" else path.suffix[1:]
        before = path.stat().st_mtime_ns
        deleted, command = parts(tausweep("rerun", key).out)
        assert deleted == [str(path)]
        path.unlink()
        assert command[0] == "tausweep"
        assert main(command[1:]) == 0
        assert path.stat().st_mtime_ns != before
    assert tausweep("verify").status == 0


def test_config_yaml_need_not_be_named(run: Path, tausweep: Any) -> None:
    Path("tiny.yaml").rename("config.yaml")
    file = next(Path("results/truth").iterdir())
    assert tausweep("rerun", file.stem).out == f"rm {file} && snakemake {file}\n"


def test_what_cannot_be_made_again_is_said_in_a_line(run: Path, tausweep: Any) -> None:
    np.save("x.npy", np.zeros((10, 1)))
    own = stored.write(Path("results"), "series", {"raw": "file/0123456789abcdef"})
    text = Path("results/orbit") / f"{'f' * 16}.nc"
    text.write_text("text")
    for key, says in (
        (own.stem, "made from files that are no results: name the configuration"),
        (text.stem, "what made it cannot be read from it: name the configuration"),
        ("x", "nothing in results has this key"),
    ):
        said = tausweep("rerun", key)
        assert said.status == 1
        assert says in said.err
        assert said.err.count("\n") == 1


def test_it_runs_as_a_program(run: Path) -> None:
    file = next(Path("results/lyapunov").iterdir())
    command = [sys.executable, "-m", "tausweep.cli", "rerun", file.stem, "tiny.yaml"]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said.stdout.startswith(f"rm {file} && snakemake")
