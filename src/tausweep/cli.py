"""The command `tausweep`: what the workflow's rules call, a person to repeat a job, to measure
λ_max of a file without a workflow, to be told which τ to use, or to look after results.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from tausweep.printable import printable

COMMANDS = (
    *("stage", "cost", "lyapunov", "suggest", "report", "table"),
    *("ls", "show", "diff", "verify", "clean", "rerun", "crate"),
    *("download", "engines", "schema"),
)
"""Modules of `tausweep.commands`; each has `add`, which adds a command with what it runs."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 1, with one line on standard error, where it cannot be done, and what
    a command returns that has an answer for scripts.
    """
    given = sys.argv[1:] if arguments is None else arguments
    options = _parser(given).parse_args(given)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every glyph of a PDF
    status = 0
    try:
        status = options.run(options) or 0
        sys.stdout.flush()
    except BrokenPipeError:  # who reads the output, as head does, has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (ValueError, OSError) as error:
        _tell(f"tausweep: error: {printable(str(error))}")
        return 1
    except MemoryError as error:
        _tell(f"tausweep: error: not enough memory: {error}".removesuffix(": "))
        return 1
    return status


def _tell(line: str) -> None:
    """Say what is wrong, also where standard error is a log on a disk that is full."""
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:
        print(line, flush=True)


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """Of the command that is given, as a job waits for no other; of all, where none is."""
    parser = argparse.ArgumentParser(prog="tausweep", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in [name for name in COMMANDS if name in given[:1]] or COMMANDS:
        import_module(f"tausweep.commands.{name}").add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
