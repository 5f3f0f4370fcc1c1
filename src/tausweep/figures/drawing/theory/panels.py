"""Panels and points that figures of theory share: lines are theory, points are descent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tausweep.figures.drawing.panels import with_legend
from tausweep.figures.drawing.style import MARKERS, PALETTE, characters
from tausweep.figures.figure import Style

POINT: dict[str, Any] = {
    "linestyle": "",
    "markersize": 3.5,
    "markeredgecolor": "white",
    "markeredgewidth": 0.4,
}
"""Of descent, on the line of its theory."""


def row(count: int, style: Style, handles: Sequence[Artist]) -> tuple[Figure, list[Axes]]:
    """Place panels side by side, or below each other where letters are large for the width; the
    legend that explains `handles` is below.
    """
    columns = count if characters(style) >= 40 * count else 1
    rows = count // columns
    height = (0.5 + 0.15 * columns) * style.width / columns
    figure = with_legend(rows * height, style, handles)
    return figure, list(figure.subplots(rows, columns, squeeze=False).flat)


def point(i: int) -> dict[str, Any]:
    """How descent of the i-th of several is drawn."""
    return {**POINT, "color": PALETTE[i % len(PALETTE)], "marker": MARKERS[i % len(MARKERS)]}
