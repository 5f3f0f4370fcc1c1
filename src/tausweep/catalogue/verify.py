"""Whether results are as they were written, and can be traced to what they were made from."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from tausweep import drawn, whole
from tausweep.catalogue.catalogue import Catalogue, Leftover
from tausweep.catalogue.entry import Entry, results_in
from tausweep.catalogue.text import age, some
from tausweep.stages import RENDERED
from tausweep.whole import ABANDONED, StoreError


@dataclass
class Findings:
    """What is not as it should be, a line each that names the file and what to do."""

    checked: int = 0
    """Results, figures and checkpoints."""
    size: int = 0
    """Of them, in bytes."""
    damaged: list[str] = field(default_factory=list)
    orphaned: list[str] = field(default_factory=list)
    """Whole, but something that they were made from is not there."""
    unfinished: list[str] = field(default_factory=list)
    """What killed runs left. That is no fault: the next run goes on with it, or removes it."""
    unrecorded: int = 0
    """Figures that cannot be checked, as nobody wrote down what their files are."""

    @property
    def sound(self) -> bool:
        """Whether nothing is damaged or orphaned."""
        return not (self.damaged or self.orphaned)


def verify(catalogue: Catalogue, entries: Iterable[Entry] | None = None) -> Findings:
    """Read files whole, and check each against its seal, digest, name and job.

    Parameters
    ----------
    catalogue
        What is there.
    entries
        Those to check; everything, with what killed runs left, without.
    """
    found = Findings()
    for entry in catalogue.entries.values() if entries is None else entries:
        _check(entry, catalogue, found)
    if entries is None:
        for entry in catalogue.checkpoints:
            _check_training(entry, found)
        found.unfinished += [_left(leftover) for leftover in catalogue.leftovers]
    return found


def _check(entry: Entry, catalogue: Catalogue, found: Findings) -> None:
    found.checked += 1
    found.size += entry.size
    wrong = faults(entry)
    found.damaged += wrong
    if not wrong and entry.job is None:
        found.unrecorded += 1
    if not wrong and entry.job is not None:
        inputs = dict.fromkeys(results_in(entry.job))
        lacking = [f"{catalogue.results}/{r}.nc" for r in inputs if r not in catalogue.entries]
        if lacking:
            is_there = "is not there" if len(lacking) == 1 else "are not there"
            found.orphaned.append(
                f"{entry.path}: orphaned: it was made from {some(lacking)}, which {is_there}; make "
                "that again (`tausweep rerun KEY CONFIG` says how), or delete this as well"
            )


def faults(entry: Entry) -> list[str]:
    """What is damaged of a result or a figure, which is read whole; a line each."""
    if entry.fault:
        return [entry.fault]
    if entry.stage in RENDERED:
        record = drawn.read(entry.path)
        return [] if record is None else drawn.faults(entry.path, record)

    from tausweep import store  # here: it loads xarray

    try:
        dataset = store.read(entry.path, stage=entry.stage)
    except StoreError as error:
        return [str(error)]
    if store.digest(dataset) != dataset.attrs.get("data_sha256"):
        return [f"{entry.path}: its numbers are not those that were written; {whole.REMEDY}"]
    return []


def _check_training(entry: Entry, found: Findings) -> None:
    found.checked += 1
    found.size += entry.size
    try:
        if entry.fault:
            raise StoreError(entry.fault)
        whole.check(entry.path)
    except StoreError:
        found.damaged.append(
            f"{entry.path}: damaged checkpoint; delete it: training begins again anyway"
        )
    else:
        found.unfinished.append(
            f"{entry.path}: checkpoint of training that has not ended: it goes on from there"
        )


def _left(leftover: Leftover) -> str:
    if time.time() - leftover.modified > ABANDONED:
        ago = age(leftover.modified)
        return f"{leftover.path}: left by a write that was killed {ago} ago; delete it"
    return f"{leftover.path}: being written, or left by a write that was killed; it goes by itself"
