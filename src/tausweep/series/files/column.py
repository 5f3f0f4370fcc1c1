"""A column of text as it comes, piece by piece: numbers, dates, times of day, or names of rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Shaped

from tausweep.series.files import marks, stamps
from tausweep.series.files.boundary import Refused
from tausweep.series.files.marks import Marks

if TYPE_CHECKING:
    from tausweep.series.settings import File

CLOCK = r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"
"""A time of day."""


@dataclass
class Column:
    """A column of a table of text.

    What it holds is known from its first piece; later ones must hold the same.
    """

    name: str
    place: int
    marks: Marks
    own: File
    row_names: bool
    """Whether it may name rows."""
    kind: str = ""
    """number, date, clock or text; empty while all is missing."""
    how: str | None = None
    """Format of dates."""
    parts: list[Shaped[np.ndarray, " row"]] = field(default_factory=list)

    def add(self, piece: pd.Series) -> None:
        """Take the next rows.

        Raises Refused where an entry is not what the column holds.
        """
        values, wrong = doubles(piece, self.marks)
        if self.kind in ("", "number") and not (self._is_time() and self.own.time_format):
            if not wrong.any():
                self.kind = "number" if self.kind or np.isfinite(values).any() else ""
                return self.parts.append(values)
            if self.kind == "number":
                raise self._wrong(piece, wrong)
        if self.kind in ("", "date"):
            given = self.how or (self.own.time_format if self._is_time() else None)
            if (dates := stamps.of_text(piece, given)) is not None:
                self.kind, self.how = "date", dates[1]
                return self.parts.append(dates[0])
        clock = bool(piece.dropna().astype(str).str.fullmatch(CLOCK).all())
        if self.kind == "date" or (self._is_time() and not clock):
            raise self._no_stamps(piece)
        if self.kind in ("", "clock") and clock:
            self.kind = "clock"
            text = piece.astype(str).where(piece.notna())
            text = text.where(text.str.count(":") != 1, text + ":00")
            return self.parts.append(pd.to_timedelta(text).to_numpy().astype("timedelta64[us]"))
        if not self.row_names and (not self.own.columns or self.name in self.own.columns):
            raise self._wrong(piece, wrong)
        self.kind = "text"
        return self.parts.append(piece.astype(str).to_numpy(object)[:0])

    def values(self) -> Shaped[np.ndarray, " time"]:
        """All rows: doubles, dates, times of day; of text nothing but its type."""
        if not self.parts:
            raise Refused("found no rows of numbers below the header: one row per sample")
        if self.kind == "text":
            return np.empty(0, dtype=object)
        kind = {"date": "datetime64[us]", "clock": "timedelta64[us]"}.get(self.kind)
        if kind is None:
            return np.concatenate(self.parts)
        absent = np.array("NaT", dtype=kind)
        whole = [p if p.dtype.kind in "mM" else np.full(len(p), absent) for p in self.parts]
        return np.concatenate(whole)

    def _is_time(self) -> bool:
        return self.name == self.own.time

    def _wrong(self, piece: pd.Series, wrong: Bool[np.ndarray, " row"]) -> Refused:
        row, text = _first(piece, wrong)
        remedy = "correct it"
        if re.fullmatch(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([T ].*)?", text):
            remedy = f"set time: {self.name}"
        return Refused(
            f"not a table of numbers: found {text!r} in row {row} (counted from 0) of column "
            f"{self.name!r}: {remedy}, or leave the column out by columns"
        )

    def _no_stamps(self, piece: pd.Series) -> Refused:
        how = self.how or self.own.time_format or "ISO8601"
        dates = pd.to_datetime(piece.astype(str), format=how, errors="coerce", utc=True)
        wrong = (dates.isna() & piece.notna()).to_numpy()
        row, text = _first(piece, wrong)
        expected = "ISO 8601, as 2009-12-31T23:50" if how == "ISO8601" else repr(how)
        return Refused(
            f"time stamps {self.name!r} must be numbers or dates ({expected}), found {text!r} in "
            f"row {row} (counted from 0): correct it, or set time_format"
        )


def doubles(
    piece: pd.Series, how: Marks
) -> tuple[Float[np.ndarray, " row"], Bool[np.ndarray, " row"]]:
    """Entries as numbers, NaN where missing, and which of them are none."""
    if pd.api.types.is_numeric_dtype(piece) and piece.dtype != bool:
        return np.asarray(piece, dtype=np.float64), np.zeros(len(piece), bool)
    there = piece.notna().to_numpy()
    text = piece.astype(str).str.strip()
    fits = there & text.str.fullmatch(marks.pattern(how).pattern).to_numpy(bool)
    plain = text.where(fits)
    if how.thousands:
        plain = plain.str.replace(how.thousands, "", regex=False)
    plain = plain.str.replace(how.decimal, ".", regex=False)
    values = np.asarray(pd.to_numeric(plain, errors="coerce"), dtype=np.float64)
    return values, there & ~fits


def _first(column: pd.Series, wrong: Bool[np.ndarray, " row"]) -> tuple[int, str]:
    """Row in the file and text of the first entry that is wrong."""
    row = int(np.argmax(wrong))
    return column.index[row], f"{column.iloc[row]!s:.60}"
