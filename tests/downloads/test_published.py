"""Published series in plan, job and workflow."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Snakemake
from recorded import recording

from tausweep import runner, store
from tausweep.errors import ConfigError
from tausweep.experiment import load
from tausweep.job import Job
from tausweep.plan import Plan

from .made import (
    NAMES,
    archive,
    measured,
    microvolts,
    ten_minutes,
)
from .served import Published


def planned(**options: Any) -> Plan:
    return Plan(load({"experiment": "e", "series": {"s": options}}))


def test_where_data_are_is_in_no_key() -> None:
    def keys(**options: Any) -> set[str]:
        return set(planned(system="weather", **options).jobs)

    here = keys()
    assert keys(url="https://mirror.example/jena/", directory="/elsewhere") == here
    assert keys(first="2009a") == here
    assert keys(last="2015b").isdisjoint(here)
    assert keys(site="mpi_saale").isdisjoint(here)
    assert keys(fill="interpolate").isdisjoint(here)
    plan = planned(system="eeg", subject=12, run=3, url="http://x.example/d/", directory="/d/")
    assert plan.downloads == {"/d/S012R03.edf": "http://x.example/d/S012/S012R03.edf"}


def test_one_file_cannot_come_from_two_places() -> None:
    two = {name: {"system": "eeg", "url": f"http://{name}.example"} for name in ("a", "b")}
    with pytest.raises(ConfigError, match=r"series\.b\.url: data/eeg/S001R01\.edf would come"):
        Plan(load({"experiment": "e", "series": two}))


def test_a_published_series_survives_its_json(tmp_path: Path) -> None:
    """As a job's command line carries it."""
    (tmp_path / "S001R01.edf").write_bytes(recording(microvolts(1600), NAMES))
    plan = planned(system="eeg", directory=str(tmp_path))
    cell = next(c for c in plan.jobs.values() if c.stage == "series")
    assert cell.input_paths == [str(tmp_path / "S001R01.edf")]
    again = Job.from_json(cell.json, cell.input_paths)
    assert again.key == cell.key
    output = tmp_path / "results" / "series" / f"{cell.key}.nc"
    with pytest.raises(ValueError, match="made from 1 files and was given 0: name them after"):
        runner.run(Job.from_json(cell.json), [output])
    with pytest.raises(ValueError, match=r"S002R01\.edf: is not S001R01\.edf, which comes"):
        runner.run(Job.from_json(cell.json, ["S002R01.edf"]), [output])
    runner.run(again, [output])
    found = store.read(output)
    assert str(tmp_path) not in json.dumps({k: str(v) for k, v in found.attrs.items()})
    np.testing.assert_allclose(found["x"], microvolts(1600), atol=1e-9)


@pytest.mark.slow
def test_the_workflow_downloads_what_is_not_there(
    snakemake: Snakemake, server: Published, tmp_path: Path
) -> None:
    """One archive by the network, one put there by hand; then nothing, whatever the server does."""
    x, dates = measured(4000), ten_minutes("2009-01-01", 4000)
    server.files["jena/mpi_roof_2009a.zip"] = archive(dates[:2000], x[:2000])
    server.cut = [4096]
    (tmp_path / "data/weather").mkdir(parents=True)
    (tmp_path / "data/weather/mpi_roof_2009b.zip").write_bytes(archive(dates[2000:], x[2000:]))
    one = {"system": "weather", "last": "2009b", "url": f"{server.url}/jena"}
    experiment = {"experiment": "e", "series": {"jena": one}}
    cell = next(c for c in Plan(load(experiment)).jobs.values() if c.stage == "series")

    run = snakemake(tmp_path, experiment, cell.path)
    assert run.returncode == 0, run.stderr + run.stdout
    found = store.read(tmp_path / cell.path)
    np.testing.assert_array_equal(found["x"], x[:, [1]])
    assert {path for path, *_ in server.asked} == {"/jena/mpi_roof_2009a.zip"}
    log = tmp_path / "results/logs/download/data/weather/mpi_roof_2009a.zip.log"
    assert "it broke off after 4096 bytes" in log.read_text()

    one["url"] = "http://127.0.0.1:9"
    for old in (tmp_path / "data/weather").glob("*.zip"):
        old.touch()
    (tmp_path / cell.path).unlink()
    for force in ((), ("--forceall",)):
        again = snakemake(tmp_path, experiment, "-n", cell.path, *force)
        jobs = re.findall(r"^(\w+) +1$", again.stdout + again.stderr, re.MULTILINE)
        assert set(jobs) == {"make_series", "total"}


@pytest.mark.slow
def test_the_workflow_says_what_cannot_be_had(
    snakemake: Snakemake, server: Published, tmp_path: Path
) -> None:
    one = {"system": "eeg", "url": server.url}
    run = snakemake(tmp_path, {"experiment": "e", "series": {"s": one}}, "lyapunov")
    assert run.returncode != 0
    said = f"{server.url}/S001/S001R01.edf: the server says 404 Not Found: correct"
    assert said in run.stdout + run.stderr
    assert "Traceback" not in run.stdout + run.stderr
    assert not list(tmp_path.glob("data/eeg/*"))
