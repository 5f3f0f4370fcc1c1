"""Numbers and tables for people who read them in a terminal."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence

UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
AGES = ((60.0, "s"), (60.0, "min"), (24.0, "h"), (365.0, "d"), (math.inf, "a"))
"""How many there are of each in the next, and how it is called."""


def size(count: float) -> str:
    """Bytes, as `177 KiB`."""
    place = 0
    while count >= 1000 and place < len(UNITS) - 1:
        count, place = count / 1024, place + 1
    return (
        f"{count:.0f} {UNITS[place]}"
        if place == 0 or count >= 10
        else f"{count:.1f} {UNITS[place]}"
    )


def age(modified: float) -> str:
    """How long ago, as `3 h`; the time is in seconds since 1970."""
    count = max(time.time() - modified, 0.0)
    place = 0
    while count >= AGES[place][0]:
        count, place = count / AGES[place][0], place + 1
    return f"{count:.0f} {AGES[place][1]}"


def number(value: float) -> str:
    """To four digits."""
    return f"{value:.4g}"


def aligned(rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> str:
    """Rows as columns, those with these numbers to the right; the last is not filled up."""
    table = [list(row) for row in rows]
    if not table:
        return ""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    to_the_right = set(right)
    lines = []
    for row in table:
        cells = [
            cell.rjust(width) if place in to_the_right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def some(names: Sequence[str], most: int = 4) -> str:
    """The first of many names, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
