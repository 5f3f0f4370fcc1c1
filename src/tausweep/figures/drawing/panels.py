"""Panels of a figure, their axes, and the legend below them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
import xarray as xr
from jaxtyping import Float, Shaped
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from tausweep.figures.drawing.collected import logarithmic
from tausweep.figures.drawing.style import characters
from tausweep.figures.figure import Style

Grid = Shaped[np.ndarray, "row column"]


def grid(count: int, style: Style, handles: Sequence[Artist]) -> tuple[Figure, Grid]:
    """Place panels in pairs, or below each other where letters are large for the width; the legend
    that explains `handles` is below.
    """
    columns = min(count, 2) if characters(style) >= 100 else 1
    rows = math.ceil(count / columns)
    wide = 2 if count == 1 else columns
    figure = with_legend(0.7 * rows * style.width / wide, style, handles)
    panels = figure.subplots(rows, columns, squeeze=False)
    for axes in panels.flat[count:]:
        axes.set_axis_off()
    return figure, panels


def with_legend(height: float, style: Style, handles: Sequence[Artist]) -> Figure:
    """An empty figure with room for panels of a height in inches, and a legend below."""
    across = columns(handles, characters(style))
    lines = math.ceil(len(handles) / across)
    line = 1.6 * style.font_size / 72
    figure = Figure(figsize=(style.width, height + lines * line), layout="constrained")
    in_rows = [handles[i] for first in range(across) for i in range(first, len(handles), across)]
    figure.legend(handles=in_rows, loc="outside lower center", ncols=across)
    return figure


def value_axis(
    axes: Axes, rows: xr.Dataset, quantity: str, values: Float[np.ndarray, " value"]
) -> None:
    """Axis of a quantity, wide enough for what is drawn."""
    values = values[np.isfinite(values)]
    if not values.size:
        return
    low, high = values.min(), values.max()
    if logarithmic(rows, quantity, values):
        axes.set_yscale("log")
        axes.set_ylim(low / max((high / low) ** 0.1, 1.1), high * max((high / low) ** 0.1, 1.1))
        subs = (1.0, 2.0, 5.0) if high < 1e3 * low else (1.0,)
        axes.yaxis.set_major_locator(LogLocator(subs=subs, numticks=20))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        margin = 0.1 * (high - low) or 0.1
        axes.set_ylim(low - margin, high + margin)


def top(axes: Axes) -> float:
    """Where a value stands that is too large for the axes."""
    return float(axes.transData.inverted().transform(axes.transAxes.transform((0, 0.97)))[1])


def columns(handles: Sequence[Artist], room: float) -> int:
    """Columns of the legend: as many as fit in a width of `room` characters."""
    labels = [re.sub(r"[$_{}\\]|mathrm", "", str(handle.get_label())) for handle in handles]
    for columns in range(len(labels), 1, -1):
        widths = [max(len(label) + 10 for label in labels[i::columns]) for i in range(columns)]
        if sum(widths) <= room:
            return columns
    return 1
