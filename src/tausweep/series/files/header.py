"""The rows above a table: comments, names, units; and names that are numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from tausweep.series.files import marks
from tausweep.series.files.boundary import Refused

if TYPE_CHECKING:
    from tausweep.series.files.dialect import Columns

COMMENT = r"\s*(?:#(?!N/?A|NV|VALUE|DIV|NUM|REF|NAME)|%|//"
"""Beginning of a comment; what spreadsheets write for errors is none."""

UNIT = re.compile(
    r"[\[(<{].*[\])>}]|-|1|%|[µμumkMGcdh]?(?:s|m|g|V|A|K|J|W|N|Pa|bar|Hz|l|L|rad|T|F|C|eV|mol)"
    r"|min|h|hr?s?|sec|seconds?|minutes?|hours?|days?|d|months?|years?|yr|°.*|deg.*|Deg.*|[Vv]olts?"
    r"|[Aa]mps?|ppm|ppb|counts?|a\.?u\.?|none|TS|RN|psi|mmHg|bpm|mpsas|.*[/^²³].*|\S+ \S+-\d",
)
"""What an entry of a row of units looks like."""
STRAY = "#%/; \t"
"""Marks of a comment."""


def comment(separator: str) -> re.Pattern[str]:
    """What a comment begins with: a semicolon may be an empty first field, too."""
    return re.compile(COMMENT + (")" if separator == ";" else "|;)"), re.IGNORECASE)


@dataclass
class Heading:
    """What stands above the rows of a table."""

    first: int
    """Line of the first row of data, counted from 0."""
    names: list[str] | None
    """None where there are none."""
    units: list[str] | None = None
    row_names: bool = False
    """The header has a name fewer than there are columns, as R writes it: row names come first."""
    widths_above: list[int] = field(default_factory=list)
    numeric: list[str] | None = None
    """The first row, where all in it are whole numbers and differ, so that these may be names."""
    of_numbers: bool = False
    """Whether they are."""
    nameless: bool = False
    """Whether the first column has no name, as what names rows has none."""


def find(
    head: Sequence[tuple[int, str, list[str]]], columns: Columns, has_header: bool | None
) -> Heading:
    """Tell the rows above a table from its first row.

    Raises Refused where names and columns do not fit.
    """
    kinds = [_usual(column, columns.marks) for column in columns.shapes]
    filled = [(i, line, row) for i, line, row in head if line.strip()]
    wide = [
        k for k, (_, _, row) in enumerate(filled) if len(cut(row, columns.width)) <= columns.width
    ]
    wide = [k for k in wide if not _is_comment(filled[k][1], columns.separator)]
    start = next((k for k in wide if _is_data(filled[k][2], kinds, columns.marks)), None)
    if has_header is not None:
        full = next((k for k in wide if len(filled[k][2]) >= columns.width - 1), None)
        start = full if full is None or not has_header else full + 1
    if start is None or start >= len(filled):
        raise Refused("found no rows of numbers below the header: one row per sample")
    above = filled[:start]
    while start + 1 < len(filled) and _is_comment(filled[start][1], columns.separator):
        start += 1
    block = _block(above, columns)
    while len(block) > 1 and _has_numbers(block[-1], columns.marks) and has_header is None:
        block.pop()  # a sample with a slip: it is named when it is read
        start = filled.index(above.pop())
    names, units = _names(block, columns.width) if has_header is not False else (None, None)
    if names is None and above and has_header is not False:
        names = _commented(above[-1], columns)
    row_names = names is not None and len(names) == columns.width - 1
    if names is not None and len(names) != columns.width and not row_names:
        raise misfit(names, columns.width)
    fields = cut(filled[start][2], columns.width)
    whole = [re.fullmatch(r"[+-]?\d+", one) is not None for one in fields]
    numeric = None
    if names is None and has_header is None and len(fields) == columns.width > 0:
        if all(whole) and len(set(fields)) == len(fields):
            numeric = fields
        elif not fields[0] and all(whole[1:]) and columns.shapes[0][""] == 1 and len(fields) > 1:
            names, start = fields, start + 1  # pandas' default
    widths = [len(row) for _, line, row in above if not _is_comment(line, columns.separator)]
    if start >= len(filled):
        raise Refused("found no rows of numbers below the header: one row per sample")
    return Heading(filled[start][0], names, units, row_names, widths, numeric)


def misfit(names: list[str], width: int) -> Refused:
    """What is said where names and columns do not fit."""
    return Refused(
        f"found {len(names)} names in the header row and {width} columns below it: "
        "give every column a name"
    )


def _usual(column: Counter[str], how: marks.Marks) -> str:
    kinds: Counter[str] = Counter()
    for shape, n in column.items():
        kinds[kind(shape, how)] += n
    del kinds["missing"]
    return max(kinds, key=lambda k: kinds[k]) if kinds else "missing"


def kind(text: str, how: marks.Marks) -> str:
    """What a field is: number, date, missing or text."""
    shape = re.sub(r"\d", "9", text)
    if marks.is_nothing(text):
        return "missing"
    if marks.is_number(text, how):
        return "number"
    return "date" if marks.DATELIKE.fullmatch(shape) else "text"


def _is_data(row: list[str], kinds: list[str], how: marks.Marks) -> bool:
    found = [kind(one, how) for one in row]
    fits = [
        one in (usual, "missing") or usual in ("text", "missing")
        for one, usual in zip(found, kinds, strict=False)
    ]
    return all(fits) and any(one in ("number", "date") for one in found)


def cut(row: list[str], width: int) -> list[str]:
    """A row without the empty fields beyond the others' width."""
    while len(row) > width and not row[-1]:
        row = row[:-1]
    return row


def _is_comment(line: str, separator: str) -> bool:
    return comment(separator).match(line) is not None


def _block(above: Sequence[tuple[int, str, list[str]]], columns: Columns) -> list[list[str]]:
    """Rows directly above the first row of data that can be names or units."""
    block: list[list[str]] = []
    for _, line, row in reversed(above):
        if _is_comment(line, columns.separator):
            break
        row = cut(row, columns.width)
        if block and len(row) != len(block[0]):
            break
        block.insert(0, row)
        if len(row) not in (columns.width, columns.width - 1):
            break
    return block


def _names(block: list[list[str]], width: int) -> tuple[list[str] | None, list[str] | None]:
    """The row of names, and that of units below it, if any.

    A preamble of "key; value" has two columns, so there the lowest row that is not of units counts,
    and else the highest that names all columns.
    """
    if not block:
        return None, None
    units = None
    lowest = len(block) - 1
    while lowest > 0 and _are_units(block[lowest]):
        units, lowest = block[lowest], lowest - 1
    if width > 2:
        full = (i for i in range(lowest) if all(block[i]) and len(set(block[i])) == len(block[i]))
        highest = next(full, lowest)
        if highest < lowest:
            units, lowest = block[highest + 1], highest
    return block[lowest], units


def _are_units(row: list[str]) -> bool:
    filled = [one for one in row if one]
    like = sum(bool(UNIT.fullmatch(one)) for one in filled)
    return like > len(row) / 2 or like == len(filled) or len(filled) < len(row)


def _has_numbers(row: list[str], how: marks.Marks) -> bool:
    return not _are_units(row) and any(marks.is_number(one, how) for one in row)


def _commented(above: tuple[int, str, list[str]], columns: Columns) -> list[str] | None:
    """Names in a comment directly above the first row, as numpy.savetxt writes them."""
    from tausweep.series.files.dialect import split

    _, line, _ = above
    if not _is_comment(line, columns.separator):
        return None
    names = split(line.lstrip(STRAY), columns.separator)
    fit = len(names) == columns.width and not all(marks.is_number(n, columns.marks) for n in names)
    return names if fit else None


def names_of_numbers(
    fields: Sequence[str], x: Float[np.ndarray, "row column"], columns: Sequence[Counter[str]]
) -> bool:
    """Whether a first row of numbers is names, as of positions, years, or by pandas' default.

    It is where only whole numbers stand in it and none of its columns has others, or where it
    counts, or lies far outside, if it also breaks the course of the samples below.

    Parameters
    ----------
    fields
        The first row.
    x
        The first row, as numbers, and all others.
    columns
        Shapes of the fields in each column, the first row included.

    Raises Refused where nothing tells.
    """
    if len(x) < 4:
        return False
    alone = all(sum(n for s, n in c.items() if not s.strip("+-09")) == 1 for c in columns)
    numbers = [int(one) for one in fields]
    counts = numbers == list(range(len(fields))) and len(fields) > 1
    counts |= numbers == list(range(1, len(fields) + 1)) and len(fields) > 2
    with np.errstate(invalid="ignore", over="ignore"):
        jump, steps = np.abs(x[1] - x[0]), np.abs(np.diff(x[1:], axis=0))
        usual, most = np.nanmedian(steps, axis=0), np.nanmax(steps, axis=0)
        breaks = bool((jump > most).any())
        far = bool((jump > 3 * most).all())
    if (alone and (breaks or counts)) or (counts and breaks):
        return True
    several = (counts and len(fields) > 2) or (far and len(fields) > 1)
    if several or (alone and not (jump <= usual).all()):
        raise Refused(
            f"its first row ({', '.join(fields[:9])}) may be names or samples: set header to true "
            "or to false"
        )
    return False
