"""What is said of a run: lines that stay in a log, and those that are redrawn on a terminal."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from pathlib import Path

from tausweep.cost.duration import duration
from tausweep.progress.run import Active, Left, Run

MOST = 3
"""Pages that are named at the end."""
BAR = 20
"""Characters."""


def first(run: Run, now: float) -> str:
    """What is to be done, as it begins."""
    parts = ", ".join(f"{stage} {count}" for stage, count in run.counts.items())
    return f"{_jobs(run)} to be done, about {duration(run.left(now).seconds)}: {parts}"


def line(run: Run, now: float) -> str:
    """How far it is, in one line of a log."""
    left = run.left(now)
    parts = [
        f"{_stage(run, stage, left)}, {_numbers(run.of(stage))}"
        for stage in run.counts
        if run.of(stage)
    ]
    return "; ".join([f"{_clock(now)}  {_whole(run, left)}", *parts])


def table(run: Run, now: float) -> list[str]:
    """How far it is, in a line each for the whole, for what runs and for what is to come."""
    left = run.left(now)
    bar = "=" * int(BAR * left.fraction)
    lines = [f"[{bar:{BAR}}] {_whole(run, left)}"]
    for stage in run.counts:
        active = run.of(stage)
        if active:
            lines.append(f"{_stage(run, stage, left)}: {_names(active)}")
    waiting = {stage: n for stage, n in run.waiting().items() if not run.of(stage)}
    if waiting:
        parts = (f"{stage} {n} ({duration(left.stages[stage])})" for stage, n in waiting.items())
        lines.append(f"to come: {', '.join(parts)}")
    return lines


def last(run: Run, now: float) -> str:
    """What became of it."""
    text = f"{_done(run)} done in {duration(now - run.began)}"
    if pages := run.pages:
        text += f"; read {', '.join(pages[:MOST])}{', …' if len(pages) > MOST else ''}"
    if run.failed:
        lost = len(run.lost())
        text += f"; {len(run.failed)} failed"
        text += f", {lost} cannot be done without" if lost else ""
        text += "; all that Snakemake said is in .snakemake/log"
    return f"{_clock(now)}  {text}"


def drawn(files: Sequence[str]) -> str:
    """That there is a figure: its last file, a picture where it has several."""
    return f"drawn: {files[-1]}"


def failed(job: Active, why: str, logs: Sequence[Path], before: int = 0) -> str:
    """That a job failed, or one of so many before it in its group, why, and what tells more."""
    or_one = f" or one of {before} before it" if before else ""
    return f"failed: {job.stage} {job.about}{or_one}: {why} ({', '.join(map(str, logs))})"


def locked(arguments: Sequence[str]) -> str:
    """That the lock of another run stands here, and what removes it if that run was killed."""
    command = shlex.join(["snakemake", *arguments])
    return (
        "locked: another snakemake runs here, or was killed here. If none runs, type: "
        f"{command} --unlock && {command}"
    )


def stopped(refused: str) -> str:
    """That Snakemake itself could not go on."""
    return f"stopped: {refused}; see to that and run snakemake again: nothing finished is lost"


def again(job: Active) -> str:
    """That a job that failed is tried again."""
    return f"again: {job.stage} {job.about}"


def _whole(run: Run, left: Left) -> str:
    failures = f", {len(run.failed)} failed" if run.failed else ""
    return f"{_done(run)}, {left.fraction:.0%} of the work, {duration(left.seconds)} left{failures}"


def _stage(run: Run, stage: str, left: Left) -> str:
    time_left = duration(left.stages[stage])
    return f"{stage} {run.done[stage]} of {run.counts[stage]}, {time_left} left"


def _names(active: Sequence[Active]) -> str:
    """Those that run, and how many wait in a queue."""
    run = [job for job in active if job.began is not None]
    names = [
        job.about if job.epochs is None else f"{job.about} ({job.epochs.fraction:.0%})"
        for job in run
    ]
    queued = len(active) - len(run)
    return "; ".join([*names, *([f"{queued} in the queue"] if queued else [])])


def _numbers(active: Sequence[Active]) -> str:
    run = sum(job.began is not None for job in active)
    queued = len(active) - run
    return f"{run} running" + (f" and {queued} in the queue" if queued else "")


def _done(run: Run) -> str:
    return f"{run.done.total()} of {_jobs(run)}"


def _jobs(run: Run) -> str:
    count = sum(run.counts.values())
    return f"{count} job" + ("" if count == 1 else "s")


def _clock(now: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(now))
