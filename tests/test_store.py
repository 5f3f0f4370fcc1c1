"""Files: whole or not there, verified, and able to say what they are."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tausweep import provenance, store
from tausweep.job import canonical, key_of
from tausweep.whole import SEALED, StoreError

JOB = canonical({"stage": "series", "version": 1, "settings": {"name": "λ"}, "inputs": {}})
KEY = key_of(JOB)


@pytest.fixture
def dataset() -> xr.Dataset:
    rng = np.random.default_rng(0)
    return xr.Dataset(
        {
            "x": (
                ("time", "variable"),
                rng.standard_normal((500, 2)),
                {"units": "1", "estimated_by": "maps"},
            ),
            "label": ("variable", np.array(["a", "λ"], dtype=object)),
            "count": ((), 3),
        },
        coords={"time": ("time", np.arange(500) * 0.1, {"units": "s", "long_name": "time"})},
        attrs={"title": "a test", "dt": 0.1, "verdict": "chaotic", "confidence": [0.1, 0.9]},
    )


@pytest.fixture
def file(dataset: xr.Dataset, tmp_path: Path) -> Path:
    path = tmp_path / f"{KEY}.nc"
    store.write(dataset, path, stage="series", key=KEY, job=JOB, provenance={"host": "here"})
    return path


def test_what_is_written_is_read(dataset: xr.Dataset, file: Path) -> None:
    read = store.read(file, stage="series")
    xr.testing.assert_equal(read, dataset)
    assert read.attrs["key"] == KEY
    assert read.attrs["host"] == "here"
    assert read.attrs["dt"] == 0.1
    assert read.x.attrs["units"] == "1"


@settings(deadline=None, max_examples=60)
@given(
    hnp.arrays(
        st.sampled_from([np.float32, np.float64, np.int64, np.int8]),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
    )
)
def test_every_array_survives_bit_for_bit(tmp_path_factory, values) -> None:
    path = tmp_path_factory.mktemp("store") / f"{KEY}.nc"
    dataset = xr.Dataset({"x": ([f"d{i}" for i in range(values.ndim)], values)})
    store.write(dataset, path, stage="series", key=KEY, job=JOB, provenance={})
    read = store.read(path).x.values
    assert read.dtype == values.dtype
    assert read.tobytes() == values.tobytes()


def test_bookkeeping_is_exactly_what_a_run_adds(dataset: xr.Dataset, tmp_path: Path) -> None:
    """A new attribute of provenance must be known as such, or outputs would inherit it.

    The engine is said by the stages that have one.
    """
    path = tmp_path / f"{KEY}.nc"
    made = dataset.assign_attrs(engine="eager")
    run = provenance.collect(1.0)
    store.write(made, path, stage="series", key=KEY, job=JOB, provenance=run)
    read = store.read(path)
    assert set(read.attrs) - set(dataset.attrs) == store.BOOKKEEPING
    xr.testing.assert_identical(store.without_bookkeeping(read), dataset)


def test_only_the_file_is_left(file: Path) -> None:
    assert os.listdir(file.parent) == [file.name]


@pytest.mark.parametrize("keep", [0, 100, 0.5, 0.99])
def test_a_truncated_file_is_never_used(file: Path, keep: float) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: keep if isinstance(keep, int) else int(len(content) * keep)])
    with pytest.raises(StoreError, match=f"{KEY}.nc: damaged.*delete it and run"):
        store.read(file)


def test_a_file_under_another_name_is_refused(file: Path) -> None:
    other = file.with_name("f" * 16 + ".nc")
    file.rename(other)
    with pytest.raises(StoreError, match=f"{other.name}: its key is {KEY}, not its name"):
        store.read(other)


def test_a_file_of_another_stage_is_refused(file: Path) -> None:
    with pytest.raises(StoreError, match="made by stage series, not signal"):
        store.read(file, stage="signal")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"none.nc: no such file"):
        store.read(tmp_path / "none.nc")


def test_what_cannot_be_written_leaves_nothing(dataset: xr.Dataset, tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("in the way")
    path = blocker / f"{KEY}.nc"
    with pytest.raises(StoreError, match="cannot be written"):
        store.write(dataset, path, stage="series", key=KEY, job=JOB, provenance={})
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
        store.write(small, path, stage="series", key=KEY, job=JOB, provenance={})
        rng = np.random.default_rng(1)
        big = xr.Dataset({"x": ("time", rng.standard_normal(100_000))})
        with pytest.raises(StoreError, match=r"written: No space left on device") as error:
            store.write(big, path, stage="series", key=KEY, job=JOB, provenance={})
        assert "\n" not in str(error.value)
        xr.testing.assert_equal(store.read(path), small)
        assert os.listdir(disk) == [path.name]
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


# --------------------------------------------------------------------------- the digest of a result

TEXT = st.text(st.characters(exclude_categories=["C"]), max_size=5)
NUMBERS = [np.int8, np.int32, np.int64, np.float32, np.float64]
NUMBER = st.sampled_from(NUMBERS).flatmap(lambda kind: hnp.arrays(kind, ()))
VALUES = st.one_of(
    TEXT,
    st.lists(TEXT, min_size=1, max_size=3),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    NUMBER,
    NUMBER.map(lambda value: value[()]),
    st.lists(st.integers(-9, 9), min_size=1, max_size=3),
    st.lists(st.floats(), min_size=1, max_size=3).map(tuple),
    st.sampled_from(NUMBERS).flatmap(lambda kind: hnp.arrays(kind, st.integers(1, 3))),
)
"""All that stages have as attributes: text, Python's and NumPy's numbers, lists and arrays."""
ATTRIBUTES = st.dictionaries(st.from_regex(r"[a-z]{1,3}_", fullmatch=True), VALUES, max_size=3)
ARRAYS = st.one_of(
    hnp.arrays(st.sampled_from([*NUMBERS, np.bool_]), 2),
    st.lists(TEXT, min_size=2, max_size=2).map(lambda texts: np.array(texts, dtype=object)),
)


@settings(deadline=None, max_examples=60)
@given(ARRAYS, ARRAYS, ATTRIBUTES, ATTRIBUTES, ATTRIBUTES)
def test_what_is_read_has_the_digest_of_what_was_written(
    tmp_path_factory, x, label, of_x, of_label, of_all
) -> None:
    made = xr.Dataset({"x": ("t", x, of_x)}, {"label": ("t", label, of_label)}, of_all)
    path = tmp_path_factory.mktemp("store") / f"{KEY}.nc"
    store.write(made, path, stage="series", key=KEY, job=JOB, provenance={"host": "here"})
    read = store.read(path)
    assert store.digest(read) == read.attrs["data_sha256"] == store.digest(made)
    assert read.attrs["job"] == JOB


def test_the_digest_sees_all_that_is_read(dataset: xr.Dataset) -> None:
    x = dataset.x.values.copy()
    x[3, 1] = np.nextafter(x[3, 1], 1)
    changed = [
        dataset.assign(x=(("time", "variable"), x, dataset.x.attrs)),
        dataset.assign(x=dataset.x.astype(np.float32)),
        dataset.assign(x=dataset.x.assign_attrs(units="m")),
        dataset.assign(label=("variable", ["a", "b"])),
        dataset.assign(count=((), 3.0)),
        dataset.assign_coords(time=dataset.time.assign_attrs(units="ms")),
        dataset.rename(x="y"),
        dataset.rename(variable="component"),
        dataset.drop_vars("count"),
        dataset.set_coords("count"),
        dataset.assign_attrs(dt=0.2),
        dataset.assign_attrs(dt=np.float32(0.1)),
        dataset.assign_attrs(confidence=[0.9, 0.1]),
        dataset.assign_attrs(another=1),
    ]
    assert len({store.digest(each) for each in (dataset, *changed)}) == len(changed) + 1


def test_the_digest_does_not_see_how_a_result_came_to_be(dataset: xr.Dataset) -> None:
    run = dict.fromkeys(store.BOOKKEEPING, "something")
    other = dataset.assign_attrs(run, dt=np.float64(0.1), confidence=np.array([0.1, 0.9]))
    assert store.digest(other) == store.digest(dataset)


# ------------------------------------------------------------------------------ edited and damaged


def edited(path: Path, where: str, name: str, value: object) -> None:
    """Change an attribute of a file in its place, as people do; those of the file itself at ''."""
    with netCDF4.Dataset(path, "r+") as file:
        (file[where] if where else file).setncattr(name, value)


EDITS = [
    ("", "dt", 0.2),
    ("", "dt", np.nextafter(0.1, 1)),
    ("", "verdict", "periodic"),
    ("", "confidence", [0.2, 0.9]),
    ("", "title", "A test"),
    ("", "stage", "signal"),
    ("", "key", "f" * 16),
    ("", "job", JOB.replace("1", "2")),
    ("", "created", "yesterday"),
    ("", "host", "there"),
    ("", "recurrent_cell", "lstm"),
    ("x", "units", "m"),
    ("x", "estimated_by", "curves"),
    ("x", "long_name", "position"),
    ("time", "units", "ms"),
    ("time", "long_name", "Time"),
    ("label", "units", "1"),
]


@pytest.mark.parametrize(("where", "name", "value"), EDITS)
def test_an_edited_attribute_is_noticed(file: Path, where: str, name: str, value: object) -> None:
    edited(file, where, name, value)
    with pytest.raises(StoreError, match=rf"{KEY}\.nc: .*edited.*; delete it and run snake"):
        store.read(file)


def test_an_edited_number_is_noticed(file: Path) -> None:
    with netCDF4.Dataset(file, "r+") as opened:
        opened["x"][3, 1] = np.nextafter(opened["x"][3, 1], 1)
    with pytest.raises(StoreError, match="edited"):
        store.read(file)


def test_a_key_that_is_not_its_jobs_is_refused(dataset: xr.Dataset, tmp_path: Path) -> None:
    path = tmp_path / f"{KEY}.nc"
    store.write(dataset, path, stage="series", key=KEY, job=JOB + " ", provenance={})
    other = key_of(JOB + " ")
    with pytest.raises(StoreError, match=f"its key is {KEY}, but the job .* has key {other}"):
        store.read(path)


def test_a_file_can_be_checked_and_read_without_the_library(
    file: Path, dataset: xr.Dataset
) -> None:
    """As docstring and documentation say: by coreutils, and by whatever reads NetCDF."""
    sha = subprocess.check_output(f"head -c -{SEALED} {file} | sha256sum", shell=True)
    last = subprocess.check_output(["tail", "-n", "1", str(file)])
    assert last.split() == [b"sha256", sha.split()[0]]
    with xr.open_dataset(file) as opened:
        xr.testing.assert_equal(opened.load(), dataset)


def damages(content: bytes, count: int) -> Iterator[bytes]:
    """Bytes flipped, cut off, cut out, repeated, set to zero, or taken from elsewhere."""
    rng = np.random.default_rng(0)
    for _ in range(count):
        damaged = bytearray(content)
        a, b, c = np.sort(rng.integers(0, len(content), 3)).tolist()
        match rng.integers(6):
            case 0:
                for place in rng.integers(0, len(content), rng.integers(1, 9)):
                    damaged[place] ^= rng.integers(1, 256)
            case 1:
                del damaged[a:]
            case 2:
                del damaged[a:b]
            case 3:
                damaged[b:b] = damaged[a:c]
            case 4:
                damaged[a:b] = bytes(b - a)
            case 5:
                damaged[a : a + c - b] = content[b:c]
        if damaged != content:
            yield bytes(damaged)


def test_damaged_files_are_refused(file: Path) -> None:
    content = file.read_bytes()
    tried = 0
    for damaged in damages(content, 1500):
        file.write_bytes(damaged)
        with pytest.raises(StoreError, match=KEY):
            store.read(file)
        tried += 1
    assert tried > 1300


def sealed(path: Path, content: bytes) -> None:
    path.write_bytes(content + f"\nsha256 {hashlib.sha256(content).hexdigest()}\n".encode())


def test_whatever_the_library_raises_is_one_line_that_names_the_file(file: Path) -> None:
    """Sealed, so that the library sees it; it can hang on worse, which is why there is a seal."""
    content = file.read_bytes()[:-SEALED]
    for wrong in (b"", b"text", content[:-100], content[:5000], content[:8] + bytes(2000)):
        sealed(file, wrong)
        with pytest.raises(StoreError, match=rf"{KEY}\.nc: no file of a stage \(") as error:
            store.read(file)
        assert "\n" not in str(error.value)


# ------------------------------------------------------------------------- what is no file to be read


def test_what_is_no_plain_file_is_refused_at_once(tmp_path: Path) -> None:
    pipe, directory = tmp_path / "pipe.nc", tmp_path / "directory.nc"
    os.mkfifo(pipe)
    directory.mkdir()
    for path in (pipe, directory, Path("/dev/zero")):
        with pytest.raises(StoreError, match=f"{path}: is no plain file; move it away"):
            store.read(path)


def test_a_file_that_must_not_be_read_is_not_called_damaged(file: Path) -> None:
    """Nothing keeps root from reading, so root becomes somebody else."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        path = Path(directory) / file.name
        file.rename(path)
        path.chmod(0)
        user = os.geteuid()
        try:
            if user == 0:
                os.seteuid(65534)
            with pytest.raises(StoreError) as error:
                store.read(path)
        finally:
            os.seteuid(user)
    assert str(error.value) == (
        f"{path}: cannot be read: Permission denied; it may well be whole, so see to that first"
    )
