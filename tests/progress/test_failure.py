"""The line of a log that says why a job failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tausweep.progress.failure import TAIL, WIDTH, ended, of_slurm, refusal, why

TRACEBACK = """\
epoch 10/20, median loss 0.3, 2 of 2 members alive, 5 epochs/s, 2 s left
Traceback (most recent call last):
  File "train.py", line 3, in run
    raise Boundless(x)
tausweep.errors.BoundlessError: x: found 3
"""


@pytest.mark.parametrize(
    ("log", "otherwise", "reason"),
    [
        ("tausweep: error: a.csv: no such file\n", "exit status 1", "a.csv: no such file"),
        (TRACEBACK, "", "tausweep.errors.BoundlessError: x: found 3"),
        ("MemoryError\nepoch 10/20, d_h 3\n", "", "MemoryError"),
        ("prediction_error of P\nepoch 10/20\n", "died with SIGKILL", "died with SIGKILL"),
        ("prediction_error of P\nepoch 10/20\n", "", "epoch 10/20"),
        ("", "sbatch failed: 'too much\nmemory'\n", "sbatch failed: 'too much memory'"),
        ("", "died with SIGKILL", "died with SIGKILL"),
        ("", "", "nothing was said"),
    ],
)  # fmt: skip
def test_it_is_the_last_that_speaks_of_an_error(
    log: str, otherwise: str, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "job.log"
    path.write_text(log)
    assert why([path, tmp_path / "missing.log"], otherwise) == reason


def test_a_long_log_is_read_from_its_end_and_a_long_line_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "job.log"
    path.write_bytes(b"ValueError: early\n" + b"\xff\n" * TAIL + b"x" * 2 * WIDTH)
    assert why([path]) == "x" * WIDTH


STEP = """\
Job 0: train RNN on lorenz
Reason: Forced execution
{}
[Sun Nov 29 13:07:14 2026]
Error in rule train:
    log: results/logs/train/723f34f29345a8e4.log (check log file(s) for error details)
WorkflowError:
At least one job did not complete successfully.
slurmstepd-n1: error: *** STEP 6.0 ON n1 CANCELLED AT 2026-11-29T13:07:14 ***
"""
DIED = "CalledProcessError in file models.smk:\nCommand 'tausweep stage' died with <Signals.{}>."


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        (
            STEP.format("slurmstepd-n1: error: StepId=3.0 exceeded memory limit (3 > 2), being killed"),
            "Slurm: StepId=3.0 exceeded memory limit (3 > 2), being killed",
        ),
        (
            STEP.format("slurmstepd: error: *** JOB 6 ON n1 CANCELLED AT 13:07 DUE TO TIME LIMIT ***"),
            "Slurm: JOB 6 ON n1 CANCELLED AT 13:07 DUE TO TIME LIMIT",
        ),
        (
            "slurmstepd: error: Detected 1 oom_kill event in StepId=5.0.\n",
            "Slurm: Detected 1 oom_kill event in StepId=5.0.",
        ),
        (
            STEP.partition("slurmstepd")[0].format(DIED.format("SIGKILL: 9")),
            "ended by SIGKILL, as where memory runs out",
        ),
        (
            STEP.partition("slurmstepd")[0].format("OSError: [Errno 28] No space left on device"),
            "OSError: [Errno 28] No space left on device",
        ),
        (STEP.partition("slurmstepd")[0].format(""), ""),
    ],
)  # fmt: skip
def test_slurm_says_why_it_ended_a_job_and_what_snakemake_says_after_it_is_no_reason(
    log: str, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "job.log"
    path.write_text(log)
    assert of_slurm([path, tmp_path / "missing.log"]) == reason


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("returned non-zero exit status 1.", "returned non-zero exit status 1."),
        ("returned non-zero exit status 137.", "ended by SIGKILL, as where memory runs out"),
        ("returned non-zero exit status 143.", "ended by SIGTERM"),
        ("returned non-zero exit status 255.", "returned non-zero exit status 255."),
        ("died with <Signals.SIGKILL: 9>.", "ended by SIGKILL, as where memory runs out"),
    ],
)
def test_a_signal_is_said_in_words(said: str, words: str) -> None:
    assert ended(said) == words


def test_what_the_system_refused_is_said_without_the_traceback() -> None:
    text = "Traceback:\n  File x\n\nOSError: [Errno 30] Read-only file system: 'results/a'\n"
    assert refusal(text) == "Read-only file system: 'results/a'"
    assert refusal("ValueError: [Errno 30] is no number\nand on") == ""
