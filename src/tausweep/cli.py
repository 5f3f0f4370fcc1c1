"""The command `tausweep`: what the workflow's rules call, a person to repeat a job, or to measure
λ_max of a file without a workflow.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys

from tausweep.commands import download, engines, lyapunov, schema, stage

COMMANDS = (stage, lyapunov, download, engines, schema)
"""Modules of `tausweep.commands`; each has `add`, which adds a command with what it runs."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 1, with one line on standard error, where it cannot be done."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every glyph of a PDF
    try:
        options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # who reads the output, as head does, has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (ValueError, OSError) as error:
        print(f"tausweep: error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tausweep", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
