"""Reading and writing a stage's NetCDF file: atomic, sealed, with provenance.

A file is either whole or not there: it is written beside its place, synced, and renamed. Its last
line, which HDF5 does not look at, is the SHA-256 of all bytes before it. It is checked before
anything else looks at the file, so whatever was damaged or edited since is noticed, be it a number,
an attribute or the structure of HDF5 itself, which its library can hang on.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from tausweep.job import key_of


class StoreError(OSError):
    """A file that cannot be used or written, said in one line."""


BOOKKEEPING = frozenset(
    {"Conventions", "stage", "key", "data_sha256", "job", "created", "seconds", "host", "device"}
    | {"engine", "source", "versions", "git_commit", "git_dirty"}
)
"""Global attributes that say how a file came to be; those of an input are not its output's."""

SEAL = re.compile(rb"\nsha256 ([0-9a-f]{64})\n")
"""The end of a file: `head -c -73 FILE | sha256sum` gives the same as `tail -n 1 FILE`."""
SEALED = 73
"""Bytes of it."""

PART = re.compile(r"\..+\.[0-9a-f]{16}\.part")
"""Names of files that are not yet whole. The digits are random, as process ids are the same in two
containers: so each has one writer, and nobody else removes it while that one lives."""
ABANDONED = 86_400.0
"""Seconds after which a part that nobody wrote to has no writer any more. Writing takes minutes at
most, and clocks of two hosts differ by less; locks would tell at once, but not every network file
system tells other hosts of them, and HDF5 takes its own."""


def write(
    dataset: xr.Dataset,
    path: Path,
    *,
    stage: str,
    key: str,
    job: str,
    provenance: Mapping[str, Any],
) -> None:
    """Write a Dataset as compressed NetCDF-4 to `path`, whole or not at all.

    `job` is the canonical JSON of the job that made it, whose hash is its `key`. `provenance`
    becomes global attributes after the dataset's own. Raises StoreError where the place cannot be
    written to.
    """
    attributes = {
        "Conventions": "CF-1.11",
        **dataset.attrs,
        "stage": stage,
        "key": key,
        "job": job,
        "data_sha256": digest(dataset),
        **provenance,
    }
    dataset = dataset.assign_attrs(attributes)
    encoding = {
        name: {"zlib": True, "complevel": 2, "shuffle": True}
        for name, variable in dataset.variables.items()
        if variable.ndim and variable.dtype.kind in "fiu"
    }
    with replacing(path) as part:
        try:
            dataset.to_netcdf(part, engine="netcdf4", format="NETCDF4", encoding=encoding)
        except (OSError, RuntimeError) as error:
            _ask(part)
            raise OSError(str(error)) from None
        with part.open("r+b") as file:
            sha = hashlib.file_digest(file, "sha256").hexdigest()
            file.write(f"\nsha256 {sha}\n".encode())


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Write a file of any kind whole or not at all; one that is there stays until then.

    What the block writes to the new file that it is given (in the same directory, with another
    suffix, and empty) takes the place of `path` when the block ends well, and is removed otherwise.
    Any number of processes, on any number of hosts, can do this at once: the last one stays.

    Raises
    ------
    StoreError
        The place cannot be written to, or the block raised an OSError.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path.parent)
        part.touch(exist_ok=False)
        yield part
        _sync(part)
        part.replace(path)
        with contextlib.suppress(OSError):  # not every file system can sync a directory
            _sync(path.parent)
    except OSError as error:
        reason = error.strerror or error
        raise StoreError(f"{path}: cannot be written: {reason}; it is as it was before") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def read(path: Path, *, stage: str | None = None) -> xr.Dataset:
    """Read a stage's file whole into memory.

    Raises
    ------
    StoreError
        It is missing, cannot be read, is not as it was written, is not of this stage, its key is
        not its name, or not that of the job that it says made it. The message names the file and
        what to do.
    """
    remedy = "delete it and run snakemake again"
    content = _content(path)
    seal = SEAL.fullmatch(content[-SEALED:])
    if not seal or hashlib.sha256(memoryview(content)[:-SEALED]).hexdigest().encode() != seal[1]:
        raise StoreError(
            f"{path}: damaged, truncated or edited: it does not end with the SHA-256 of its "
            f"content; {remedy}"
        )
    del content
    try:
        with xr.open_dataset(path, engine="netcdf4", decode_times=False) as dataset:
            dataset.load()
    except Exception as error:  # whatever a library makes of it, it is this file that it is about
        raise StoreError(f"{path}: no file of a stage ({_one_line(error)}); {remedy}") from None
    found = {name: str(dataset.attrs.get(name, "nothing")) for name in ("stage", "key", "job")}
    if found["key"] != path.stem:
        raise StoreError(f"{path}: its key is {found['key']}, not its name; {remedy}")
    if found["key"] != key_of(found["job"]):
        raise StoreError(
            f"{path}: its key is {found['key']}, but the job that it says made it has key "
            f"{key_of(found['job'])}; {remedy}"
        )
    if stage is not None and found["stage"] != stage:
        raise StoreError(f"{path}: made by stage {found['stage']}, not {stage}; {remedy}")
    return dataset


def without_bookkeeping(dataset: xr.Dataset) -> xr.Dataset:
    """The Dataset as its stage returned it."""
    kept = {name: value for name, value in dataset.attrs.items() if name not in BOOKKEEPING}
    return dataset.drop_attrs(deep=False).assign_attrs(kept)


def digest(dataset: xr.Dataset) -> str:
    """SHA-256 of all that a later stage reads of a Dataset.

    That is its variables, with their names, dimensions, types and attributes, which of them are
    coordinates, and its own attributes but for `BOOKKEEPING`. Equal digests mean equal results,
    whenever and wherever they were computed; what is read has the digest of what was written.
    """
    sha = hashlib.sha256()

    def add(label: list[str], values: Any) -> None:
        array = np.asarray(values)
        if array.dtype.kind in "OUS":
            kind, content = "text", json.dumps([str(text) for text in array.ravel()]).encode()
        else:
            little = array.dtype.newbyteorder("<")
            kind, content = little.str, array.astype(little).tobytes()
        sha.update(json.dumps([*label, kind, array.shape, len(content)]).encode())
        sha.update(content)

    def add_attributes(label: list[str], attributes: Mapping[Any, Any]) -> None:
        for name in sorted(attributes):  # NetCDF does not tell one value from a list of it
            add([*label, name], np.atleast_1d(attributes[name]))

    add_attributes([""], without_bookkeeping(dataset).attrs)
    for name in sorted(map(str, dataset.variables)):
        variable = dataset.variables[name]
        place = "coordinate" if name in dataset.coords else "variable"
        add([place, name, *map(str, variable.dims)], variable.values)
        add_attributes([name], variable.attrs)
    return sha.hexdigest()


def _content(path: Path) -> bytes:
    """All bytes of a plain file; nothing else is opened, as a pipe would be waited for."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise StoreError(f"{path}: is no plain file; move it away and run snakemake again")
        return path.read_bytes()
    except StoreError:
        raise
    except FileNotFoundError:
        raise StoreError(f"{path}: no such file; run snakemake to make it") from None
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be read: {error.strerror}; it may well be whole, so see to that first"
        ) from None


def _ask(part: Path) -> None:
    """Let the disk itself say what is wrong; a full one is just "HDF error" to the library."""
    with part.open("ab") as file:
        file.write(bytes(1 << 20))
        file.flush()
        os.fsync(file.fileno())


def _sweep(directory: Path) -> None:
    """Remove the parts of writers that died."""
    for entry in os.scandir(directory):
        if PART.fullmatch(entry.name):
            with contextlib.suppress(OSError):  # somebody else was faster
                if time.time() - entry.stat(follow_symlinks=False).st_mtime > ABANDONED:
                    os.unlink(entry)


def _sync(path: Path) -> None:
    """Make sure that a file or directory has reached the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
