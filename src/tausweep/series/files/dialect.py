"""How a table of text is written: separator, marks, comments, header; found on all of its lines.

Each separator that occurs is tried: it splits lines into columns, whose numbers are then read with
the decimal and thousands marks that fit most of them. The separator under which most fields are
entries of a table wins; what contradicts it is refused in words.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tausweep.series.files import header, marks
from tausweep.series.files.boundary import Refused
from tausweep.series.files.bounds import MOST_COLUMNS
from tausweep.series.files.marks import Marks
from tausweep.series.files.text import chunks, shapes

NAMES = {"\t": "tab", ";": "';'", ",": "','", "|": "'|'", " ": "space", "": "none"}
"""Separators, the less ambiguous first; and that of a single column."""

SEP_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
HEAD = 20_000
"""Lines among which the first row is looked for."""


@dataclass
class Columns:
    """What lines become when they are split in one way."""

    separator: str
    lines: dict[str, int]
    """Shapes of lines that are no comments, with how often they occur."""
    width: int = 0
    shapes: list[Counter[str]] = field(default_factory=list)
    """Of the fields in each column, in lines of the usual width."""
    widths: Counter[int] = field(default_factory=Counter)
    marks: Marks = field(default_factory=Marks)
    share: float = 0.0
    """Of the fields of all lines, those that are entries of a table of this width."""

    def measure(self, decimal: str | None) -> None:
        """Split, and find the reading that fits."""
        rows = [(split(line, self.separator), n) for line, n in self.lines.items()]
        for row, n in rows:
            self.widths[len(row)] += n
        self.width = max(self.widths, key=lambda w: (self.widths[w], w))
        self.shapes = [Counter() for _ in range(self.width)]
        for row, n in rows:
            if len(row) == self.width:
                for column, shape in zip(self.shapes, row, strict=True):
                    column[shape] += n
        while len(self.shapes) > 1 and set(self.shapes[-1]) == {""}:  # lines end in a separator
            self.shapes.pop()
            self.width -= 1
        self.marks, fitting = marks.read(self.shapes, decimal)
        others = sum(
            n
            for column in self.shapes
            for shape, n in column.items()
            if _is_other(shape) and not marks.is_number(shape, self.marks)
        )
        fields = sum(max(len(header.cut(row, self.width)), self.width) * n for row, n in rows)
        self.share = (fitting + others) / fields if fitting else 0.0

    def has_fractions_alone(self) -> bool:
        """Whether every second column would hold the digits after a decimal comma."""
        second = [shape for column in self.shapes[1::2] for shape in column]
        whole = [shape for column in self.shapes for shape in column if "." in shape]
        digits = [shape for shape in second if shape and not shape.strip("09")]
        return (
            self.separator == ","
            and self.width % 2 == 0
            and not whole
            and any(len(shape) > 1 and shape[0] == "0" for shape in digits)
            and sum(column[s] for column in self.shapes[1::2] for s in digits if s in column)
            >= 0.9 * sum(sum(column.values()) for column in self.shapes[1::2])
        )


@dataclass
class Dialect:
    """How a table is written."""

    separator: str
    marks: Marks
    width: int
    heading: header.Heading
    missing: list[str]
    """How it spells that values are missing."""
    shapes: list[Counter[str]]
    widest: int
    """Fields in the longest line: those beyond the width are empty."""
    comments: bool
    """Whether there are any."""


def split(line: str, separator: str) -> list[str]:
    """Fields of a line, without blanks around them."""
    if '"' in line:
        fields = next(csv.reader([line], delimiter=separator or "\t", skipinitialspace=True), [])
        return [one.strip() for one in fields]
    if separator == " ":
        return line.split()
    return [one.strip() for one in line.split(separator)] if separator else [line.strip()]


def sniff(
    text: bytes, *, separator: str | None, decimal: str | None, has_header: bool | None
) -> Dialect:
    """Find out how a table is written.

    Raises Refused where it is no table of numbers, or may be two.
    """
    end = text.find(b"\n")
    first = text[: len(text) if end < 0 else end].decode(errors="replace")
    said = SEP_LINE.fullmatch(first)
    if said and separator is None:
        separator = said[1]
    counted = shapes(text[end + 1 :] if said and end >= 0 else b"" if said else text)
    lines = {s: n for raw, n in counted.items() if (s := raw.decode(errors="replace")).strip()}
    best, heading = _best(
        lines, separator, decimal, lambda one: _heading(text, one, said, has_header)
    )
    _check_widths(best, heading, text)
    best.marks = marks.settle(best.shapes, best.marks, decimal)
    comment = header.comment(best.separator)
    above = Counter(heading.widths_above)
    missing = {s for column in best.shapes for s in column if marks.is_nothing(s)}
    return Dialect(
        best.separator,
        best.marks,
        best.width,
        heading,
        sorted({*missing, *marks.ALWAYS}),
        best.shapes,
        max(w for w, n in best.widths.items() if n > above[w] or w == best.width),
        comments=any(comment.match(s) for s in lines),
    )


def _is_other(shape: str) -> bool:
    return marks.is_nothing(shape) or marks.DATELIKE.fullmatch(shape) is not None


def _best(
    lines: dict[str, int],
    separator: str | None,
    decimal: str | None,
    heading: Callable[[Columns], header.Heading],
) -> tuple[Columns, header.Heading]:
    """The separator under which most fields are entries, and names and columns fit."""
    tried = [
        Columns(one, body)
        for one in (NAMES if separator is None else [separator])
        if (body := _body(lines, one, required=separator is None))
    ]
    for columns in tried:
        columns.measure(decimal)
    most = max((columns.share for columns in tried), default=0.0)
    if most == 0:
        raise Refused("found no rows of numbers: one row per sample, separated by commas")
    best = [columns for columns in tried if columns.share == most]
    if separator is None and best[0].has_fractions_alone():
        best = [columns for columns in best if columns.width == best[0].width / 2]
        if not best:
            raise Refused(
                "its columns and its decimals both seem to be separated by commas: save it with "
                "semicolons between columns, or set separator to ','"
            )
    refused, fitting = [], []
    for columns in best:
        try:
            fitting.append((columns, heading(columns)))
        except Refused as error:
            refused.append(error)
    if not fitting:
        raise refused[0]
    return min(fitting, key=lambda one: one[1].row_names)


def _body(lines: dict[str, int], separator: str, *, required: bool) -> dict[str, int]:
    """Lines that are no comments; none where too few of them hold the separator."""
    comment = header.comment(separator)
    body = {s: n for s, n in lines.items() if not comment.match(s)}
    if required and 2 * sum(n for s, n in body.items() if separator in s) < sum(body.values()):
        return {}
    widest = max((s.count(separator) for s in body), default=0) if separator.strip() else 0
    if widest >= MOST_COLUMNS:
        raise Refused(
            f"found a row of {widest + 1} columns, and at most {MOST_COLUMNS} can be: rows are "
            "samples and columns are variables, so transpose it, or leave columns out"
        )
    return body


def _heading(
    text: bytes, columns: Columns, said: re.Match[str] | None, has_header: bool | None
) -> header.Heading:
    """What stands above the rows; a line that says the separator does not count."""
    start = next(chunks(text), b"")
    lines = [line.decode(errors="replace") for line in start.split(b"\n")[:HEAD]]
    head = [(i, line, split(line, columns.separator)) for i, line in enumerate(lines)]
    return header.find(head[1:] if said else head, columns, has_header)


def _check_widths(columns: Columns, heading: header.Heading, text: bytes) -> None:
    """Refuse rows that are longer than the others, but for empty fields at their end."""
    above = Counter(heading.widths_above)
    for width, count in columns.widths.items():
        if width <= columns.width or count <= above[width]:
            continue
        lines = text.split(b"\n")[heading.first :]
        for number, line in enumerate(lines, heading.first + 1):
            fields = split(line.decode(errors="replace"), columns.separator)
            if len(fields) > columns.width and any(fields[columns.width :]):
                if header.comment(columns.separator).match(line.decode(errors="replace")):
                    continue
                raise Refused(
                    f"not a table (Expected {columns.width} fields in line {number}, saw "
                    f"{len(fields)}): give all rows as many columns"
                )
