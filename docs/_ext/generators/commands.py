"""The page of commands, from their parsers."""

import argparse
import os
from collections.abc import Iterator
from importlib import import_module

from tausweep.cli import COMMANDS

START = """\
# Commands

`tausweep COMMAND --help` prints what stands here. A command that cannot do its work says why in one
line on standard error, and ends with 1; `tausweep verify` does so too where something is damaged.

| command | does |
|---|---|
"""


def pages() -> Iterator[tuple[str, str]]:
    """The page."""
    os.environ["COLUMNS"] = "96"  # argparse folds lines to it
    parser = argparse.ArgumentParser(prog="tausweep")
    commands = parser.add_subparsers()
    for name in COMMANDS:
        import_module(f"tausweep.commands.{name}").add(commands)
    short = {action.dest: action.help for action in commands._choices_actions}
    table = "".join(f"| [`{name}`](#tausweep-{name}) | {short[name]} |\n" for name in COMMANDS)
    each = (
        f"\n## tausweep {name}\n\n```text\n{command.format_help()}```\n"
        for name, command in commands.choices.items()
    )
    yield "commands.md", START + table + "".join(each)
