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
SLURM = re.compile(r"^slurmstepd\S*: error: (?:\*+ )?(.+?)(?: \*+)?$", re.MULTILINE)
"""What the node says of a job that it ends, for its memory or time, or as it was cancelled."""
STEP = re.compile(r"^Error in (rule|group) ", re.MULTILINE)
"""Where Snakemake, in a job of Slurm, begins to tell of what failed, which says no more of why."""
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
    logs, otherwise = list(logs), " ".join(otherwise.split())
    return error(logs) or otherwise[:WIDTH] or next(reversed(_lines(logs)), NOTHING)[:WIDTH]


def error(logs: Iterable[Path]) -> str:
    """The last line of these logs that speaks of an error; "" where none does."""
    speaking = (line for line in reversed(_lines(logs)) if SPEAKS.search(line))
    return next(speaking, "").removeprefix(OURS)[:WIDTH]


def of_slurm(logs: Iterable[Path]) -> str:
    """Why a job of Slurm failed, by what Slurm said in its log; else how its command ended, or the
    last line that speaks of an error; "" where nothing does.
    """
    text = "\n".join(tail(log) for log in logs)
    if killed := SLURM.search(text):
        return f"Slurm: {killed[1]}"
    said = STEP.split(text)[0]
    if status := STATUS.search(said):
        return ended(status[0])
    return next((line for line in reversed(said.splitlines()) if SPEAKS.search(line)), "")


def _lines(logs: Iterable[Path]) -> list[str]:
    """That say anything."""
    return [line for log in logs for each in tail(log).splitlines() if (line := each.strip())]


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
