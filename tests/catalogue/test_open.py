"""`tausweep.open`: a result, its data, and what it was made from."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import xarray as xr

import tausweep
from catalogue import stored
from tausweep import store
from tausweep.whole import StoreError

pytestmark = pytest.mark.xdist_group("workflow")


def test_a_result_leads_to_all_before_it(run: Path) -> None:
    (file,) = Path("results/collect").iterdir()
    collected = tausweep.open(file.stem[:10])
    xr.testing.assert_identical(collected.dataset, store.read(file))
    assert (collected.stage, collected.key, collected.path) == ("collect", file.stem, file)
    assert set(collected.inputs) == {"members", "metrics", "reference", "lyapunov", "truth"}
    metrics = collected.inputs["metrics"]
    assert isinstance(metrics, list)
    assert [each.settings["metric"] for each in metrics] == ["d_stsp", "d_h"] * 2
    (truth,) = collected.inputs["truth"]  # type: ignore[misc]
    series = truth.inputs["series"]
    assert isinstance(series, tausweep.Result)
    assert series.settings["system"] == "lorenz63"
    assert dict(series.inputs) == {}
    assert series.dataset.sizes["time"] == 8000
    assert repr(series) == f"<tausweep series/{series.key}: lorenz63>"


def test_nothing_is_read_before_it_is_asked_for(tmp_path: Path) -> None:
    series, _, signal, *_ = stored.chain(tmp_path)
    os.truncate(series, 3000)
    opened = tausweep.open(signal)
    assert opened.dataset.x.shape == (4, 3)
    before = opened.inputs["series"]
    assert isinstance(before, tausweep.Result)
    with pytest.raises(StoreError, match=f"{series.name}: damaged"):
        before.dataset  # noqa: B018
    with pytest.raises(StoreError, match=f"{series.name}: damaged"):
        before.settings  # noqa: B018
    series.unlink()
    with pytest.raises(StoreError, match=f"{series.name}: is not there; run snakemake"):
        tausweep.open(signal).inputs["series"]


def test_a_path_is_enough_and_files_from_outside_are_no_results(tmp_path: Path) -> None:
    file = stored.write(tmp_path / "theirs", "series", {"raw": ["published/a.zip"]})
    opened = tausweep.open(file)
    assert dict(opened.inputs) == {}
    assert opened.job.inputs == {"raw": ["published/a.zip"]}
    with pytest.raises(StoreError, match="there are no results to look at"):
        tausweep.open(file.stem, tmp_path / "mine")


def test_a_figure_holds_no_data(run: Path) -> None:
    with pytest.raises(ValueError, match="is a figure, which holds no data"):
        tausweep.open("tiny/claims")


def test_the_package_loads_nothing_for_it() -> None:
    program = "import sys, tausweep; sys.exit(bool({'numpy', 'pydantic'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
