"""Tables of numbers as text: of any separator, with a header or without."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from tausweep.series.files import dialect, header, roles, table
from tausweep.series.files.boundary import Refused, reading
from tausweep.series.files.bounds import MOST_TEXT
from tausweep.series.files.column import Column, doubles
from tausweep.series.files.dialect import NAMES, Dialect
from tausweep.series.files.table import Table
from tausweep.series.files.text import chunks, decode
from tausweep.series.settings import File

REMEDY = "give one row per sample, its numbers separated by commas"
SEPARATORS = {"tab": "\t", "space": " "}
"""Settings that are words, so that they can be seen."""
PIECE = 2_000_000
"""Values parsed at a time: text takes much memory until it is known that it is no number."""
EMPTY = "found no rows of numbers below the header: one row per sample"


def read(path: Path, own: File) -> Table:
    """Read the columns that `own` names.

    Raises ValueError, one line.
    """
    with reading(path, "a table of numbers", REMEDY), path.open("rb") as file:
        return parse(file.read(MOST_TEXT + 1), own)


def parse(content: bytes, own: File) -> Table:
    """Take the text of a table apart.

    Raises Refused where it is no table of numbers, or has no such column, and whatever pandas does.
    """
    if len(content) > MOST_TEXT:
        raise Refused(
            f"it holds more than {MOST_TEXT / 1e6:g} MB of text, which is the most that is read: "
            "keep fewer columns, or a part, or save it with numpy.save"
        )
    text, encoding = decode(content)
    separator = None if own.separator is None else SEPARATORS.get(own.separator, own.separator)
    how = dialect.sniff(text, separator=separator, decimal=own.decimal, has_header=own.header)
    table.check_shape((text.count(b"\n"), how.width))
    names, skip = _names(text, how)
    index = names[0] if how.heading.nameless else None
    wanted = roles.wanted(names, own)
    read_too = [name for name in names if name not in wanted and roles.may_be_time(name, names)]
    columns = [
        Column(name, names.index(name), how.marks, own, row_names=name == index)
        for name in sorted({*wanted, *read_too}, key=names.index)
    ]
    for piece in _pieces(text, how, skip):
        for column in columns:
            column.add(piece[column.place])
    found = {column.name: column.values() for column in columns}
    if how.heading.row_names and not roles.numbers_rows(found[names[0]]):
        raise header.misfit(names[1:], how.width)
    kept = {n: v for n, v in found.items() if n in wanted or roles.is_clock(v) or n == index}
    return Table(kept, index=index, how=_said(how, encoding))


def _names(text: bytes, how: Dialect) -> tuple[list[str], int]:
    """Names of the columns, and how many lines stand above the first sample."""
    heading, skip = how.heading, how.heading.first
    names = heading.names
    if heading.numeric is not None:
        x = [
            np.stack([doubles(piece[i], how.marks)[0] for i in piece], axis=1)
            for piece in _pieces(text, how, skip)
        ]
        if header.names_of_numbers(heading.numeric, np.concatenate(x), how.shapes):
            names, skip, heading.of_numbers = heading.numeric, skip + 1, True
    names = table.numbered(how.width) if names is None else [name.strip() for name in names]
    names = [""] * heading.row_names + names
    heading.nameless = names[0] in ("", "Unnamed: 0")
    return [name or f"column {i}" for i, name in enumerate(names)], skip


def _pieces(text: bytes, how: Dialect, skip: int) -> Iterator[pd.DataFrame]:
    """The rows below this many lines, in pieces."""
    try:
        with pd.read_csv(
            io.BytesIO(_body(text, how, skip)),
            sep=r"\s+" if how.separator == " " else how.separator or "\x1f",
            decimal=how.marks.decimal,
            dtype=str if how.marks.thousands else None,
            header=None,
            names=range(how.widest),
            usecols=range(how.width),
            na_values=how.missing,
            keep_default_na=False,
            skipinitialspace=True,
            skip_blank_lines=how.width > 1,
            encoding_errors="replace",
            low_memory=False,
            chunksize=max(1, PIECE // how.width),
        ) as pieces:
            yield from pieces
    except pd.errors.EmptyDataError:
        raise Refused(EMPTY) from None
    except pd.errors.ParserError as error:
        raise Refused(
            f"not a table ({str(error).split(': ', 1)[-1].strip()}): give all rows as many columns"
        ) from None


def _body(text: bytes, how: Dialect, skip: int) -> bytes:
    """The lines from the first sample on, without comments and blank lines at the end."""
    start = 0
    for _ in range(skip):
        start = text.find(b"\n", start) + 1
    body = text[start:].rstrip(b"\n ")
    if not how.comments:
        return body
    comment = header.comment(how.separator)
    lines = (line for chunk in chunks(body) for line in chunk.split(b"\n"))
    return b"\n".join(line for line in lines if not comment.match(line.decode(errors="replace")))


def _said(how: Dialect, encoding: str) -> dict[str, str]:
    """How it is written, where that is not as usual."""
    said = {
        "separator": NAMES.get(how.separator, repr(how.separator)),
        "decimal": repr(how.marks.decimal),
        "thousands": repr(how.marks.thousands),
        "encoding": encoding,
        "units": ", ".join(how.heading.units or []),
    }
    if how.heading.of_numbers:
        said["header"] = "of numbers"
    usual = {
        "separator": "','",
        "decimal": "'.'",
        "thousands": "''",
        "encoding": "utf-8",
        "units": "",
    }
    if how.width == 1:
        usual["separator"] = said["separator"]
    return {name: text for name, text in said.items() if text != usual.get(name)}
