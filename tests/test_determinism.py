"""The same job again: the same bits on the same machine, and within tolerances elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tausweep import store

pytestmark = [pytest.mark.xdist_group("workflow"), pytest.mark.slow]

TOLERANCE = {"train": 1e-5, "orbit": 1e-4, "lyapunov": 1e-8}
"""Of the largest value, where another engine or other instructions compute: single precision of four
updates, and of the 2000 steps of an orbit, which is not chaotic after as few; double precision."""
STATISTICAL = "truth"
"""Averages over trajectories that are chaotic themselves: they agree within their standard errors."""
OLDER = {
    "ATEN_CPU_CAPABILITY": "default",
    "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX",
    "OPENBLAS_CORETYPE": "Nehalem",
}
"""As a processor of 2008 computes, in torch and our own engine, in NumPy, and in OpenBLAS."""
TWO = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}


def again(
    finished: Path, directory: Path, engine: str = "auto", threads: int = 1, **environment: str
) -> dict[Path, tuple[xr.Dataset, xr.Dataset]]:
    """Every result as it was, and as it is in another environment."""
    results, other = directory / "results", directory / "other"
    shutil.copytree(finished / "results", results)
    helper = Path(__file__).with_name("again.py")
    subprocess.run(
        [
            *(sys.executable, str(helper), str(finished / "experiment.yaml"), str(results)),
            *(str(other), engine, str(threads)),
        ],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
    )
    made = [path.relative_to(other) for path in other.glob("*/*.nc")]
    return {path: (store.read(results / path), store.read(other / path)) for path in made}


def equal(first: xr.Dataset, other: xr.Dataset) -> bool:
    return bool(first.attrs["data_sha256"] == other.attrs["data_sha256"])


@pytest.mark.parametrize(("threads", "environment"), [(1, {}), (2, TWO)], ids=["same", "threads"])
def test_on_one_machine_every_stage_gives_the_same_bits(
    finished: Path, tmp_path: Path, threads: int, environment: dict[str, str]
) -> None:
    """Whatever the number of threads, in another process and in one that did other things before."""
    found = again(finished, tmp_path, threads=threads, **environment)
    assert len(found) == 24
    assert [path for path, pair in found.items() if not equal(*pair)] == []


@pytest.mark.parametrize(
    ("engine", "environment", "may"),
    [("eager", {}, {"train", "orbit"}), ("auto", OLDER, {*TOLERANCE, STATISTICAL})],
    ids=["engine", "instructions"],
)
def test_elsewhere_numbers_are_the_same_within_tolerances(
    finished: Path, tmp_path: Path, engine: str, environment: dict[str, str], may: set[str]
) -> None:
    found = again(finished, tmp_path, engine, **environment)
    differ = {path: pair for path, pair in found.items() if not equal(*pair)}
    assert "train" in {path.parent.name for path in differ}, "nothing is computed otherwise here"
    for path, (first, other) in differ.items():
        stage = path.parent.name
        assert stage in may, path
        if stage == STATISTICAL:
            error = np.hypot(first.lambda_max_std_error, other.lambda_max_std_error)
            assert abs(first.lambda_max - other.lambda_max) < 4 * error
            continue
        xr.testing.assert_equal(first.drop_vars(first.data_vars), other.drop_vars(other.data_vars))
        for name, one in first.data_vars.items():
            if one.dtype.kind != "f":
                xr.testing.assert_equal(one, other[name])
                continue
            size = float(np.abs(np.nan_to_num(one, posinf=0.0, neginf=0.0)).max(initial=0.0))
            np.testing.assert_allclose(
                other[name], one, rtol=0, atol=TOLERANCE[stage] * size, err_msg=f"{path} {name}"
            )
