"""The command itself."""

from __future__ import annotations

import subprocess
import sys


def test_a_reader_that_has_read_enough_is_no_error() -> None:
    """As head, in `tausweep schema | head`."""
    command = [sys.executable, "-m", "tausweep.cli", "schema"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        assert run.stdout.read(1) == b"{"
        run.stdout.close()
        assert run.stderr.read() == b""
        assert run.wait(60) == 0
