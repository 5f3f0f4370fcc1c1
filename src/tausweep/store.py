"""Reading and writing a stage's NetCDF file: atomic, verified, with provenance.

A file is either whole or not there: it is written beside its place, synced, and renamed. What is
read is checked against the digest of its numbers, so that a damaged file is never used.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr


class StoreError(OSError):
    """A file that cannot be used or written, said in one line."""


BOOKKEEPING = frozenset(
    {"Conventions", "stage", "key", "data_sha256", "job", "created", "seconds", "host", "device"}
    | {"engine", "source", "versions", "git_commit", "git_dirty"}
)
"""Global attributes that say how a file came to be; those of an input are not its output's."""


def write(
    dataset: xr.Dataset, path: Path, *, stage: str, key: str, provenance: Mapping[str, Any]
) -> None:
    """Write a Dataset as compressed NetCDF-4 to `path`, whole or not at all.

    `provenance` becomes global attributes after the dataset's own. Raises StoreError where the
    place cannot be written to.
    """
    attributes = {
        "Conventions": "CF-1.11",
        **dataset.attrs,
        "stage": stage,
        "key": key,
        "data_sha256": digest(dataset),
        **provenance,
    }
    dataset = dataset.assign_attrs(attributes)
    encoding = {
        name: {"zlib": True, "complevel": 2, "shuffle": True}
        for name, variable in dataset.variables.items()
        if variable.ndim and variable.dtype.kind in "fiu"
    }
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        dataset.to_netcdf(temporary, engine="netcdf4", format="NETCDF4", encoding=encoding)
        _sync(temporary)
        temporary.replace(path)
        _sync(path.parent)
    except (OSError, RuntimeError) as error:  # the NetCDF library reports a full disk as either
        raise StoreError(f"{path}: cannot be written: {error}; nothing was left there") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; one that is there stays until then.

    Raises StoreError where the place cannot be written to.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def read(path: Path, *, stage: str | None = None) -> xr.Dataset:
    """Read a stage's file whole into memory.

    Raises
    ------
    StoreError
        It is missing, truncated or damaged, is not of this stage, or its key is not its name. The
        message names the file and what to do.
    """
    remedy = "delete it and run snakemake again"
    if not path.exists():
        raise StoreError(f"{path}: no such file; run snakemake to make it")
    try:
        with xr.open_dataset(path, engine="netcdf4", decode_times=False) as dataset:
            dataset.load()
    except (OSError, RuntimeError, ValueError, KeyError, AttributeError) as error:
        raise StoreError(f"{path}: damaged or truncated ({error}); {remedy}") from None
    found = {name: str(dataset.attrs.get(name, "nothing")) for name in ("stage", "key")}
    if found["key"] != path.stem:
        raise StoreError(f"{path}: its key is {found['key']}, not its name; {remedy}")
    if stage is not None and found["stage"] != stage:
        raise StoreError(f"{path}: made by stage {found['stage']}, not {stage}; {remedy}")
    if dataset.attrs.get("data_sha256") != digest(dataset):
        raise StoreError(f"{path}: damaged: its numbers do not match their digest; {remedy}")
    return dataset


def without_bookkeeping(dataset: xr.Dataset) -> xr.Dataset:
    """The Dataset as its stage returned it."""
    kept = {name: value for name, value in dataset.attrs.items() if name not in BOOKKEEPING}
    return dataset.drop_attrs(deep=False).assign_attrs(kept)


def digest(dataset: xr.Dataset) -> str:
    """SHA-256 of all numbers of a Dataset with their names, dimensions and types.

    Equal digests mean equal results, whenever and wherever they were computed.
    """
    sha = hashlib.sha256()
    for name in sorted(map(str, dataset.variables)):
        variable = dataset[name].variable
        values = np.asarray(variable.values)
        if values.dtype.kind in "OUS":
            content = "\0".join(map(str, values.ravel())).encode()
            kind = "text"
        else:
            content = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<")).tobytes()
            kind = values.dtype.newbyteorder("<").str
        sha.update(f"{name}{variable.dims}{values.shape}{kind}".encode())
        sha.update(content)
    return sha.hexdigest()


def _sync(path: Path) -> None:
    """Make sure that a file or directory has reached the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
