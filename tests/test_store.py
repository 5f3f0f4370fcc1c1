"""Files: whole or not there, verified, and able to say what they are."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tausweep import provenance, store

KEY = "0123456789abcdef"


@pytest.fixture
def dataset() -> xr.Dataset:
    rng = np.random.default_rng(0)
    return xr.Dataset(
        {
            "x": (("time", "variable"), rng.standard_normal((500, 2)), {"units": "1"}),
            "label": ("variable", np.array(["a", "λ"], dtype=object)),
            "count": ((), 3),
        },
        coords={"time": np.arange(500) * 0.1},
        attrs={"title": "a test", "dt": 0.1},
    )


@pytest.fixture
def file(dataset: xr.Dataset, tmp_path: Path) -> Path:
    path = tmp_path / f"{KEY}.nc"
    store.write(dataset, path, stage="series", key=KEY, provenance={"host": "here"})
    return path


def test_what_is_written_is_read(dataset: xr.Dataset, file: Path) -> None:
    read = store.read(file, stage="series")
    xr.testing.assert_equal(read, dataset)
    assert read.attrs["key"] == KEY
    assert read.attrs["host"] == "here"
    assert read.attrs["dt"] == 0.1
    assert read.x.attrs["units"] == "1"


@given(
    hnp.arrays(
        st.sampled_from([np.float32, np.float64, np.int64, np.int8]),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
    )
)
def test_every_array_survives_bit_for_bit(tmp_path_factory, values) -> None:
    path = tmp_path_factory.mktemp("store") / f"{KEY}.nc"
    dataset = xr.Dataset({"x": ([f"d{i}" for i in range(values.ndim)], values)})
    store.write(dataset, path, stage="series", key=KEY, provenance={})
    read = store.read(path).x.values
    assert read.dtype == values.dtype
    assert read.tobytes() == values.tobytes()


def test_bookkeeping_is_exactly_what_a_run_adds(dataset: xr.Dataset, tmp_path: Path) -> None:
    """A new attribute of provenance must be known as such, or outputs would inherit it.

    The engine is said by the stages that have one.
    """
    path = tmp_path / f"{KEY}.nc"
    run = {"job": "{}", **provenance.collect(1.0)}
    store.write(dataset.assign_attrs(engine="eager"), path, stage="series", key=KEY, provenance=run)
    read = store.read(path)
    assert set(read.attrs) - set(dataset.attrs) == store.BOOKKEEPING
    assert store.without_bookkeeping(read).attrs == dataset.attrs


def test_only_the_file_is_left(file: Path) -> None:
    assert os.listdir(file.parent) == [file.name]


@pytest.mark.parametrize("keep", [0, 100, 0.5, 0.99])
def test_a_truncated_file_is_never_used(file: Path, keep: float) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: keep if isinstance(keep, int) else int(len(content) * keep)])
    with pytest.raises(store.StoreError, match=f"{KEY}.nc: damaged.*delete it and run"):
        store.read(file)


def test_no_flipped_byte_changes_what_is_read(file: Path, dataset: xr.Dataset) -> None:
    """Whatever single byte is damaged: it is noticed, or the numbers are the ones written."""
    content = file.read_bytes()
    noticed = 0
    for position in range(0, len(content), 37):
        damaged = bytearray(content)
        damaged[position] ^= 0xFF
        file.write_bytes(bytes(damaged))
        try:
            read = store.read(file, stage="series")
        except store.StoreError:
            noticed += 1
        else:
            xr.testing.assert_equal(read, dataset)
    assert noticed > 20


def test_a_file_under_another_name_is_refused(file: Path) -> None:
    other = file.with_name("f" * 16 + ".nc")
    file.rename(other)
    with pytest.raises(store.StoreError, match=f"{other.name}: its key is {KEY}, not its name"):
        store.read(other)


def test_a_file_of_another_stage_is_refused(file: Path) -> None:
    with pytest.raises(store.StoreError, match="made by stage series, not signal"):
        store.read(file, stage="signal")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(store.StoreError, match=r"none.nc: no such file"):
        store.read(tmp_path / "none.nc")


def test_what_cannot_be_written_leaves_nothing(dataset: xr.Dataset, tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("in the way")
    path = blocker / f"{KEY}.nc"
    with pytest.raises(store.StoreError, match="cannot be written"):
        store.write(dataset, path, stage="series", key=KEY, provenance={})
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a small disk")
def test_a_full_disk_is_one_line_and_keeps_the_old_file(
    dataset: xr.Dataset, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("cannot mount here")
    try:
        path = disk / f"{KEY}.nc"
        small = dataset.isel(time=slice(0, 10))
        store.write(small, path, stage="series", key=KEY, provenance={})
        rng = np.random.default_rng(1)
        big = xr.Dataset({"x": ("time", rng.standard_normal(100_000))})
        with pytest.raises(store.StoreError, match="cannot be written") as error:
            store.write(big, path, stage="series", key=KEY, provenance={})
        assert "\n" not in str(error.value)
        xr.testing.assert_equal(store.read(path), small)
        assert os.listdir(disk) == [path.name]
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_digest_sees_numbers_names_and_shape(dataset: xr.Dataset) -> None:
    same = dataset.copy(deep=True).assign_attrs(title="other")
    assert store.digest(same) == store.digest(dataset)
    x = dataset.x.values.copy()
    x[3, 1] = np.nextafter(x[3, 1], 1)
    assert store.digest(dataset.assign(x=(("time", "variable"), x))) != store.digest(dataset)
    assert store.digest(dataset.rename(x="y")) != store.digest(dataset)
    assert store.digest(dataset.assign(label=("variable", ["a", "b"]))) != store.digest(dataset)
