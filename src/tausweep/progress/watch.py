"""What Snakemake tells of a run, kept as a `Run` and shown."""

from __future__ import annotations

import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from snakemake_interface_logger_plugins.common import LogEvent

from tausweep.progress import said
from tausweep.progress.display import display
from tausweep.progress.failure import NOTHING, ended, error, of_slurm, refusal, why
from tausweep.progress.run import Active, Run, named
from tausweep.stages import STAGES

if TYPE_CHECKING:
    from tausweep.plan import Plan


class Watch:
    """Of a run, on a stream.

    The Snakefile tells what is planned, by a record with the `plan`, and with the `logs` of rules.
    What Snakemake says is shown until jobs begin, and after that where something is wrong.
    """

    def __init__(self, stream: TextIO, *, colour: bool) -> None:
        self._display = display(stream, colour=colour)
        self._plan: Plan | None = None
        self._logs: Mapping[str, str] = {}
        self._cores = 1
        self._run: Run | None = None
        self._ended = ""
        self._blamed: set[int] = set()

    def take(self, record: logging.LogRecord, words: Callable[[logging.LogRecord], str]) -> None:
        """What happened, and how Snakemake words it."""
        told, now = vars(record), record.created
        match told.get("event"), self._run:
            case None, _ if "plan" in told:
                self._plan, self._logs = told["plan"], told["logs"]
            case LogEvent.RESOURCES_INFO, _:
                self._cores = told.get("cores") or told.get("nodes") or self._cores
            case LogEvent.RUN_INFO, _:
                self._begin(told["stats"], now)
            case LogEvent.JOB_INFO, Run() as run if told["log"]:
                self._start(run, told, now)
            case LogEvent.JOB_FINISHED, Run() as run:
                self._finish(run, run.finish(told["job_id"], now))
            case LogEvent.ERROR, _ if told["exception"] == "LockException":
                self._display.say(said.locked(sys.argv[1:]), wrong=True)
            case LogEvent.ERROR, _ if refused := refusal(record.getMessage()):
                self._display.say(said.stopped(refused), wrong=True)
            case LogEvent.ERROR, Run() if told["exception"] == "RuleException":
                self._ended = ended(record.getMessage().rpartition("' ")[2])  # behind the command
            case LogEvent.JOB_ERROR, Run() as run if told["jobid"] in run.active:
                self._fail(run, told)
            case LogEvent.GROUP_ERROR, Run() as run:
                self._fail_group(run, told)
            case LogEvent.JOB_ERROR, Run() if told["indent"]:
                pass  # that was said with its group
            case LogEvent.ERROR | None, Run() as run if (
                run.failed
                and not run.active
                and told.get("exception", "WorkflowError") == "WorkflowError"
            ):
                pass  # that some job failed: which and why was said, and how many will be
            case event, run:
                if record.levelno >= logging.WARNING or (event is None and run is None):
                    text = words(record)
                    if text not in ("", "None"):
                        self._display.say(text, wrong=record.levelno >= logging.ERROR)

    def tick(self) -> None:
        """Look how far what runs is, and show it."""
        if self._run is not None:
            self._run.look()
            self._display.show(self._run, time.time())

    def close(self) -> None:
        """Say what became of the run, if there was one."""
        self._display.clear()
        if self._run is not None:
            self._display.say(said.last(self._run, time.time()))

    def _begin(self, stats: Mapping[str, int], now: float) -> None:
        from tausweep.progress.outlook import Outlook  # here: where nothing runs, none is needed

        if self._plan is None:
            raise LookupError("the workflow does not tell what it planned")
        counts: Counter[str] = Counter()
        for rule, count in stats.items():
            if rule in self._logs:
                counts[named(self._logs[rule])[0]] += count
        order = [stage for stage in ("download", *STAGES) if counts[stage]]
        outlook = Outlook.of(self._plan, order)
        self._run = Run(outlook, {stage: counts[stage] for stage in order}, self._cores, now)
        self._display.say(said.first(self._run, now))

    def _start(self, run: Run, told: Mapping[str, Any], now: float) -> None:
        assert self._plan is not None
        stage, name = named(told["log"][0])
        labels, benchmark = self._plan.jobs.labels, told["benchmark"]
        job = Active(
            stage=stage,
            name=name,
            about=labels.get(name.removeprefix(f"{stage}/"), name.removeprefix(f"{stage}/")),
            logs=[Path(log) for log in told["log"]],
            benchmark=None if benchmark is None else Path(benchmark),
            since=now,
        )
        if told["jobid"] in self._blamed:
            self._blamed.remove(told["jobid"])
            self._display.say(said.again(job))
        run.start(told["jobid"], job)

    def _finish(self, run: Run, job: Active | None) -> None:
        """Say of a figure that there is one to look at, while the rest trains or if it is all."""
        if job is not None and job.stage == "figure" and not run.reports and self._plan is not None:
            self._display.say(said.drawn(self._plan.files(job.name)))

    def _fail(self, run: Run, told: Mapping[str, Any]) -> None:
        job = run.fail(told["jobid"])
        others = [log for log in map(Path, told["log"]) if log not in job.logs]
        reason = why(job.logs, of_slurm(others) or told["rule_msg"] or self._ended)
        self._blame(told["jobid"], said.failed(job, reason, job.logs))

    def _fail_group(self, run: Run, told: Mapping[str, Any]) -> None:
        """Which job of a group failed, its own log tells; else it is said of the last, to which all
        others lead. Snakemake says of all that they failed: those that ended well before it, and
        those that were not started after it, too.
        """
        numbers = [one["jobid"] for one in told["job_error_info"] if one["jobid"] in run.active]
        jobs = {number: run.fail(number) for number in numbers}
        errors = {n: text for n, job in jobs.items() if job.ran() and (text := error(job.logs))}
        for number, text in errors.items():
            self._blame(number, said.failed(jobs[number], text, jobs[number].logs))
        if jobs and not errors:
            logs = [Path(log) for log in told["aux_logs"]]
            last = max(jobs, key=lambda number: list(STAGES).index(jobs[number].stage))
            text = of_slurm(logs) or NOTHING
            self._blame(last, said.failed(jobs[last], text, logs, len(jobs) - 1))

    def _blame(self, number: int, text: str) -> None:
        """Say that a job failed."""
        self._blamed.add(number)
        self._display.say(text, wrong=True)
