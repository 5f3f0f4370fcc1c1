"""`tausweep ls`: all that is there, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import TINY

from catalogue import stored
from tausweep.catalogue.catalogue import Catalogue
from tausweep.catalogue.words import words
from tausweep.experiment import load
from tausweep.plan import Plan

pytestmark = pytest.mark.xdist_group("workflow")


def listed(tausweep: Any, *arguments: str) -> dict[str, Any]:
    said = tausweep("ls", "--json", *arguments)
    assert (said.status, said.err) == (0, "")
    return json.loads(said.out)["results"]


def test_it_lists_what_was_planned_and_who_needs_it(run: Path, tausweep: Any) -> None:
    plan = Plan(load(TINY))
    drawn = {f"figures/{name}": job for name, job in plan.rendered.items()}
    found = listed(tausweep)
    assert found.keys() == plan.jobs.keys() | drawn.keys()
    for name, job in (plan.jobs | drawn).items():
        assert found[name]["key"] == job.key
        assert set(found[name]["needs"]) == set(job.references)
        users = {n for n, other in (plan.jobs | drawn).items() if name in other.references}
        assert set(found[name]["needed_by"]) == users
        paths = plan.drawn(name.removeprefix("figures/")) if name in drawn else [job.path]
        assert set(found[name]["files"]) == set(paths)
        assert found[name]["size"] == sum(os.path.getsize(path) for path in paths)
        assert found[name]["fault"] is None


def test_every_result_has_words(run: Path) -> None:
    entries = Catalogue.of(Path("results")).entries
    found = {name: words(entry, entries) for name, entry in entries.items()}
    assert all(found.values())
    half = next(name for name in found.values() if "tau_pred, " in name and name[0] == "p")
    assert half == "plrnn 5 by sparse_tf, tau 0.5 tau_pred, member 0, on lorenz63"
    signal = next(name for name in entries if name.startswith("signal/"))
    other = stored.write(Path("results"), "energy", {"signal": [signal]})
    entries = Catalogue.of(Path("results")).entries
    assert words(entries[stored.reference(other)], entries) == "energy of lorenz63"


def test_stage_and_configuration_choose(run: Path, tausweep: Any) -> None:
    other = stored.write(Path("results"), "train", {})
    every, train = listed(tausweep), listed(tausweep, "--stage", "train")
    assert train.keys() == {name for name in every if name.startswith("train/")}
    assert listed(tausweep, "tiny.yaml").keys() == every.keys() - {stored.reference(other)}
    said = tausweep("ls", "tiny.yaml", "--stage", "train")
    assert "R on lorenz by sparse_tf, tau = 3" in said.out
    assert other.stem not in said.out
    Path("more.yaml").write_text(yaml.safe_dump(TINY | {"members": 2}))
    lacking = Plan(load(TINY | {"members": 2})).jobs.keys() - every.keys()
    assert f"{len(lacking)} of " in tausweep("ls", "more.yaml").out
    said = tausweep("ls", "--stage", "trian")
    assert said.status == 1
    assert "--stage: found 'trian'; in results there are series, signal, " in said.err


def test_what_is_damaged_is_listed_as_that(tmp_path: Path, tausweep: Any) -> None:
    truncated, noise, swapped, with_other, _ = stored.chain(tmp_path)
    truncated.write_bytes(truncated.read_bytes()[:-100])
    noise.write_bytes(bytes(50))
    content = swapped.read_bytes()
    swapped.write_bytes(with_other.read_bytes())
    with_other.write_bytes(content)
    text = tmp_path / "signal" / f"{'0' * 16}.nc"
    text.write_text("text")
    (tmp_path / "signal" / f"{'1' * 16}.nc").mkdir()
    os.mkfifo(tmp_path / "signal" / f"{'2' * 16}.nc")
    (tmp_path / "signal" / f"{'3' * 16}.nc").symlink_to("nowhere")
    said = tausweep("ls", "--results", tmp_path)
    assert said.status == 0
    assert "9 in " in said.out
    assert "; 8 cannot be used" in said.out
    assert said.out.count(" damaged: ") == 5
    assert said.out.count("is no plain file; move it away") == 2
    assert said.out.count("cannot be read: No such file") == 1
    assert f"its job has key {with_other.stem}, not its name" in said.out


def test_what_others_named_is_none_of_its_business(tmp_path: Path, tausweep: Any) -> None:
    files = stored.chain(tmp_path)
    for name in ("report.html", "series/notes.txt", "series/copy.nc", "systems/0de43a81/x.npz"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("mine")
    (tmp_path / "figures" / "mine").mkdir(parents=True)
    (tmp_path / "figures" / "mine" / "own.pdf").write_text("mine")
    found = listed(tausweep, "--results", str(tmp_path))
    assert found.keys() == {stored.reference(path) for path in files}


def test_without_results_it_says_so(tmp_path: Path, tausweep: Any) -> None:
    said = tausweep("ls", "--results", tmp_path)
    assert (said.status, said.out) == (0, f"0 in {tmp_path}, 0 B\n")
    for command in (["ls"], ["show", "a"], ["verify"], ["diff", "a", "b"]):
        said = tausweep(*command, "--results", tmp_path / "none")
        assert said.status == 1
        assert said.err == (
            f"tausweep: error: {tmp_path}/none: there are no results to look at: No such file or "
            "directory; run snakemake to make some, or name another place by --results\n"
        )


def test_what_must_not_be_read_is_not_called_damaged(tausweep: Any) -> None:
    """Nothing keeps root from reading, so root becomes somebody else."""
    with tempfile.TemporaryDirectory() as directory:
        results = Path(directory)
        file, *_ = stored.chain(results)
        for path in (results, *results.rglob("*")):
            path.chmod(0o755)
        file.chmod(0)
        user = os.geteuid()
        try:
            if user == 0:
                os.seteuid(65534)
            listing, verdict = (
                tausweep("ls", "--results", results),
                tausweep("verify", "--results", results),
            )
        finally:
            os.seteuid(user)
    assert "cannot be read: Permission denied; see to that first" in listing.out
    assert "damaged" not in listing.out
    assert verdict.status == 1
    assert f"{file}: cannot be read: Permission denied" in verdict.out
    assert "delete" not in verdict.out


def test_listing_loads_no_arrays(tmp_path: Path) -> None:
    stored.chain(tmp_path)
    program = (
        "import sys; from tausweep.cli import main; "
        f"main(['ls', '--results', {str(tmp_path)!r}]); "
        "sys.exit(bool({'numpy', 'xarray', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "5 in " in done.stdout
