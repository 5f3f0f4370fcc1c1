"""Kills at random moments: of a job, of Snakemake, and of all that runs."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil

from .user import TYPE, User

SIGNALS = {
    "killed": signal.SIGKILL,
    "told to end": signal.SIGTERM,
    "interrupted": signal.SIGINT,
}
"""As by lack of memory, by `kill`, by Ctrl-C."""
WHOM = ("a job", "snakemake", "all")
LONGEST = 120.0
"""Seconds for which what was told to end may go on, as jobs do; then it is killed."""


@dataclass
class Kill:
    """One that was done."""

    whom: str
    how: str
    done: int
    """Results that were there."""
    then: str = ""
    """What became of it."""

    def row(self) -> tuple[str, ...]:
        """Of a table."""
        return self.whom, self.how, self.then


def disturb(
    user: User, rng: random.Random, count: int, within: float, expected: Mapping[str, str]
) -> list[Kill]:
    """Run an experiment from nothing to its end, killed up to so often, no later than `within`
    seconds after its start or the last kill.

    Raises
    ------
    AssertionError
        A plain call neither works nor says what to type, something finished was lost or made again,
        or the numbers at the end are others than those of an undisturbed run.
    """
    kills: list[Kill] = []
    kept: dict[Path, tuple[int, int]] = {}
    orphans: list[psutil.Process] = []
    command, waiting = user.plain, []  # those of which the next call tells what became
    while True:
        process = user.start(command)
        hit = []
        while len(kills) < count and not _ends(process, rng.uniform(0, within)):
            kill = Kill(rng.choice(WHOM), rng.choice(list(SIGNALS)), len(user.finished()))
            jobs = _jobs(process)
            if _strike(process, kill, rng):
                hit.append(kill)
                kills.append(kill)
                if kill.whom != "a job":
                    orphans += jobs
                    break
        told = hit[-1:] if hit and hit[-1].whom != "a job" else []
        ended = _ends(process, LONGEST if told else 5 * LONGEST)
        if not ended:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            # Snakemake has an instant in which SIGTERM lets it wait for ever.
            how = [kill.how for kill in told]
            assert how == ["told to end"], f"did not end: {user.said()}"
        text = user.said()
        locked = TYPE.search(text)
        for kill in waiting:
            kill.then += "one line, then went on" if locked else "went on"
        waiting = [kill for kill in hit if kill.whom != "a job"]
        for kill in waiting if not ended else ():
            kill.then = "had to be killed, "
        for kill in hit:
            if kill.whom == "a job":
                kill.then = _told(text, process.returncode)
        if rng.random() < 0.5:  # otherwise jobs go on beside the next call
            psutil.wait_procs(orphans, timeout=LONGEST)
        orphans = [each for each in orphans if each.is_running() and each.status() != "zombie"]
        found = user.finished()
        for path, file in kept.items():
            assert found.get(path) == file, f"{path}: lost or made again after {kills[-1:]}: {text}"
        kept = {path: file for path, file in found.items() if path not in _made(user, orphans)}
        if process.returncode == 0:
            break
        assert hit or locked, f"stops and nobody killed it: {text}"
        command = user.then()
    psutil.wait_procs(orphans, timeout=LONGEST)
    assert user.digests() == expected
    assert user.faults() == []
    assert not list(user.results.glob("state/*.nc"))
    return kills


class Row(Protocol):
    """What a table tells of."""

    def row(self) -> tuple[str, ...]: ...


def table(done: Iterable[Row]) -> str:
    """What was done, to whom, and what became of it, with how often."""
    counts = Counter(each.row() for each in done)
    rows = [f"{count:5}  {' | '.join(what)}" for what, count in sorted(counts.items())]
    return "\n".join([*rows, f"{counts.total():5}  in all"])


def _strike(process: subprocess.Popen[bytes], kill: Kill, rng: random.Random) -> bool:
    """Kill; false where there is nothing to be killed."""
    number = SIGNALS[kill.how]
    try:
        match kill.whom:
            case "a job":
                jobs = _jobs(process)
                if not jobs:
                    return False
                rng.choice(jobs).send_signal(number)
            case "snakemake":
                _snakemake(process).send_signal(number)
            case _:
                os.killpg(process.pid, number)
    except (psutil.NoSuchProcess, ProcessLookupError, StopIteration):
        return False
    return True


def _snakemake(process: subprocess.Popen[bytes]) -> psutil.Process:
    """Snakemake itself, which the shell that was typed to becomes or waits for."""
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children()]
    return next(each for each in family if "bash" not in each.name())


def _jobs(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Commands of the workflow that run."""
    found = []
    with contextlib.suppress(psutil.NoSuchProcess):
        for each in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if any(Path(word).name == "tausweep" for word in each.cmdline()[:2]):
                    found.append(each)
    return found


def _made(user: User, jobs: Iterable[psutil.Process]) -> set[Path]:
    """Results that these are making, perhaps again."""
    made = set()
    for job in jobs:
        with contextlib.suppress(psutil.NoSuchProcess):
            made |= {user.directory / word for word in job.cmdline() if word.endswith(".nc")}
    return made


def _told(text: str, status: int) -> str:
    """What is said of a job that was killed: all else goes on, and one line tells of it."""
    said = [line for line in text.splitlines() if line.startswith("failed: ")]
    if status == 0:
        return "had done its work"
    assert said, f"nothing is told of a job that was killed: {text}"
    return "one line"


def _ends(process: subprocess.Popen[bytes], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    return process.poll() is not None
