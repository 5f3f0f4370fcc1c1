"""What befalls a Slurm cluster, at random moments, while the workflow runs on it.

For the cluster that ``.ci/slurm-loopback`` sets up, whose daemons are ours to stop::

    .ci/slurm-loopback .venv/bin/python -m tests.faults slurm --times 30
"""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from .user import User

PROFILE = Path(__file__).parents[2] / "profiles/slurm"
ASKED = ("squeue", "sacct")
"""How jobs are doing."""
DAEMONS = Path("/run/tausweep-slurm")
"""Where their process numbers are."""
NODES = ("node1", "node2")
LONGEST = 400.0
"""Seconds for which the workflow may go on when the last fault is over."""


@dataclass
class Fault:
    """One that was done."""

    what: str
    to: str
    """Name of the rule, or group of rules, whose job was running."""
    done: int
    """Results that were there."""
    then: str = ""
    """What became of it."""

    def row(self) -> tuple[str, ...]:
        """Of a table."""
        return self.what, self.then


def cancelled(job: str, snakemake: int) -> None:
    """By somebody."""
    _tell("scancel", job)


def preempted(job: str, snakemake: int) -> None:
    """Put back into the queue, to start at once."""
    _tell("scontrol", "requeue", job)
    _release(job)


def killed(job: str, snakemake: int) -> None:
    """Its processes, by the system, for lack of memory."""
    for process in _computing(job):
        process.kill()


def out_of_time(job: str, snakemake: int) -> None:
    """It hangs until its time limit, of a minute, is over."""
    for process in _computing(job):
        process.suspend()
    _tell("scontrol", "update", f"JobId={job}", "TimeLimit=1")
    _until(lambda: job not in running(), 240)


def suspended(job: str, snakemake: int) -> None:
    """And resumed."""
    _tell("scontrol", "suspend", job)
    time.sleep(5)
    _tell("scontrol", "resume", job)


def node_failed(job: str, snakemake: int) -> None:
    """With all that ran on it; its jobs go on elsewhere, and then it is back."""
    node = _tell("squeue", "--noheader", f"--jobs={job}", "--format=%N").strip() or NODES[0]
    jobs = _tell("squeue", "--noheader", f"--nodelist={node}", "--format=%i").split()
    with _without(f"slurmd-{node}", "slurmd", "-D", "-N", node):
        for each in jobs:
            for process in (*_steps(each), *_processes(each)):
                with contextlib.suppress(psutil.Error):
                    process.kill()
        _set(node, "DOWN")
        for each in jobs:
            _release(each)
        time.sleep(5)
    _set(node, "RESUME")


def drained(job: str, snakemake: int) -> None:
    """All nodes: nothing starts for a while."""
    _set(",".join(NODES), "DRAIN")
    time.sleep(10)
    _set(",".join(NODES), "RESUME")


def controller_restarted(job: str, snakemake: int) -> None:
    """After some seconds in which no one answers."""
    with _without("slurmctld", "slurmctld", "-D"):
        time.sleep(8)


def controller_silent(job: str, snakemake: int) -> None:
    """Its connections are taken and never answered, for half a minute."""
    pid = _pid("slurmctld")
    os.kill(pid, signal.SIGSTOP)
    time.sleep(30)
    os.kill(pid, signal.SIGCONT)


def accounting_away(job: str, snakemake: int) -> None:
    """For half a minute: jobs go on without it, but nobody can ask it how they are."""
    with _without("slurmdbd", "slurmdbd", "-D"):
        time.sleep(30)


def daemon_restarted(job: str, snakemake: int) -> None:
    """The one of a node; jobs go on without it."""
    with _without(f"slurmd-{NODES[0]}", "slurmd", "-D", "-N", NODES[0]):
        time.sleep(5)


def forgotten(job: str, snakemake: int) -> None:
    """Snakemake is stopped until all its jobs ended and are no longer in the queue."""
    os.killpg(snakemake, signal.SIGSTOP)
    _until(lambda: not _tell("squeue", "--me", "--noheader"), 300)
    with _configured("MinJobAge=2"):
        _until(lambda: not _tell("squeue", "--me", "--noheader", "--states=all"), 120)
    os.killpg(snakemake, signal.SIGCONT)


def snakemake_killed(job: str, snakemake: int) -> None:
    """On the login node; its jobs go on."""
    os.killpg(snakemake, signal.SIGKILL)


def snakemake_interrupted(job: str, snakemake: int) -> None:
    """By Ctrl-C: it cancels its jobs."""
    os.killpg(snakemake, signal.SIGINT)


FAULTS: dict[str, Callable[[str, int], None]] = {
    each.__name__.replace("_", " "): each
    for each in (
        cancelled, preempted, killed, out_of_time, suspended, node_failed, drained,
        controller_restarted, controller_silent, accounting_away, daemon_restarted, forgotten,
        snakemake_killed, snakemake_interrupted,
    )
}  # fmt: skip
"""What is done, by name: to a job that runs, to what it needs, or to Snakemake and its processes."""
KILLS = ("snakemake killed", "snakemake interrupted")
"""After these, somebody has to start it again."""


def arguments(ask: str) -> tuple[str, ...]:
    """Of Snakemake. Jobs here take seconds, so it must not wait longer before it first asks."""
    every = ("--slurm-init-seconds-before-status-checks", "7")
    return "--profile", str(PROFILE), "--slurm-status-command", ask, *every


def shuffled(names: Sequence[str], count: int, rng: random.Random) -> Iterator[str]:
    """So many faults, each as often as the others, in a random order."""
    rounds = (rng.sample(names, len(names)) for _ in itertools.count())
    return itertools.islice(itertools.chain.from_iterable(rounds), count)


def disturb(
    user: User, faults: Iterator[str], rng: random.Random, expected: dict[str, str]
) -> list[Fault]:
    """Run an experiment from nothing to its end on the cluster, and do one fault after another.

    Raises
    ------
    AssertionError
        A plain call neither works nor says what to type, something finished was lost or made again,
        or the numbers at the end are others than those of an undisturbed run.
    """
    done: list[Fault] = []
    kept: dict[Path, tuple[int, int]] = {}
    command = user.plain
    while True:
        process, hit, orphaned = user.start(command), [], False
        while (job := _wait(process, rng.uniform(0, 20))) and (what := next(faults, None)):
            fault = Fault(what, running().get(job, "gone"), len(user.finished()))
            hit.append(fault)
            done.append(fault)
            print(f"{time.strftime('%X')}  {what}: {fault.to}, {fault.done} results", flush=True)
            FAULTS[what](job, process.pid)
            if what in KILLS:
                orphaned = what == "snakemake killed"
                break
        try:
            process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise AssertionError(f"does not end: {user.said()}") from None
        text = user.said()
        command, plain = user.then(), process.returncode == 0
        locked = command != user.plain
        by_kill = bool(hit) and hit[-1].what in KILLS
        for fault in hit:
            on = plain or (by_kill and fault.what not in KILLS)
            fault.then = "went on" if on else "the next call went on"
        assert "Traceback" not in text, text
        print(*re.findall("^failed: .*\n", text, re.MULTILINE), sep="", end="", flush=True)
        if orphaned and rng.random() < 0.5:  # otherwise its jobs go on beside the next call
            subprocess.run(["scancel", "--me"], check=True)
            _until(lambda: not running(), 60)
        found = user.finished()
        for path, file in kept.items():
            assert found.get(path) == file, f"{path}: lost or made again after {done[-1:]}: {text}"
        kept = {} if running() else found  # orphans may still make what the next call makes too
        if plain:
            break
        assert hit or locked, f"stops and nobody did anything: {text}"
    _until(lambda: not running(), 120)
    assert user.digests() == expected
    assert user.faults() == []
    assert not list(user.results.glob("state/*.nc"))
    return done


def running() -> dict[str, str]:
    """Jobs that run, by number: the rule or group of each."""
    listed = _tell(
        "squeue", "--me", "--noheader", "--states=RUNNING", "--Format=jobid:20,comment:200"
    )
    return {line.split()[0]: line[20:].strip() for line in listed.splitlines()}


def _wait(process: subprocess.Popen[bytes], seconds: float) -> str:
    """A job that runs after so many seconds or as soon as there is one; "" if all ends before."""
    end = time.monotonic() + seconds
    while process.poll() is None:
        if time.monotonic() > end and (jobs := running()):
            return random.Random(end).choice(list(jobs))
        time.sleep(0.2)
    return ""


def _tell(*words: str) -> str:
    """A command of Slurm, again where the controller is just not there; "" if it is of no use."""
    for _ in range(5):
        told = subprocess.run(words, capture_output=True, text=True, check=False)
        if told.returncode == 0:
            return told.stdout
        time.sleep(1)
    return ""


def _processes(job: str) -> list[psutil.Process]:
    """Those of a job: what computes, and what started that."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("SLURM_JOB_ID") == job:
                found.append(process)
    return found


def _computing(job: str) -> list[psutil.Process]:
    """Those of a job that compute."""
    return [
        each
        for each in _processes(job)
        if any(Path(word).name == "tausweep" for word in _words(each)[:2])
    ]


def _steps(job: str) -> list[psutil.Process]:
    """What Slurm runs the steps of a job by."""
    named = f"slurmstepd: [{job}."
    return [each for each in psutil.process_iter() if " ".join(_words(each)).startswith(named)]


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _set(nodes: str, state: str) -> None:
    _tell("scontrol", "update", f"NodeName={nodes}", f"State={state}", "Reason=test")


@contextlib.contextmanager
def _configured(line: str) -> Iterator[None]:
    """The cluster, with another line in its configuration."""
    file = Path("/etc/slurm/slurm.conf")
    before = file.read_text()
    try:
        file.write_text(f"{before}{line}\n")
        _tell("scontrol", "reconfigure")
        yield
    finally:
        file.write_text(before)
        _tell("scontrol", "reconfigure")


def _pid(name: str) -> int:
    return int((DAEMONS / f"{name}.pid").read_text())


def _release(job: str) -> None:
    """A job that was put back starts at once, not in two minutes."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        state = _tell("squeue", "--noheader", f"--jobs={job}", "--states=all", "--format=%T")
        if state.strip() == "PENDING":
            _tell("scontrol", "update", f"JobId={job}", "StartTime=now")
            return
        time.sleep(0.5)


@contextlib.contextmanager
def _without(name: str, *command: str) -> Iterator[None]:
    """A daemon, which is started again in the end."""
    daemon = psutil.Process(_pid(name))
    daemon.terminate()
    daemon.wait(30)
    try:
        yield
    finally:
        with (DAEMONS / f"{name}.log").open("ab") as log:
            started = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        (DAEMONS / f"{name}.pid").write_text(f"{started.pid}\n")


def _until(condition: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds:g} s: {condition}"
        time.sleep(0.5)
