"""Files that others publish stay what they were when they were first used.

Beside them lies `checksums.txt`, one line "name sha256" for each, which pooch can read, too.
"""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from tausweep.series.files.boundary import regular_file

log = logging.getLogger(__name__)

FILE = "checksums.txt"


def verify(path: Path) -> str:
    """SHA-256 of a published file, which must be the recorded one; the first time it is recorded.

    Raises
    ------
    ValueError
        The file is missing, or its checksum is not the recorded one.
    """
    try:
        with regular_file(path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise ValueError(f"{path}: no such file: run snakemake to download it") from None
    known = recorded(path)
    if known is None:
        try:
            with (path.parent / FILE).open("a") as lines:
                lines.write(f"{path.name} {digest}\n")  # one call: jobs may write side by side
        except OSError as error:
            log.warning("%s: its SHA-256 %s could not be recorded: %s", path, digest, error)
    elif known != digest:
        raise ValueError(
            f"{path}: damaged or changed: its SHA-256 is {digest}, but {path.parent / FILE} "
            f"records {known}: delete the file and run snakemake again, or, if it was changed on "
            "purpose, delete that line"
        )
    return digest


def recorded(path: Path) -> str | None:
    """The SHA-256 that the list beside a file records for it, if any."""
    try:
        lines = (path.parent / FILE).read_text().splitlines()
    except FileNotFoundError:
        return None
    return dict(line.rsplit(maxsplit=1) for line in lines if line.strip()).get(path.name)
