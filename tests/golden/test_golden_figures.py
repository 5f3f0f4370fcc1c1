"""Every kind of figure, drawn from what the stages really write."""

from __future__ import annotations

import matplotlib.image
import pytest
from matplotlib.figure import Figure

from .runs import Run, draw, drawings


def test_every_figure_is_drawn(golden: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are whole, and what is on them is labelled and holds numbers."""
    saved: list[Figure] = []
    save = Figure.savefig

    def seen(figure: Figure, *arguments: object, **options: object) -> None:
        saved.append(figure)
        save(figure, *arguments, **options)

    monkeypatch.setattr(Figure, "savefig", seen)
    for drawing in drawings(golden):
        pdf, png = draw(golden, drawing)
        assert pdf.read_bytes().startswith(b"%PDF")
        assert pdf.read_bytes().rstrip().endswith(b"%%EOF")
        assert matplotlib.image.imread(png).std() > 0.01, f"{drawing.name} is blank"
        _check(saved[-1], drawing.name)
    assert saved


def _check(figure: Figure, name: str) -> None:
    axes = [ax for ax in figure.axes if ax.axison]  # attractors are drawn without
    if axes:
        assert any(ax.get_xlabel() for ax in axes), f"{name}: no axis says what it is"
        assert any(ax.get_ylabel() for ax in axes), f"{name}: no axis says what it is"
    drawn = [line for ax in figure.axes for line in ax.get_lines() if len(line.get_xdata()) > 1]
    maps = [part for ax in figure.axes for part in ax.collections if part.get_array() is not None]
    assert drawn or maps, f"{name} has neither curves nor a map"
    said = [text for ax in figure.axes for text in ax.texts if text.get_text()]
    said += [legend for ax in figure.axes if (legend := ax.get_legend()) is not None]
    titles = [ax.get_title(place) for ax in figure.axes for place in ("left", "center")]
    said += figure.legends
    assert any([*titles, figure.get_suptitle(), *said]), f"{name} does not say what it shows"
