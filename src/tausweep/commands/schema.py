"""`tausweep schema`: print the JSON schema of a configuration file."""

from __future__ import annotations

import argparse
import json
from typing import Any

from tausweep.study import schema


def add(commands: Any) -> None:
    """Add the command to those of `argparse`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "schema", help="print the JSON schema of a configuration file"
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> None:
    """Print it, as it is kept in workflow/schemas."""
    print(json.dumps(schema(), indent=2, ensure_ascii=False))
