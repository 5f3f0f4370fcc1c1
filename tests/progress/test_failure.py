"""The line of a log that says why a job failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tausweep.progress.failure import TAIL, WIDTH, ended, refusal, why

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
        ("slurmstepd: error: Detected 1 oom_kill event\n\n", "", "slurmstepd: error: Detected 1 oom_kill event"),
        ("prediction_error of P\nepoch 10/20\n", "died with SIGKILL", "died with SIGKILL"),
        ("prediction_error of P\nepoch 10/20\n", "", "epoch 10/20"),
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
