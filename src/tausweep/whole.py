"""Files that are whole or not there, and that show whether they are as they were written.

A file is written beside its place, synced, and renamed. One that is sealed ends with a line that is
the SHA-256 of all bytes before it, so whatever was damaged or edited since is noticed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path

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

REMEDY = "delete it and run snakemake again"


class StoreError(OSError):
    """A file that cannot be used or written, said in one line."""


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


def seal(path: Path) -> None:
    """End a file with the SHA-256 of all that is in it."""
    with path.open("r+b") as file:
        sha = hashlib.file_digest(file, "sha256").hexdigest()
        file.write(f"\nsha256 {sha}\n".encode())


def check(path: Path) -> None:
    """Refuse a file that is not as it was sealed.

    Raises
    ------
    StoreError
        It is missing, cannot be read, or does not end with the SHA-256 of its content. The message
        names the file and what to do.
    """
    content = _content(path)
    found = SEAL.fullmatch(content[-SEALED:])
    if not found or hashlib.sha256(memoryview(content)[:-SEALED]).hexdigest().encode() != found[1]:
        raise StoreError(
            f"{path}: damaged, truncated or edited: it does not end with the SHA-256 of its "
            f"content; {REMEDY}"
        )


def not_of_the_future(path: Path) -> None:
    """Let a file that is of a time to come be of now, if it may be changed.

    Clocks are set back and those of hosts differ, and Snakemake calls a job failed whose output is
    older than its input. For results, which their names tell all about, times mean nothing.
    """
    with contextlib.suppress(OSError):
        if path.stat().st_mtime > time.time():
            os.utime(path)


def require_plain(path: Path) -> None:
    """Refuse what is no plain file before it is opened, as a pipe would be waited for.

    Raises StoreError, and OSError where there is nothing or nobody may look.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise StoreError(f"{path}: is no plain file; move it away and run snakemake again")


def _content(path: Path) -> bytes:
    """All bytes of a plain file."""
    try:
        require_plain(path)
        return path.read_bytes()
    except StoreError:
        raise
    except FileNotFoundError:
        raise StoreError(f"{path}: no such file; run snakemake to make it") from None
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be read: {error.strerror}; it may well be whole, so see to that first"
        ) from None


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
