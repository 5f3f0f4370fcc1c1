"""What of the results no job of some configurations needs, and deleting it."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tausweep.catalogue.catalogue import Catalogue
from tausweep.plan import Plan
from tausweep.whole import ABANDONED, StoreError


@dataclass(frozen=True)
class Orphan:
    """Files that can go together."""

    what: str
    """A stage, or what else it is."""
    name: str
    """Its reference, or the path of a file."""
    files: tuple[Path, ...]
    size: int


def orphans(catalogue: Catalogue, plans: Iterable[Plan]) -> list[Orphan]:
    """Results and checkpoints of no job that is planned, figures of no name that is, what was
    logged of them, and what writes that were killed left.

    What this program did not name is left alone; so is a figure that is planned, whatever drew it,
    as the next run draws it anew.

    Raises
    ------
    ValueError
        Nothing that is there is planned, so these can hardly be the configurations that are meant.
    """
    planned: set[str] = set()
    for plan in plans:
        planned |= plan.jobs.keys() | {f"figures/{name}" for name in plan.rendered}
        planned |= {f"state/{job.key}" for job in plan.jobs.values() if job.stage == "train"}
    entries = [*catalogue.entries.values(), *catalogue.checkpoints]
    found = [
        Orphan(entry.stage, entry.reference, entry.files, entry.size)
        for entry in entries
        if entry.reference not in planned
    ]
    if entries and len(found) == len(entries):
        raise ValueError(
            f"{catalogue.results}: nothing there belongs to these configurations: name those whose "
            "results are to be kept"
        )
    return [*found, *_logs(catalogue, found), *_abandoned(catalogue)]


def delete(found: Iterable[Orphan]) -> None:
    """Delete files, and folders that are empty then.

    Raises
    ------
    StoreError
        One cannot be deleted; those before it are gone.
    """
    for orphan in found:
        for path in reversed(orphan.files):  # of a figure its marker first: it says it is there
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise StoreError(
                    f"{path}: cannot be deleted: {error.strerror}; what comes before it is gone"
                ) from None
            for directory in (path.parent, path.parent.parent):
                with contextlib.suppress(OSError):  # it is not empty
                    directory.rmdir()


def _logs(catalogue: Catalogue, gone: Iterable[Orphan]) -> Iterator[Orphan]:
    """What Snakemake wrote of the jobs that made what goes."""
    for orphan in gone:
        for folder, suffix in (("logs", "log"), ("benchmarks", "jsonl")):
            path = catalogue.results / folder / f"{orphan.name}.{suffix}"
            if path.is_file():
                yield Orphan(folder, str(path), (path,), path.stat().st_size)


def _abandoned(catalogue: Catalogue) -> Iterator[Orphan]:
    for left in catalogue.leftovers:
        if time.time() - left.modified > ABANDONED:
            yield Orphan("killed writes", os.fspath(left.path), (left.path,), left.size)
