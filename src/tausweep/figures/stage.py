"""Stage `figure`: Datasets in, a drawn figure out."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import xarray as xr
from matplotlib import figure as mpl

from tausweep.figures.drawing.style import context
from tausweep.figures.figure import Style
from tausweep.figures.settings import Drawing
from tausweep.figures.table import Table, write

MOST_PIXELS = 12_000
"""On a side: more take gigabytes to draw."""

# Without a date, equal figures are equal files.
_METADATA: dict[str, dict[str, None]] = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}


@dataclass(frozen=True)
class Written:
    """A table, and what it is made from."""

    table: Table
    inputs: Mapping[str, xr.Dataset]

    def render(self, suffix: str) -> bytes:
        """The content of a file of this format: csv or md; always the same bytes."""
        return write(self.table, self.inputs, suffix)


@dataclass(frozen=True)
class Drawn:
    """A figure, and the style it is rendered in."""

    figure: mpl.Figure
    style: Style

    def render(self, suffix: str) -> bytes:
        """The content of a file of this format: pdf, png or svg; always the same bytes."""
        out, kind = io.BytesIO(), suffix.lower()
        dpi = min(self.style.dpi, MOST_PIXELS / max(self.figure.get_size_inches()))
        with context(self.style):
            self.figure.savefig(out, format=kind, dpi=dpi, metadata=_METADATA.get(kind))
        return out.getvalue()


def run(settings: Drawing, **inputs: xr.Dataset) -> Drawn | Written:
    """Draw one figure, or write one table, from the Datasets it shows, by role.

    Raises
    ------
    ValueError
        The Datasets do not hold the series, or what a setting asks for.
    """
    if isinstance(settings.figure, Table):
        return Written(settings.figure, inputs)
    with context(settings.style):
        figure = settings.figure.draw(inputs, settings.series, settings.style)
        return Drawn(figure, settings.style)
