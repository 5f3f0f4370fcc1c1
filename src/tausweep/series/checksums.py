"""Files that others publish stay what they were when they were first used.

Beside them lies `checksums.txt`, one line "name sha256" for each. Lines are only ever added, each
by one call, so that jobs may do so side by side, and the first of a name counts.
"""

from __future__ import annotations

import hashlib
import logging
import re
from pathlib import Path

log = logging.getLogger(__name__)

FILE = "checksums.txt"


def verify(path: Path) -> str:
    """SHA-256 of a published file, which must be the recorded one; the first time it is recorded.

    Raises
    ------
    ValueError
        The file is missing, no plain file or empty, its checksum is not the recorded one, or the
        list of checksums cannot be used.
    """
    if not path.exists():
        raise ValueError(f"{path}: no such file: run snakemake to download it")
    if not path.is_file():
        raise ValueError(f"{path}: is no plain file: move it away and run snakemake again")
    if path.stat().st_size == 0:
        raise ValueError(f"{path}: is empty: delete it and run snakemake again")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    known = record(path, digest)
    if known != digest:
        raise ValueError(
            f"{path}: damaged or changed: its SHA-256 is {digest}, but {path.parent / FILE} "
            f"records {known}: delete the file and run snakemake again, or, if it was changed on "
            "purpose, delete that line"
        )
    return digest


def record(path: Path, digest: str) -> str:
    """The SHA-256 that is recorded for a file; that is `digest` where there was none before.

    Where it cannot be recorded, that is said and no error.
    """
    if (known := recorded(path)) is not None:
        return known
    try:
        with (path.parent / FILE).open("a", encoding="utf-8") as lines:
            lines.write(f"{path.name} {digest}\n")
    except OSError as error:
        log.warning("%s: its SHA-256 %s could not be recorded: %s", path, digest, error)
        return digest
    log.warning(
        "%s: trusted, as this is its first use; its SHA-256 is %s, as %s says from now on: compare "
        "it where the publisher gives one",
        path,
        digest,
        FILE,
    )
    return recorded(path) or digest  # another process may have been faster


def recorded(path: Path) -> str | None:
    """The SHA-256 that the list beside a file records for it, if any.

    Raises
    ------
    ValueError
        A line of the list is none.
    """
    listed = path.parent / FILE
    try:
        lines = listed.read_bytes().decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        parts = re.fullmatch(r"(.+)\s+([0-9a-fA-F]{64})\s*", line)
        if parts is None:
            raise ValueError(
                f"{listed}: line {number} is {line!r:.100}, not a name and a SHA-256 of 64 hex "
                "digits: correct it or delete it"
            )
        if parts[1].strip() == path.name:
            return parts[2].lower()
    return None
