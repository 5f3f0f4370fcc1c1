"""A result for people who work in Python: its Dataset, and the results that it was made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr

    from tausweep.catalogue.catalogue import Catalogue
    from tausweep.catalogue.entry import Entry
    from tausweep.job import Described


class Result:
    """A result of a stage; nothing of it is read before it is asked for.

    What is read is checked whole, as the stages do, and kept in memory.
    """

    def __init__(self, catalogue: Catalogue, entry: Entry) -> None:
        self._catalogue, self._entry = catalogue, entry

    @property
    def stage(self) -> str:
        """The stage that made it."""
        return self._entry.stage

    @property
    def key(self) -> str:
        """The hash of all that its numbers depend on."""
        return self._entry.key

    @property
    def path(self) -> Path:
        """Its file."""
        return self._entry.path

    @cached_property
    def dataset(self) -> xr.Dataset:
        """All that it holds, with its provenance in the attributes.

        Raises StoreError where the file is damaged.
        """
        from tausweep import store

        return store.read(self.path, stage=self.stage)

    @property
    def job(self) -> Described:
        """What made it: `settings`, `inputs` by role, `stage` and `version`.

        Raises StoreError where the file is damaged.
        """
        from tausweep.whole import StoreError

        if self._entry.job is None:
            raise StoreError(self._entry.fault)
        return self._entry.job

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of its job, with all defaults."""
        return self.job.settings

    @property
    def inputs(self) -> Inputs:
        """The results that it was made from, by role; files from outside are none."""
        return Inputs(self._catalogue, self.job)

    def __repr__(self) -> str:
        from tausweep.catalogue.words import words

        about = words(self._entry, self._catalogue.entries)
        return f"<tausweep {self.stage}/{self.key}: {about or self._entry.fault}>"


class Inputs(Mapping[str, "Result | list[Result]"]):
    """Results by the role in which a stage received them: one, or a list where it received that.

    Getting one raises StoreError where it is not there.
    """

    def __init__(self, catalogue: Catalogue, job: Described) -> None:
        from tausweep.catalogue.entry import is_result

        self._catalogue = catalogue
        self._names = {
            role: names
            for role, names in job.inputs.items()
            if all(map(is_result, [names] if isinstance(names, str) else names))
        }

    def __getitem__(self, role: str) -> Result | list[Result]:
        names = self._names[role]
        return self._open(names) if isinstance(names, str) else [self._open(n) for n in names]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"<inputs {self._names}>"

    def _open(self, reference: str) -> Result:
        from tausweep.whole import StoreError

        entry = self._catalogue.entries.get(reference)
        if entry is None:
            path = self._catalogue.results / f"{reference}.nc"
            raise StoreError(f"{path}: is not there; run snakemake to make it")
        return Result(self._catalogue, entry)


def open(key: str | Path, results: str | Path = "results") -> Result:
    """Open a result.

    Parameters
    ----------
    key
        Its key, the beginning of it, stage/key, or the path of its file.
    results
        The directory of all results; that of the file where `key` is the path of one.

    Raises
    ------
    ValueError
        No result is called so, or several are, or it is a figure.
    StoreError
        There are no results, or they cannot be looked at.
    """
    from tausweep.catalogue.catalogue import locate
    from tausweep.stages import RENDERED

    catalogue, entry = locate(str(key), Path(results))
    if entry.stage in RENDERED:
        raise ValueError(f"{key}: is a figure, which holds no data: open what it was drawn from")
    return Result(catalogue, entry)
