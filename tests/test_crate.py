"""An experiment packed for an archive."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import TINY

from tausweep import store
from tausweep.cli import main
from tausweep.experiment import load
from tausweep.plan import Plan

pytestmark = pytest.mark.xdist_group("workflow")


@pytest.fixture
def here(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "results").symlink_to(finished / "results")
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(TINY))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_it_holds_every_file_and_says_which_job_made_it_from_which(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from rocrate.rocrate import ROCrate

    assert main(["crate", "tiny.zip", "tiny.yaml"]) == 0
    plan = Plan(load(TINY))
    with zipfile.ZipFile("tiny.zip") as archive:
        archive.extractall("unpacked")
    for job in plan.jobs.values():
        assert store.read(Path("unpacked", job.path)).attrs["key"] == job.key
    assert Path("unpacked/tiny.yaml").read_bytes() == Path("tiny.yaml").read_bytes()

    crate = ROCrate("unpacked")  # as any program that reads crates
    actions: dict[str, Any] = {action.id: action for action in crate.get_by_type("CreateAction")}
    for job in [*plan.jobs.values(), *plan.rendered.values()]:
        action = actions[f"#{job.reference}"]
        assert action["instrument"]["name"] == "tausweep"
        assert [file.id for file in action.get("object", [])] == job.input_paths
        assert json.loads(action["description"])["stage"] == job.stage
    series = next(job for job in plan.jobs.values() if job.stage == "series")
    about = crate.dereference(series.path)
    assert about["name"] == "Series: Lorenz-63"
    assert about["encodingFormat"] == "application/x-netcdf"
    count = int(capsys.readouterr().out.split(": ")[1].split()[0])
    assert len(crate.data_entities) == count


@pytest.mark.slow
def test_what_cannot_be_packed_is_said_in_one_line(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["crate", "tiny.tar", "tiny.yaml"]) == 1
    assert "give it a name that ends with .zip" in capsys.readouterr().err
    more = {**TINY, "members": 2}
    Path("more.yaml").write_text(yaml.safe_dump(more))
    assert main(["crate", "more.zip", "more.yaml"]) == 1
    said = capsys.readouterr().err
    assert "of its files are not there" in said
    assert "make them: snakemake --configfile more.yaml" in said
    assert not Path("more.zip").exists()
