"""Reading in a process of its own: for libraries in C that a damaged file can stop for ever.

HDF5 is such a one: it can loop, ask for any amount of memory, or crash, where no exception is
raised that could be caught. The process is given little time and memory, and what it reads, or the
line that says why it cannot, comes back through a pipe.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tausweep.series.files.bounds import MEMORY, SECONDS

PATIENCE = 60.0
"""Seconds after which a process that does not use the processor is given up."""


def call(read: Callable[..., Any], path: Path, *arguments: Any) -> Any:
    """What `read(path, *arguments)` returns, computed in another process.

    `read` is a function of a module that is imported there, so it should be a light one.

    Raises
    ------
    ValueError
        What `read` raised; or, in one line that names the file, that it did not come to an end.
    """
    command = [sys.executable, "-P", "-m", __name__]
    given = pickle.dumps((read, path, arguments))
    one = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # each would count as memory
    try:
        done = subprocess.run(
            command, input=given, env=one, capture_output=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        done = None
    if done is None or done.returncode < 0:
        raise ValueError(
            f"{path}: cannot be read: the library that reads it crashed, or needed more than "
            f"{SECONDS} s or {MEMORY / 1e9:g} GB: it is damaged, so write it anew"
        )
    if done.returncode:
        raise RuntimeError(f"{path}: {done.stderr.decode(errors='replace')}")
    found = pickle.loads(done.stdout)
    if isinstance(found, ValueError):
        raise found
    return found


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    with contextlib.suppress(ValueError, OSError):  # not every system has every limit
        resource.setrlimit(what, (most, hard))


def _main() -> None:
    read, path, arguments = pickle.load(sys.stdin.buffer)
    _limit(resource.RLIMIT_CPU, SECONDS)
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_CORE, 0)
    try:
        try:
            found = read(path, *arguments)
        except ValueError as error:
            found = error
        pickle.dump(found, sys.stdout.buffer, protocol=5)
        sys.stdout.flush()
    except MemoryError:
        os.abort()
    os._exit(0)  # whatever the library would still do with the file


if __name__ == "__main__":
    _main()
