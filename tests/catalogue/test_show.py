"""`tausweep show`: what stands in a file, and of a damaged one what can still be told."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
import yaml

from tausweep import store
from tausweep.catalogue.summary import in_words, summary
from tausweep.experiment import load
from tausweep.plan import Plan

pytestmark = pytest.mark.xdist_group("workflow")


def test_it_shows_what_the_file_holds(run: Path, tausweep: Any) -> None:
    plan = Plan(load(yaml.safe_load(Path("tiny.yaml").read_text())))
    job = next(job for job in plan.jobs.values() if job.stage == "orbit")
    about = json.loads(tausweep("show", job.key[:12], "--json").out)
    held = store.read(Path(job.path))
    assert about["settings"] == json.loads(job.json)["settings"]
    assert set(about["needs"]) == set(job.references)
    assert about["made"]["created"] == held.attrs["created"]
    assert about["attributes"]["dt"] == held.attrs["dt"]
    assert {each["name"] for each in about["variables"]} == set(held.variables)
    x = next(each for each in about["variables"] if each["name"] == "x")
    assert x["sizes"] == dict(held.x.sizes)
    assert x["most"] == float(held.x.max())
    said = tausweep("show", job.path).out
    assert said.startswith(f"{job.path}\norbits of ")
    assert f"steps: {job.settings.steps}" in said  # type: ignore[attr-defined]


def test_a_figure_says_what_drew_it(run: Path, tausweep: Any) -> None:
    said = tausweep("show", "tiny/sweep_lorenz").out
    assert "results/figures/tiny/sweep_lorenz.pdf" in said
    assert "band: 0.5" in said
    assert "git_commit" in said
    assert "collect/" in said


def test_of_a_damaged_file_what_made_it_is_still_told(run: Path, tausweep: Any) -> None:
    (file,) = Path("results/collect").iterdir()
    content = bytearray(file.read_bytes())
    content[-1000] ^= 1
    file.write_bytes(content)
    said = tausweep("show", "collect/")
    assert said.status == 0
    assert f"{file}: damaged, truncated or edited" in said.out
    assert "- lorenz" in said.out
    assert "variables" not in said.out
    os.truncate(file, 10)
    said = tausweep("show", "collect/")
    assert f"{file}: damaged" in said.out
    assert "claims/" in said.out  # who needs it is still known


def test_numbers_of_a_summary() -> None:
    many = [3.0, math.nan, 1.0, math.inf, 2.0]
    made = xr.Dataset({"many": ("a", many), "few": ("b", [1.0, math.nan]), "n": ((), 3),
                       "lost": ("a", [math.nan] * 5), "none": ("c", np.zeros(0)),
                       "word": ("b", ["u", "v"]), "same": ("b", ["u", "u"])})  # fmt: skip
    found = {each["name"]: each for each in summary(made)}
    assert {name: in_words(each) for name, each in found.items()} == {
        "many": "1 … 3, median 2; 2 not finite",
        "few": "1, not finite",
        "n": "3",
        "lost": "5 not finite",
        "none": "empty",
        "word": "'u', 'v'",
        "same": "'u'",
    }
    json.dumps(found, allow_nan=False)
