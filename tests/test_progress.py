"""Progress of training: sparse lines in a log, a bar on a terminal."""

from __future__ import annotations

import logging
import os
import pty
import subprocess
import sys
import termios

import numpy as np
import pytest

from tausweep.training import progress
from tausweep.training.progress import Progress


def test_a_log_gets_a_line_now_and_then_and_at_the_end(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    loss = np.array([0.5, np.nan, 0.1])
    with caplog.at_level(logging.INFO):
        shown = Progress(1000, 0)
        for epoch in range(1, 1001):
            shown.show(epoch, loss)
    assert len(caplog.records) == 1
    assert "epoch 1000/1000, median loss 0.3, 2 of 3 members alive" in caplog.text
    assert "epochs/s, 0 s left" in caplog.text
    caplog.clear()
    monkeypatch.setattr(progress, "BETWEEN", 0.0)
    with caplog.at_level(logging.INFO):
        shown = Progress(10, 5)
        for epoch in range(6, 11):
            shown.show(epoch, loss * np.nan)
    assert len(caplog.records) == 5
    assert "median loss none, 0 of 3 members alive" in caplog.text


def test_a_terminal_gets_a_bar() -> None:
    code = (
        "import numpy as np\n"
        "from tausweep.training.progress import Progress\n"
        "shown = Progress(3, 0)\n"
        "for epoch in (1, 2, 3): shown.show(epoch, np.array([0.25]))\n"
    )
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 120))
    subprocess.run([sys.executable, "-c", code], stderr=theirs, check=True)
    os.close(theirs)
    text = ""
    try:
        while part := os.read(ours, 10_000):
            text += part.decode()
    except OSError:  # how the end of a terminal reads on Linux
        pass
    os.close(ours)
    assert "3/3" in text
    assert "median loss 0.25, 1 of 1 members alive" in text
