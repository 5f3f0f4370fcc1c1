"""Files that several processes write, or one writes anew."""

from __future__ import annotations

import multiprocessing
import os
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tausweep import store, whole
from tausweep.job import canonical, key_of


def write_often(directory: Path, rounds: int, together: Barrier) -> None:
    """What one of two processes does, which write the same files at the same time."""
    made = xr.Dataset({"x": ("t", np.arange(20_000.0))})
    for number in range(rounds):
        job = canonical({"round": number})
        path = directory / f"{key_of(job)}.nc"
        together.wait(30)
        store.write(made, path, stage="series", key=path.stem, job=job, provenance={})


def test_two_processes_write_the_same_files_side_by_side(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    together = spawn.Barrier(2)
    both = [spawn.Process(target=write_often, args=(tmp_path, 8, together)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
        assert process.exitcode == 0
    names = os.listdir(tmp_path)
    assert len(names) == 8
    for name in names:
        assert store.read(tmp_path / name).x.values.tolist() == list(range(20_000))


def test_a_file_stays_until_its_successor_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "figure.pdf"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError), whole.replacing(path) as part:
        part.write_text("ne\udc80")
    assert path.read_text() == "old"
    with whole.replacing(path) as part:
        part.write_text("new")
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == [path.name]


def test_parts_of_the_dead_are_swept_and_those_of_the_living_are_not(tmp_path: Path) -> None:
    path = tmp_path / "a.nc"
    with whole.replacing(path) as living:
        stale, fresh, foreign = (
            tmp_path / ".b.nc.0123456789abcdef.part",
            tmp_path / ".b.nc.0123456789abcdee.part",
            tmp_path / ".download.part",
        )
        for other in (stale, fresh, foreign):
            other.touch()
        for other in (stale, foreign):
            os.utime(other, times=(0, time.time() - 1.01 * whole.ABANDONED))
        with whole.replacing(path) as second:
            second.write_text("second")
            assert living.exists()
        living.write_text("first")
    assert sorted(os.listdir(tmp_path)) == sorted([fresh.name, foreign.name, "a.nc"])
    assert path.read_text() == "first"
