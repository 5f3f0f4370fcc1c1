"""Reading and writing a stage's NetCDF file: whole, sealed, with provenance.

HDF5 does not look at the line that seals a file. The seal is checked before anything else looks at
the file, so whatever was damaged or edited since is noticed, be it a number, an attribute or the
structure of HDF5 itself, which its library can hang on.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from tausweep.conventions import from_cf, to_cf
from tausweep.job import key_of
from tausweep.whole import REMEDY, StoreError, check, replacing, seal

BOOKKEEPING = frozenset(
    {"Conventions", "stage", "key", "data_sha256", "job", "created", "seconds", "host", "device"}
    | {"engine", "source", "versions", "git_commit", "git_dirty", "history"}
)
"""Global attributes that say how a file came to be; those of an input are not its output's."""


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
    dataset = to_cf(dataset.assign_attrs(attributes))
    packed = {"zlib": True, "complevel": 2, "shuffle": True}
    encoding = {
        name: packed | ({"_FillValue": None} if variable.dims == (name,) else {})
        for name, variable in dataset.variables.items()
        if variable.ndim and variable.dtype.kind in "fiu"
    }
    with replacing(path) as part:
        try:
            dataset.to_netcdf(part, engine="netcdf4", format="NETCDF4", encoding=encoding)
        except (OSError, RuntimeError) as error:
            _ask(part)
            raise OSError(str(error)) from None
        seal(part)


def read(path: Path, *, stage: str | None = None) -> xr.Dataset:
    """Read a stage's file whole into memory.

    Raises
    ------
    StoreError
        It is missing, cannot be read, is not as it was written, is not of this stage, its key is
        not its name, or not that of the job that it says made it. The message names the file and
        what to do.
    """
    check(path)
    try:
        with xr.open_dataset(path, engine="netcdf4", decode_times=False) as dataset:
            dataset = from_cf(dataset.load())
    except Exception as error:  # whatever a library makes of it, it is this file that it is about
        raise StoreError(f"{path}: no file of a stage ({_one_line(error)}); {REMEDY}") from None
    found = {name: str(dataset.attrs.get(name, "nothing")) for name in ("stage", "key", "job")}
    if found["key"] != path.stem:
        raise StoreError(f"{path}: its key is {found['key']}, not its name; {REMEDY}")
    if found["key"] != key_of(found["job"]):
        raise StoreError(
            f"{path}: its key is {found['key']}, but the job that it says made it has key "
            f"{key_of(found['job'])}; {REMEDY}"
        )
    if stage is not None and found["stage"] != stage:
        raise StoreError(f"{path}: made by stage {found['stage']}, not {stage}; {REMEDY}")
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


def _ask(part: Path) -> None:
    """Let the disk itself say what is wrong; a full one is just "HDF error" to the library."""
    with part.open("ab") as file:
        file.write(bytes(1 << 20))
        file.flush()
        os.fsync(file.fileno())


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
