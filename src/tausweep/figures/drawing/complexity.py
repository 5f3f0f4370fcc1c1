"""Members in the plane of entropy and complexity, beside the data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import xarray as xr
from jaxtyping import Float
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, ListedColormap, LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from tausweep.figures.complexity import COMPLEXITY, ENTROPY, ComplexityFigure
from tausweep.figures.drawing.collected import AXES, Trained, diverged, of_series
from tausweep.figures.drawing.panels import with_legend
from tausweep.figures.drawing.style import MARKERS, QUIET, characters, shorten
from tausweep.figures.figure import Style
from tausweep.figures.sweep import TAU
from tausweep.statespace.ordinal import greatest_complexity, least_complexity

APART = 4
"""Most variables that are shown one by one."""
COLUMN = 36
"""Least width of a panel, in characters."""
MOST_COLUMNS = 3

BOUND: dict[str, Any] = {"color": QUIET, "linewidth": 0.6, "zorder": 1}
MEMBER: dict[str, Any] = {"s": 12, "linewidth": 0, "alpha": 0.85, "zorder": 3}
DATA: dict[str, Any] = {
    "linestyle": "", "markersize": 8, "markerfacecolor": "none", "markeredgecolor": "black",
    "markeredgewidth": 1.1, "zorder": 2,
}  # fmt: skip

Plane = Float[np.ndarray, "hc variable ..."]


def complexity(
    dataset: xr.Dataset, settings: ComplexityFigure, series: str, style: Style
) -> Figure:
    """Draw entropy against complexity of every member, a panel for each model and method.

    Those that sweep another setting are left out.

    Parameters
    ----------
    dataset
        Collected results.
    settings, series, style
        What is shown, of which series, and how it looks.

    Raises
    ------
    ValueError
        The results hold no such series, or neither entropy nor complexity.
    """
    every, rows, signal = of_series(dataset, series, style)
    if ENTROPY not in rows:
        raise ValueError(f"the results hold no {ENTROPY}")
    setting = settings.setting or TAU
    trained = [each for each in every if each.setting in ("", setting)]
    names = _names(signal)
    data = _plane(signal, "_data", len(names))
    members = [_plane(each.rows, "", len(names)) for each in trained]
    columns = min(len(trained), MOST_COLUMNS, max(1, int(characters(style) / COLUMN)))
    lines = math.ceil(len(trained) / columns)
    handles = _legend(names if len(names) <= APART else ["mean of all"])
    figure = with_legend(lines * style.width / max(columns, 2), style, handles)
    panels = figure.subplots(lines, columns, squeeze=False, sharex=True, sharey=True)
    colours = _colours(trained, setting)
    order = int(rows[ENTROPY].attrs["order"])
    # The delay is that of all series, or not known here.
    delay = rows[ENTROPY].attrs.get("delay")
    patterns = f"(order {order}" + ("" if delay is None else f", delay {delay} steps") + ")"
    for i, (axes, each, found) in enumerate(zip(panels.flat, trained, members, strict=False)):
        for h, c in (least_complexity(order), greatest_complexity(order)):
            axes.plot(h, c, **BOUND, gid="bound")
        _members(axes, each, found, colours)
        _data(axes, data)
        title = shorten(each.label, int(characters(style) / columns) - 10)
        lost = int(diverged(each.rows).sum())
        axes.set_title(title + (f"\n{lost} of {each.rows.sizes['run']} diverged" if lost else ""))
        if i + columns >= len(trained):
            axes.set_xlabel(f"permutation entropy $H$\n{patterns}")
            axes.tick_params(labelbottom=True)
        if i % columns == 0:
            axes.set_ylabel("statistical complexity $C$")
    _limits(panels[0, 0], [data, *members])
    for axes in panels.flat[len(trained) :]:
        axes.set_axis_off()
    if colours is not None:
        _colour_bar(figure, panels, colours, setting, trained)
    return figure


def _names(signal: xr.Dataset) -> list[str]:
    """Of the variables of the series."""
    return [name for name in signal["variable_name"].to_numpy().tolist() if name]


def _plane(dataset: xr.Dataset, suffix: str, variables: int) -> Plane:
    """H and C by variable; their means, of many variables."""
    found = np.stack(
        [
            dataset[name + suffix].transpose("variable", ...).to_numpy()[:variables]
            for name in (ENTROPY, COMPLEXITY)
        ]
    )
    return found if variables <= APART else found.mean(axis=1, keepdims=True)


def _members(axes: Axes, trained: Trained, found: Plane, colours: ScalarMappable | None) -> None:
    """A dot for each member and variable, coloured by the value that it was trained at."""
    for marker, (h, c) in zip(MARKERS, found.swapaxes(0, 1), strict=False):
        if colours is not None and trained.setting:
            colour: Any = colours.to_rgba(trained.values)
        else:
            colour = trained.look.colour
        axes.scatter(h, c, marker=marker, c=colour, **MEMBER, gid="members")


def _data(axes: Axes, data: Plane) -> None:
    for marker, (h, c) in zip(MARKERS, data.swapaxes(0, 1), strict=False):
        axes.plot(h, c, marker=marker, **DATA, gid="data")


def _limits(axes: Axes, shown: Sequence[Plane]) -> None:
    """Axes about what there is, and never outside the plane."""
    for which, h_or_c in ((axes.set_xlim, 0), (axes.set_ylim, 1)):
        values = np.concatenate([plane[h_or_c].ravel() for plane in shown])
        values = values[np.isfinite(values)]
        low, high = values.min(initial=1.0), values.max(initial=0.0)
        margin = 0.08 * (high - low) + 0.02
        which(max(low - margin, -0.02), min(high + margin, 1.02))


def _colours(trained: Sequence[Trained], setting: str) -> ScalarMappable | None:
    """Colours of the values that were swept; none where nothing was."""
    values = np.concatenate([[], *(each.values for each in trained if each.setting)])
    if not values.size:
        return None
    low, high = values.min(), values.max()
    scale = LogNorm if setting == TAU and low > 0 else Normalize
    norm = scale(low, high) if high > low else scale(low / 2, low * 2 or 1.0)
    return ScalarMappable(norm, _map())


def _map() -> Colormap:
    """Viridis without its brightest end, which is too pale for dots."""
    return ListedColormap(mpl.colormaps["viridis"](np.linspace(0, 0.92, 256)))


def _colour_bar(
    figure: Figure, panels: Any, colours: ScalarMappable, setting: str, trained: Sequence[Trained]
) -> None:
    """Ticks are at the values, as many as have room."""
    values = np.unique(np.concatenate([each.values for each in trained if each.setting]))
    bar = figure.colorbar(colours, ax=panels, pad=0.02, aspect=30)
    ticks = values[:: math.ceil(len(values) / 10)]
    bar.set_ticks(ticks.tolist(), labels=[f"{value:g}" for value in ticks])
    bar.ax.minorticks_off()
    bar.set_label(AXES.get(setting, setting))
    bar.outline.set_linewidth(0.5)


def _legend(names: Sequence[str]) -> list[Artist]:
    handles: list[Artist] = [
        Line2D([], [], marker=marker, **DATA, label=f"data, {shorten(name, 16)}")
        for marker, name in zip(MARKERS, names, strict=False)
    ]
    small: dict[str, Any] = {
        "linestyle": "",
        "markersize": 3.5,
        "markeredgewidth": 0,
        "color": QUIET,
    }
    handles.append(Line2D([], [], marker=MARKERS[0], **small, label="one member"))
    handles.append(Line2D([], [], **BOUND, label="least and largest $C$"))
    return handles
