"""Where progress is shown: on a terminal, lines that are redrawn; elsewhere, one now and then."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from typing import Protocol, TextIO

from tausweep.progress import said
from tausweep.progress.run import Run

BETWEEN = 60.0
"""Seconds between two lines of a log."""
RED, PLAIN, UP, ERASE = "\x1b[31m", "\x1b[0m", "\x1b[{}F", "\x1b[J"


class Display(Protocol):
    """Where progress is shown."""

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Write what stays."""

    def show(self, run: Run, now: float) -> None:
        """Show how far a run is, if it is time to."""

    def clear(self) -> None:
        """Take away what does not stay."""


def display(stream: TextIO, *, colour: bool) -> Display:
    """What suits where the stream goes."""
    if stream.isatty() and os.environ.get("TERM") != "dumb":
        return Terminal(stream, colour=colour)
    return Log(stream)


class Log:
    """Lines."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._shown = stream, 0.0

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Write it."""
        self._stream.write(text + "\n")
        self._stream.flush()

    def show(self, run: Run, now: float) -> None:
        """Write a line, some time after the last."""
        if now - max(self._shown, run.began) >= BETWEEN:
            self._shown = now
            self.say(said.line(run, now))

    def clear(self) -> None:
        """All that was written stays."""


class Terminal:
    """Lines of which the last few are redrawn."""

    def __init__(self, stream: TextIO, *, colour: bool) -> None:
        self._stream, self._colour = stream, colour
        self._drawn: list[str] = []

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Write it above what is redrawn."""
        text = f"{RED}{text}{PLAIN}" if wrong and self._colour else text
        self._draw(self._drawn, text + "\n")

    def show(self, run: Run, now: float) -> None:
        """Draw it anew, each line no wider than the terminal."""
        columns, rows = shutil.get_terminal_size()
        self._draw([text[: columns - 1] for text in said.table(run, now)[: rows - 1]])

    def clear(self) -> None:
        """Erase what was drawn."""
        self._draw([])

    def _draw(self, lines: Sequence[str], above: str = "") -> None:
        back = UP.format(len(self._drawn)) + ERASE if self._drawn else ""
        self._drawn = list(lines)
        self._stream.write(back + above + "".join(f"{text}\n" for text in lines))
        self._stream.flush()
