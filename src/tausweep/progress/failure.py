"""Why a job failed, in one line."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterable
from pathlib import Path

SPEAKS = re.compile(r"(\b|[a-z])(error|exception)\b|\bkilled\b|\binterrupt", re.IGNORECASE)
"""Of an error: `error: …`, `ValueError: …`, but not `prediction_error`."""
OURS = "tausweep: error: "
"""Before the one line in which a command says what is wrong; it goes without saying."""
STATUS = re.compile(r"exit status (\d+)|died with <Signals\.\w+: (\d+)>")
"""With what a command ended; a shell adds 128 to the number of a signal."""
REFUSED = re.compile(r"\[Errno \d+\] (.+)\s*\Z")
"""At the end of what is said of an OSError."""
AS = {
    "SIGKILL": ", as where memory runs out",
    "SIGINT": ", as by Ctrl-C: the same command goes on with it",
}
"""What a signal may be of."""
_SIGNALS = {each.value for each in signal.Signals}
NOTHING = "nothing was said"
TAIL, WIDTH = 16_384, 300


def why(logs: Iterable[Path], otherwise: str = "") -> str:
    """The last line of its logs that speaks of an error; else what is said of it otherwise, or the
    last line there is.
    """
    lines = [line for log in logs for line in tail(log).splitlines() if line.strip()]
    speaking = [line for line in lines if SPEAKS.search(line)]
    found = [*lines[-1:], *([otherwise] if otherwise else []), *speaking[-1:]]
    return found[-1].strip().removeprefix(OURS)[:WIDTH] if found else NOTHING


def ended(text: str) -> str:
    """How a command ended, in words where that was by a signal."""
    found = STATUS.search(text)
    number = int(found[1] or found[2]) % 128 if found else 0
    if not found or (found[1] and int(found[1]) <= 128) or number not in _SIGNALS:
        return text
    name = signal.Signals(number).name
    return f"ended by {name}{AS.get(name, '')}"


def refusal(text: str) -> str:
    """What the system refused, as in "No space left on device", if that is what this ends with."""
    found = REFUSED.search(text)
    return found[1] if found else ""


def tail(log: Path) -> str:
    """The end of a log; nothing where it cannot be read."""
    try:
        with log.open("rb") as file:
            file.seek(max(log.stat().st_size - TAIL, 0))
            return file.read().decode(errors="replace")
    except OSError:
        return ""
