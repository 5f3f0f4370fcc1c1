"""The boundary between files from outside and this program.

A damaged file makes libraries raise nearly anything, and some files have no end. What passes here
is a regular file of bounded size, and what comes back is one line that names it.
"""

from __future__ import annotations

import errno
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tausweep.printable import printable
from tausweep.series.files.bounds import MOST_BYTES

NO_FILE = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


class Refused(ValueError):
    """What is wrong with a file, in our own words; at the boundary its name comes before it."""


def regular_file(path: str | Path) -> Path:
    """Path of a file that may be opened: it has an end, and not too far away.

    Raises
    ------
    OSError
        There is no such file, it is none (a directory, a pipe, a device), or it is larger than
        `MOST_BYTES`. `strerror` says which.
    """
    path = Path(path)
    try:
        found = path.stat()
    except ValueError as error:  # a null byte, half a surrogate pair
        raise OSError(errno.EINVAL, f"no path of a file ({error})", repr(path)) from None
    if not stat.S_ISREG(found.st_mode):
        kind = NO_FILE.get(stat.S_IFMT(found.st_mode), "something else")
        raise OSError(errno.EINVAL, f"it is {kind} and no file", str(path))
    if found.st_size > MOST_BYTES:
        text = f"it holds {found.st_size / 1e9:.3g} GB, and at most {MOST_BYTES / 1e9:g} are read"
        raise OSError(errno.EFBIG, text, str(path))
    return path


@contextmanager
def reading(path: Path, expected: str, remedy: str) -> Iterator[None]:
    """Whatever is raised while a file is read becomes one ValueError of one line.

    It belongs around what takes a file apart, and not around what uses the result: there, what is
    raised may be a mistake of ours, and is to be seen.

    Parameters
    ----------
    path
        The file.
    expected
        What it should be, as "a .npy file of numbers".
    remedy
        What to do where it is none.

    Raises
    ------
    ValueError
        The line: the file, what is wrong, what to do.
    """
    try:
        regular_file(path).open("rb").close()
    except FileNotFoundError:
        raise ValueError(f"{path}: no such file: correct the path, or put it there") from None
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        yield
    except Refused as error:
        raise ValueError(f"{path}: {one_line(str(error))}") from None
    # Of a file that is no such file, libraries raise what their code stumbled over: tokenize's
    # TokenError, zlib.error, struct.error, KeyError, RuntimeError, even MemoryError and
    # RecursionError. No list of them is complete, and all mean the same.
    except Exception as error:
        reason = one_line(str(error)) or type(error).__name__
        raise ValueError(f"{path}: not {expected} ({reason:.200}): {remedy}") from error


def one_line(text: str) -> str:
    """A text without line breaks, whatever names a file holds."""
    return printable(" ".join(text.split()))


def some(names: list[str]) -> str:
    """Names for a message: all, if they are not too many."""
    shown = ", ".join(printable(f"{name:.60}") for name in names[:20])
    return shown if len(names) <= 20 else f"{shown}, … ({len(names)} in all)"
