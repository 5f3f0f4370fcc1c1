"""Why a job failed, in one line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

SPEAKS = re.compile(r"(\b|[a-z])(error|exception)\b|\bkilled\b|\binterrupt", re.IGNORECASE)
"""Of an error: `error: …`, `ValueError: …`, but not `prediction_error`."""
OURS = "tausweep: error: "
"""Before the one line in which a command says what is wrong; it goes without saying."""
TAIL, WIDTH = 16_384, 300


def why(logs: Iterable[Path], otherwise: str = "") -> str:
    """The last line of its logs that speaks of an error; else what is said of it otherwise, or the
    last line there is.
    """
    lines = [line for log in logs for line in tail(log).splitlines() if line.strip()]
    speaking = [line for line in lines if SPEAKS.search(line)]
    found = [*lines[-1:], *([otherwise] if otherwise else []), *speaking[-1:]]
    return found[-1].strip().removeprefix(OURS)[:WIDTH] if found else "nothing was said"


def tail(log: Path) -> str:
    """The end of a log; nothing where it cannot be read."""
    try:
        with log.open("rb") as file:
            file.seek(max(log.stat().st_size - TAIL, 0))
            return file.read().decode(errors="replace")
    except OSError:
        return ""
