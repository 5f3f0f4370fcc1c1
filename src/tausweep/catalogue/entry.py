"""One result or figure as it lies there: what its name and a look at it say, without reading it.

HDF5 takes a hundredth of a second to open a file, and can hang on one that is damaged. But the job
that made a file stands in it as plain text, and proves itself: its hash is the file's key.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tausweep import drawn
from tausweep.job import Described, key_of
from tausweep.stages import RENDERED
from tausweep.whole import REMEDY, SEAL, SEALED, StoreError, require_plain

HEAD = 1 << 14
"""Bytes at the beginning of a file in which most hold their job."""
JOB = b'{"inputs":'
"""How the canonical JSON of every job begins."""


@dataclass(frozen=True)
class Entry:
    """A result, a figure, or a checkpoint."""

    reference: str
    """stage/key; of a figure figures/experiment/name."""
    stage: str
    key: str
    path: Path
    """Of a result its file; of a figure its marker."""
    files: tuple[Path, ...]
    """All of it."""
    size: int
    """Of all of it, in bytes."""
    modified: float
    """When, in seconds since 1970. Copying a file may change it."""

    @cached_property
    def seen(self) -> Described | str | None:
        """The job that made it, or in a line why it cannot be used, as far as a look tells; None of
        a figure where nobody wrote down what drew it, as once was so.
        """
        try:
            text = self.job_text()
            found = None if text is None else Described.model_validate(json.loads(text))
        except StoreError as error:
            return str(error)
        except ValueError:
            return f"{self.path}: damaged: no job made it; {REMEDY}"
        if found and found.stage != self.stage and self.stage != "checkpoint":
            return f"{self.path}: damaged: made by stage {found.stage}, not {self.stage}; {REMEDY}"
        return found

    @property
    def job(self) -> Described | None:
        """The job that made it; None where that cannot be seen."""
        return self.seen if isinstance(self.seen, Described) else None

    @property
    def fault(self) -> str | None:
        """Why it cannot be used, in a line that names the file; None where a look shows nothing."""
        return self.seen if isinstance(self.seen, str) else None

    def job_text(self) -> str | None:
        """Canonical JSON of the job that made it; None where nobody wrote it down.

        Raises StoreError where it is not there, or not the job that its name says.
        """
        if self.stage in RENDERED:
            record = drawn.read(self.path)
            return None if record is None else record.job
        try:
            return _job_in(self.path, self.key)
        except StoreError:
            raise
        except OSError as error:
            raise StoreError(
                f"{self.path}: cannot be read: {error.strerror}; see to that first"
            ) from None

    @property
    def references(self) -> list[str]:
        """The results that it was made from; none where its job cannot be seen."""
        return [] if self.job is None else results_in(self.job)


def results_in(job: Described) -> list[str]:
    """The inputs of a job that are results: not those from outside."""
    return list(filter(is_result, job.references))


def is_result(reference: str) -> bool:
    """Whether an input is a result, not a file from outside."""
    return not reference.startswith(("file/", "published/"))


def _job_in(path: Path, key: str) -> str:
    """The job with this key that stands in a file of a stage; the file's own end is looked at too.

    Raises StoreError where there is none, and OSError.
    """
    require_plain(path)
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - SEALED, 0))
        if not SEAL.fullmatch(file.read()):
            raise StoreError(f"{path}: damaged: it does not end with a seal; {REMEDY}")
        file.seek(0)
        found = list(_jobs(file.read(HEAD)))
        if not any(key_of(text) == key for text in found) and size > HEAD:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
                found = list(_jobs(whole))
    for text in found:
        if key_of(text) == key:
            return text
    if found:
        other = key_of(found[0])
        raise StoreError(f"{path}: damaged: its job has key {other}, not its name; {REMEDY}")
    raise StoreError(f"{path}: damaged: it does not say what job made it; {REMEDY}")


def _jobs(content: bytes | mmap.mmap) -> Iterator[str]:
    """Everything in a file that begins like a job and is JSON."""
    place = content.find(JOB)
    while place >= 0:
        text = content[place:].decode("utf-8", "replace")
        try:
            _, end = json.JSONDecoder().raw_decode(text)
            yield text[:end]
        except (ValueError, RecursionError):
            pass
        place = content.find(JOB, place + 1)
