"""What is kept of a figure that is drawn: which job drew it, and the digests of its files.

A figure's files have names that people give them, and are what a program for figures wrote. So a
file beside them, NAME.KEY in the folder `.drawn`, says what they show. Its name alone tells
Snakemake whether the figure is to be drawn anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tausweep import whole
from tausweep.job import Job, canonical, key_of
from tausweep.whole import StoreError

SUFFIXES = (".pdf", ".png", ".svg", ".csv", ".md", ".html", ".rst")
"""Of the files of figures, tables and reports."""
REPORT = "report"
"""Name of the files of a report, of which there is one in each directory of figures."""
REMEDY = "delete it and run snakemake again, which draws the figure anew"


@dataclass(frozen=True)
class Record:
    """What a marker holds."""

    job: str
    """Canonical JSON of the job that drew it."""
    files: Mapping[str, str]
    """SHA-256 of each file, by its name."""
    provenance: Mapping[str, Any]


def write(marker: Path, job: Job, outputs: Sequence[Path], provenance: Mapping[str, Any]) -> None:
    """Mark a figure as drawn; its marker is whole or not there, and sealed.

    Raises StoreError where it cannot be written.
    """
    files = {path.name: _sha(path) for path in outputs}
    content = canonical({"job": job.json, "files": files, "provenance": dict(provenance)})
    with whole.replacing(marker) as part:
        part.write_text(content, encoding="utf-8")
        whole.seal(part)


def read(marker: Path) -> Record | None:
    """What a marker says; None where it is empty, as they once were.

    Raises
    ------
    StoreError
        It is missing, cannot be read, is not as it was written, or was made by another job than its
        name says.
    """
    if marker.is_file() and marker.stat().st_size == 0:
        return None
    whole.check(marker)
    try:
        found = json.loads(marker.read_bytes()[: -whole.SEALED])
        record = Record(found["job"], found["files"], found["provenance"])
        key = key_of(record.job)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise StoreError(f"{marker}: no marker of a figure; {REMEDY}") from None
    if marker.suffix != f".{key}":
        raise StoreError(f"{marker}: drawn by a job with key {key}, not its name; {REMEDY}")
    return record


def faults(marker: Path, record: Record) -> list[str]:
    """What is wrong with the files of a figure, a line each."""
    said = []
    for name, sha in record.files.items():
        path = marker.parent.parent / name
        try:
            whole.require_plain(path)
            wrong = "" if _sha(path) == sha else "not as it was drawn"
        except FileNotFoundError:
            wrong = "is not there"
        except StoreError:
            wrong = "is no plain file"
        except OSError as error:
            said.append(f"{path}: cannot be read: {error.strerror}; see to that first")
            continue
        if wrong:
            said.append(f"{path}: {wrong}; delete {marker} and run snakemake again")
    return said


def _sha(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
