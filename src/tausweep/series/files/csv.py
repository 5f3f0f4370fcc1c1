"""Tables of numbers as text: of any delimiter, with a header or without."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Bool, Shaped

from tausweep.series.files import table
from tausweep.series.files.boundary import Refused, reading
from tausweep.series.files.bounds import MOST_COLUMNS, MOST_TEXT
from tausweep.series.settings import File

NOTHING = frozenset({"", "NA", "N/A", "NaN", "nan", "NULL", "null"})
"""How a CSV may say that a value is missing."""

COMMA = r"[+-]?\d*,\d+([eE][+-]?\d+)?"
"""A number with a decimal comma."""

REMEDY = "give one row per sample, its numbers separated by commas"

DATE = r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([T ].*)?"
"""What looks like a date."""


PIECE = 2_000_000
"""Values parsed at a time: text takes much memory until it is known that it is no number."""


def read(path: Path, own: File) -> xr.Dataset:
    """Read the columns that `own` names.

    Raises ValueError, one line.
    """
    with reading(path, "a table of numbers", REMEDY), path.open("rb") as file:
        content = file.read(MOST_TEXT + 1)
        return parse(content, columns=own.columns, time=own.time, time_format=own.time_format)


def parse(
    content: bytes,
    *,
    columns: Sequence[str] = (),
    time: str | None = None,
    time_format: str | None = None,
) -> xr.Dataset:
    """Take the text of a table apart; what is not UTF-8 is read as Latin-1.

    Raises Refused where it is no table of numbers, or has no such column, and whatever pandas does.
    """
    if len(content) > MOST_TEXT:
        raise Refused(
            f"it holds more than {MOST_TEXT / 1e6:g} MB of text, which is the most that is read: "
            "keep fewer columns, or a part, or save it with numpy.save"
        )
    try:
        encoding = "utf-8-sig"
        content.decode(encoding)
    except UnicodeDecodeError:
        encoding = "latin-1"
    layout = _layout(io.TextIOWrapper(io.BytesIO(content), encoding, newline=""))
    names = layout.names
    lines = max(content.count(b"\n"), content.count(b"\r"))
    table.check_shape((lines, len(names)))
    wanted = table.wanted(names, columns, time)
    place = {name: names.index(name) for name in wanted}
    x, stamps = [], []
    try:
        with pd.read_csv(
            io.BytesIO(content),
            sep=layout.delimiter,
            decimal="," if layout.comma else ".",
            header=None,
            skiprows=layout.skip,
            names=range(len(names)),
            na_values=sorted(NOTHING),
            keep_default_na=False,
            skipinitialspace=True,
            encoding=encoding,
            low_memory=False,
            chunksize=max(1, PIECE // len(names)),
        ) as pieces:
            for piece in pieces:
                data = {name: piece[at] for name, at in place.items()}
                if time is not None:
                    stamps.append(_dates_or_numbers(data.pop(time), time, time_format))
                x.append(np.stack([_numbers(c, name) for name, c in data.items()], axis=1))
    except pd.errors.ParserError as error:
        raise Refused(
            f"not a table ({str(error).split(': ', 1)[-1].strip()}): give all rows as many columns"
        ) from None
    kept = [name for name in wanted if name != time]
    if len({stamp.dtype.kind for stamp in stamps}) > 1:
        raise Refused(f"time stamps {time!r} are numbers in some rows and dates in others")
    return table.raw(np.concatenate(x), kept, np.concatenate(stamps) if stamps else None)


class _Layout(NamedTuple):
    """How a CSV is written."""

    delimiter: str
    comma: bool
    """Whether decimals come after a comma."""
    names: list[str]
    skip: int
    """Lines before the first row of data."""


def _layout(lines: Iterable[str]) -> _Layout:
    """Find out how a CSV is written from its first lines."""
    head = [line.strip("\r\n") for line in itertools.islice(lines, 100)]
    first = next((i for i, line in enumerate(head) if line.strip() and line[0] != "#"), None)
    if first is None:
        raise Refused("found no rows of numbers: one row per sample, separated by commas")
    widest = max(line.count(d) for line in head[first:] for d in ";\t,")
    if widest >= MOST_COLUMNS:
        raise Refused(
            f"found a row of {widest + 1} columns, and at most {MOST_COLUMNS} can be: rows are "
            "samples and columns are variables, so transpose it, or leave columns out"
        )
    delimiter = next((d for d in ";\t," if _split(head[first], d)[1:]), ",")
    rows = [_split(line, delimiter) for line in head[first:] if line.strip()]
    comma = delimiter != "," and any(re.fullmatch(COMMA, c.strip()) for r in rows for c in r)
    header = not all(_is_entry(entry, comma) for entry in rows[0])
    if header and len(rows) == 1:
        raise Refused("found no rows of numbers below the header: one row per sample")
    width = len(rows[int(header)])
    names = table.numbered(width)
    comment = _split(head[first - 1].lstrip("# "), delimiter) if first else []
    if header or len(comment) == width:  # numpy.savetxt writes names as a comment
        names = [name.strip() for name in (rows[0] if header else comment)]
    if len(names) != width:
        raise Refused(
            f"found {len(names)} names in the header row and {width} columns below it: "
            "give every column a name"
        )
    return _Layout(delimiter, comma, names, first + int(header))


def _dates_or_numbers(
    column: pd.Series, name: str, time_format: str | None
) -> Shaped[np.ndarray, " time"]:
    if time_format is None and pd.api.types.is_numeric_dtype(column):
        return np.asarray(column, dtype=np.float64)
    how = time_format or "ISO8601"
    dates = pd.to_datetime(column.astype(str), format=how, errors="coerce", utc=True)
    wrong = (dates.isna() & column.notna()).to_numpy()
    if wrong.any():
        row, text = _first(column, wrong)
        expected = "ISO 8601, as 2009-12-31T23:50" if time_format is None else repr(time_format)
        raise Refused(
            f"time stamps {name!r} must be numbers or dates ({expected}), found {text!r} in row "
            f"{row} (counted from 0): correct it, or set time_format"
        )
    return np.asarray(dates.dt.tz_localize(None))


def _numbers(column: pd.Series, name: str) -> np.ndarray:
    """A column as numbers; what is text in it is named."""
    if pd.api.types.is_numeric_dtype(column) and column.dtype != bool:
        return np.asarray(column, dtype=np.float64)
    values = pd.to_numeric(column, errors="coerce")
    wrong = (values.isna() & column.notna()).to_numpy()
    if not wrong.any() and column.dtype != bool:  # whole numbers of more digits than types have
        return np.asarray(values, dtype=np.float64)
    row, text = _first(column, wrong)
    remedy = f"set time: {name}" if re.fullmatch(DATE, text) else "correct it"
    raise Refused(
        f"not a table of numbers: found {text!r} in row {row} (counted from 0) of column {name!r}: "
        f"{remedy}, or leave the column out by columns"
    )


def _first(column: pd.Series, wrong: Bool[np.ndarray, " row"]) -> tuple[int, str]:
    """Row in the file and text of the first entry that is wrong."""
    row = int(np.argmax(wrong))
    return column.index[row], f"{column.iloc[row]!s:.60}"


def _split(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))


def _is_entry(text: str, comma: bool) -> bool:
    """Whether this stands in a row of data, and not in a header."""
    text = text.strip()
    if text in NOTHING or re.fullmatch(DATE, text):
        return True
    try:
        float(text.replace(",", ".") if comma else text)
    except ValueError:
        return False
    return True
