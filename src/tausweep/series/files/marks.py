"""Decimal and thousands marks: which reading fits all numbers of a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from tausweep.series.files.boundary import Refused

NOTHING = frozenset(
    {
        *("", "-", "--", "---", ".", "?", "*", "na", "n/a", "n.a.", "<na>", "nan", "-nan", "+nan"),
        *("null", "nil", "none", "missing", "nd", "n.d.", "nat", "\\n", "#n/a", "#na", "#nv"),
        *("#value!", "#div/9!", "#div/0!", "#num!", "#ref!", "#name?", "9.#ind", "-9.#ind"),
        *("9.#qnan", "-9.#qnan", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan"),
    }
)
"""How a table may say that a value is missing, whatever the case; as text and as shape."""

ALWAYS = ("", "1.#QNAN", "-1.#QNAN", "1.#IND", "-1.#IND", "#DIV/0!")
"""Among them those with digits, which shapes do not hold, and what rows that end early lack."""

NUMBERLIKE = re.compile(r"[+-]?[09.,][09.,' ]*([eE][+-]?[09]+)?")
DATELIKE = re.compile(
    r"[09]{1,4}[-./][09]{1,2}[-./][09]{1,4}([T ,].*)?"
    r"|[09]{4}-[09]{2}([T ].*)?|[09]{1,2}:[09]{2}(:.*)?"
    r"|[09]{1,4}[-./ ]\w{3,9}[-./ ][09]{1,4}([T ].*)?"
)
"""Shapes of what looks like a date, a month, or a time of day."""

FEW = 20
"""Fewer numbers with three digits after a mark may have them by chance."""


class Marks(NamedTuple):
    """How numbers are written."""

    decimal: str = "."
    thousands: str = ""

    def __str__(self) -> str:
        return f"decimal {self.decimal!r}" + (
            f", thousands {self.thousands!r}" if self.thousands else ""
        )


READINGS = [Marks(d, t) for t in ("", ",", ".", "'", " ") for d in ".," if d != t]
"""The plainer first."""


@cache
def pattern(marks: Marks) -> re.Pattern[str]:
    """Numbers so written; in shapes a leading zero stands before no thousands."""
    decimal, mark = re.escape(marks.decimal), re.escape(marks.thousands)
    whole = rf"(?:\d+|[1-9]\d{{0,2}}(?:{mark}\d{{3}})+)" if mark else r"\d+"
    return re.compile(rf"[+-]?(?:{whole}(?:{decimal}\d*)?|{decimal}\d+)(?:[eE][+-]?\d+)?", re.ASCII)


@cache
def is_number(shape: str, marks: Marks) -> bool:
    """Whether it is a number so written."""
    return pattern(marks).fullmatch(shape) is not None


def is_nothing(shape: str) -> bool:
    """Whether it says that a value is missing."""
    return shape.casefold() in NOTHING


def read(columns: Sequence[Counter[str]], decimal: str | None) -> tuple[Marks, float]:
    """The reading of the marks that fits most numbers, and how many it fits.

    Parameters
    ----------
    columns
        How often each shape occurs in each column.
    decimal
        The decimal mark, where it is known.
    """
    numbers: Counter[str] = Counter()
    for column in columns:
        numbers.update({s: n for s, n in column.items() if NUMBERLIKE.fullmatch(s)})
    fits = {
        marks: sum(n for shape, n in numbers.items() if is_number(shape, marks))
        for marks in READINGS
        if decimal in (None, marks.decimal)
    }
    best = max(fits, key=lambda marks: fits[marks])  # the plainest of those
    return best, fits[best]


def settle(columns: Sequence[Counter[str]], best: Marks, decimal: str | None) -> Marks:
    """Tell decimals from thousands where both readings fit all numbers.

    Where all fractions have three digits, a column that has whole numbers as well, all of them
    below 1000, groups thousands; and where there is none, a point is a decimal point.

    Raises Refused where a comma may be either, or numbers are written in both ways.
    """
    numbers = Counter(
        {s: 0 for column in columns for s in column if NUMBERLIKE.fullmatch(s) and not _date(s)}
    )
    both = next((m for m in READINGS if m.thousands == best.decimal), None)
    other = [s for s in numbers if not is_number(s, best)]
    swapped = Marks("," if best.decimal == "." else ".")
    if wrong := next((s for s in other if is_number(s, swapped)), None):
        right = next((s for s in numbers if best.decimal in s and is_number(s, best)), None)
        if right is not None and decimal is None:
            raise Refused(
                f"found decimal points and decimal commas, in numbers like {right!r} and "
                f"{wrong!r} (9 is any digit): write all alike"
            )
    marked = [s for s in numbers if best.decimal in s]
    if best.thousands or decimal or both is None or not marked or other:
        return best
    if not all(is_number(s, both) for s in numbers):
        return best
    if any(_grouped(column, best.decimal) for column in columns):
        return both
    if best.decimal == ".":
        return best
    raise Refused(
        f"all its numbers with a comma have three digits after it, as {marked[0]!r} (9 is any "
        "digit), so that it may be a decimal comma or part thousands: set decimal to ',' or '.'"
    )


def _date(shape: str) -> bool:
    return DATELIKE.fullmatch(shape) is not None


def _grouped(column: Counter[str], mark: str) -> bool:
    """Whether numbers have the mark from 1000 on, and not below."""
    with_mark = sum(n for s, n in column.items() if mark in s and NUMBERLIKE.fullmatch(s))
    without = [s.lstrip("+-") for s in column if s.lstrip("+-").strip("09") == "" and s]
    return with_mark >= FEW and bool(without) and all(len(s) <= 3 for s in without)
