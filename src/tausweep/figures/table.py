"""Tables: what people want as numbers, written as CSV and as Markdown."""

from __future__ import annotations

import csv
import io
import math
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeAlias

from tausweep.figures.figure import Figure, Style

if TYPE_CHECKING:
    import xarray as xr

Rows: TypeAlias = Iterable[tuple[str, ...]]
"""The names of the columns, then their entries."""


class Table(Figure):
    """A figure that is a table."""

    formats: ClassVar[tuple[str, ...]] = ("csv", "md")
    styled: ClassVar[bool] = False

    @abstractmethod
    def rows(self, inputs: Mapping[str, xr.Dataset]) -> Rows:
        """The table, from outputs of stages by role."""

    def remarks(self, inputs: Mapping[str, xr.Dataset]) -> list[str]:
        """What is said in words below it, in Markdown."""
        return []

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> NoReturn:
        """Refuse: it is written, not drawn."""
        raise TypeError("a table is not drawn")


def write(table: Table, inputs: Mapping[str, xr.Dataset], suffix: str) -> bytes:
    """The content of a file of this format: csv or md."""
    rows = table.rows(inputs)
    if suffix == "csv":
        return as_csv(rows).encode()
    told = [f"- {_escaped(remark)}\n" for remark in table.remarks(inputs)]
    return "".join([as_markdown(rows), *(["\n", *told] if told else [])]).encode()


def as_csv(rows: Rows) -> str:
    """Rows as text with commas."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def as_markdown(rows: Rows) -> str:
    """Rows as a table of Markdown."""
    head, *body = rows
    return "".join(f"{line}\n" for line in map(_line, (head, ["---"] * len(head), *body)))


def written(value: Any) -> str:
    """A number to four digits; nothing where there is none."""
    return "" if math.isnan(value := float(value)) else f"{value:.4g}"


def _line(entries: Iterable[str]) -> str:
    return f"| {' | '.join(map(_escaped, entries))} |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("_", "\\_")
