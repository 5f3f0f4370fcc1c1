"""Norms of loss gradients while models are trained, with sparse forcing and without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import xarray as xr
from jaxtyping import Float
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from tausweep.figures.drawing.collected import SYMBOLS, Trained, of_series
from tausweep.figures.drawing.panels import grid
from tausweep.figures.drawing.style import PALETTE, QUIET, shorten
from tausweep.figures.figure import Style
from tausweep.figures.gradients import GradientsFigure
from tausweep.members.quantile import quantile

LARGEST: dict[str, Any] = {"linewidth": 0.6, "alpha": 0.6}
CEASED: dict[str, Any] = {"linestyle": "", "marker": "x", "markersize": 4}
PLAIN = (PALETTE[1], PALETTE[3], PALETTE[6], PALETTE[4])
"""Colours of what sweeps nothing: none of them is among those of values."""
VALUES = "viridis"
"""Colours of values, from dark to light as these ascend; told apart by the colour-blind."""
LIGHTEST = 0.85
"""Of these colours: beyond, they are too pale for a line."""


@dataclass(frozen=True, eq=False)
class Curve:
    """All members of a model trained by a method with one value of its sweep."""

    key: str
    """What the legend calls it."""
    rows: xr.Dataset


def gradients(dataset: xr.Dataset, settings: GradientsFigure, series: str, style: Style) -> Figure:
    """Draw norms of gradients against epochs, in a panel for each model and method that sweeps.

    A heavy line is the median over members, a thin one the largest that any met. What sweeps
    nothing is in every panel of its model.

    Parameters
    ----------
    dataset
        Collected results.
    settings, series, style
        What is shown, of which series, and how it looks.

    Raises
    ------
    ValueError
        The results hold no such series.
    """
    trained, *_ = of_series(dataset, series, style)
    with_epochs = [each for each in trained if not _missing(each.rows).all()]
    panels = _panels(with_epochs)
    look = _colours(with_epochs)
    figure, places = grid(max(len(panels), 1), style, _legend(look))
    for axes, (title, curves) in zip(places.flat, panels.items(), strict=False):
        for curve in curves:
            _curve(axes, curve, *look[curve.key])
        axes.set_title(title, loc="left")
        axes.set_xlabel("epoch")
        axes.set_ylabel("norm of the loss gradient")
        axes.set_xscale("log" if settings.log_epochs else "linear")
        axes.set_yscale("log")
        _ceased(axes, curves, look)
    return figure


def _panels(trained: Sequence[Trained]) -> dict[str, list[Curve]]:
    """Curves by the title of their panel."""
    found: dict[str, list[Curve]] = {}
    for model in dict.fromkeys(_name(each, "model") for each in trained):
        own = [each for each in trained if _name(each, "model") == model]
        plain = [Curve(_name(each, "method"), each.rows) for each in own if not each.setting]
        sweeping = [each for each in own if each.setting]
        for each in sweeping:
            swept = [Curve(_key(each, v), each.at(v).rows) for v in np.unique(each.values)]
            method = f", {shorten(_name(each, 'method'))}" if len(sweeping) > 1 else ""
            found[shorten(model) + method] = swept + plain
        if not sweeping:
            found[shorten(model)] = plain
    return found


def _colours(trained: Sequence[Trained]) -> dict[str, tuple[Any, str]]:
    """Colour and line of every curve: of values in their order, the others' from the palette."""
    found: dict[str, tuple[Any, str]] = {}
    for setting in dict.fromkeys(each.setting for each in trained if each.setting):
        own = [each for each in trained if each.setting == setting]
        values = np.unique(np.concatenate([each.values for each in own]))
        shades = mpl.colormaps[VALUES](np.linspace(0, LIGHTEST, len(values)))
        found |= {_key(own[0], v): (s, "-") for v, s in zip(values, shades, strict=True)}
    plain = dict.fromkeys(_name(each, "method") for each in trained if not each.setting)
    return found | {name: (PLAIN[i % len(PLAIN)], "--") for i, name in enumerate(plain)}


def _curve(axes: Axes, curve: Curve, colour: Any, line: str) -> None:
    """Median over members and the largest of all."""
    epoch = curve.rows["epoch"].to_numpy()
    axes.plot(epoch, _drawn(_median(curve)), line, color=colour, gid=f"median: {curve.key}")
    largest = curve.rows["largest_gradient_norm"].max("run").to_numpy()
    axes.plot(epoch, _drawn(largest), line, color=colour, **LARGEST, gid=f"largest: {curve.key}")


def _ceased(axes: Axes, curves: Sequence[Curve], look: Mapping[str, tuple[Any, str]]) -> None:
    """A cross at the upper edge where the median of a curve ceases to be finite."""
    for curve in curves:
        lost = ~np.isfinite(_median(curve))
        if lost.any():
            axes.plot(
                curve.rows["epoch"].to_numpy()[lost.argmax()], 0.99, **CEASED,
                color=look[curve.key][0], transform=axes.get_xaxis_transform(), clip_on=False,
                gid=f"ceased: {curve.key}",
            )  # fmt: skip


def _median(curve: Curve) -> Float[np.ndarray, " epoch"]:
    """Over members; infinite where half have no finite norm."""
    norms = curve.rows["gradient_norm"].transpose("run", "epoch").to_numpy().astype(float)
    return quantile(norms.T, 0.5)


def _drawn(norms: Float[np.ndarray, " epoch"]) -> Float[np.ndarray, " epoch"]:
    """What a logarithmic axis can show."""
    return np.where(np.isfinite(norms) & (norms > 0), norms, np.nan)


def _missing(rows: xr.Dataset) -> xr.DataArray:
    return rows["gradient_norm"].isnull()


def _name(trained: Trained, of: str) -> str:
    return str(trained.rows[of].to_numpy()[0])


def _key(trained: Trained, value: float) -> str:
    return f"{SYMBOLS.get(trained.setting, trained.setting)} = {value:g}"


def _legend(look: Mapping[str, tuple[Any, str]]) -> list[Artist]:
    """Every curve, and what thin lines are."""
    handles: list[Artist] = [
        Line2D([], [], color=colour, ls=line, label=shorten(key))
        for key, (colour, line) in look.items()
    ]
    handles.append(Line2D([], [], color=QUIET, **LARGEST, label="largest of all members"))
    return handles
