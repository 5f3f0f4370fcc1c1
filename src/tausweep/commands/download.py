"""`tausweep download`: fetch a published file, or go on with it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Add the command to those of `argparse`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "download", help="fetch a published file, or go on with it"
    )
    parser.add_argument("--url", required=True, help="where it is published")
    parser.add_argument("--output", required=True, type=Path, help="where it is kept")
    parser.add_argument(
        "--timeout", type=float, default=30.0, help="seconds to wait for the server (default: 30)"
    )
    parser.add_argument(
        "--attempts", type=int, default=5, help="how often to try in vain (default: 5)"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Fetch the file."""
    from tausweep.series import downloads

    downloads.fetch(options.url, options.output, timeout=options.timeout, attempts=options.attempts)
