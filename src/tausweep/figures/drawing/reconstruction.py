"""Orbits of trained models beside the data, at several τ (Mikhaeil et al. 2022, Fig. 3)."""

from __future__ import annotations

import numpy as np
import xarray as xr
from jaxtyping import Float, Shaped
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from mpl_toolkits.mplot3d.axes3d import Axes3D  # type: ignore[import-untyped]

from tausweep.figures.drawing.collected import Trained, measured, median_member, of_series, symbol
from tausweep.figures.drawing.style import DATA, QUIET, characters, number
from tausweep.figures.figure import Style
from tausweep.figures.reconstruction import ReconstructionFigure

ROLES = ("smallest", "best", "largest")
BEST = ROLES.index("best")

MARGIN = 0.15
"""How far the axes reach beyond the data, as a fraction of their range."""

STILL = 0.02
"""An orbit whose last half moves by less than this fraction of the data's range gets a dot."""

VIEW = {"elev": 12, "azim": -65}
"""Shows both wings of the Lorenz attractor."""

Excerpt = Float[np.ndarray, "step variable"]
Corner = Float[np.ndarray, " variable"]
Grid = Shaped[np.ndarray, "row column"]


def reconstruction(
    dataset: xr.Dataset, settings: ReconstructionFigure, series: str, style: Style
) -> Figure:
    """Draw orbits of every model over the data, at the smallest, best and largest value of what was
    swept, or at values asked for.

    The best value has the lowest median over members of the metric `best_by`; of every value, the
    orbit of the median member is shown. A value is drawn once: where the best is also the smallest
    or the largest, that place says so. What swept nothing has one orbit, in the place of the best.
    Three or more variables are drawn as the first three in space, two in the plane, one against
    time. An orbit is drawn as far as it stays near the data.

    Parameters
    ----------
    dataset
        Collected results.
    settings, series, style
        What is shown, of which series, and how it looks.

    Raises
    ------
    ValueError
        The results hold no such series or metric.
    """
    trained, _, signal = of_series(dataset, series, style)
    by = settings.best_by or "D_stsp"
    data, names = _data(signal, settings.steps)
    shown = [_shown(each, settings, by) for each in trained]
    places = sorted({place for each in shown for place in each})
    figure, panels = _grid(len(trained), len(places), data.shape[1], style)
    between = ", " if characters(style) / len(places) > 36 else "\n"
    for row, each, at in zip(panels, trained, shown, strict=True):
        for axes, place in zip(row, places, strict=True):
            if place not in at:
                _vacant(axes, each, place, settings)
                continue
            member = median_member(each.at(at[place]).rows, by)
            orbit = member["excerpt"].transpose("step", "variable").to_numpy()
            orbit = orbit[: len(data), : data.shape[1]]
            drawn = _panel(axes, data, orbit, names, each.look.colour)
            swept = _swept(each, at[place], place, settings)
            metric = f"{symbol(by)} = {number(float(measured(member, by)))}"
            below = between.join(text for text in (swept, metric) if text)
            axes.set_title(f"{each.label}\n{below}")
            if member["diverged"].item():
                _remark(axes, "diverged", height=0.96)
            elif not drawn:
                _remark(axes, "away from the data", height=0.96)
    data_line = Line2D([], [], color=DATA, label="held-out data")
    figure.legend(handles=[data_line], loc="outside lower center")
    return figure


def _shown(trained: Trained, settings: ReconstructionFigure, by: str) -> dict[int, float]:
    """Values of the swept setting by their place from the left, each once."""
    if not trained.setting:
        return {BEST if settings.values == "auto" else 0: np.nan}
    there = np.unique(trained.values)
    if settings.values != "auto":
        nearest = [there[np.argmin(np.abs(there - value))] for value in settings.values]
        return {i: float(v) for i, v in enumerate(nearest) if v not in nearest[:i]}
    best = trained.best(by)
    at = {0: float(there[0]), BEST: best, 2: float(there[-1])}
    return {place: value for place, value in at.items() if place == BEST or value != best}


def _swept(trained: Trained, value: float, place: int, settings: ReconstructionFigure) -> str:
    """The value of an orbit, and what it is of them."""
    if not trained.setting:
        return ""
    role = f"{ROLES[place]} " if settings.values == "auto" else ""
    return f"{role}{trained.symbol} = {value:g}"


def _data(signal: xr.Dataset, steps: int) -> tuple[Excerpt, list[str]]:
    """Excerpt of the data, and names of its variables, without what was filled up in joining."""
    excerpt = signal["data_excerpt"].transpose("step", "variable")
    there = np.isfinite(excerpt.to_numpy())
    variables = np.flatnonzero(there.any(axis=0))[:3]
    data = excerpt.to_numpy()[there.any(axis=1)][:steps, variables]
    names = signal["variable_name"].to_numpy()[variables]
    return data, [str(name).replace("$", r"\$") for name in names]


def _grid(rows: int, columns: int, variables: int, style: Style) -> tuple[Figure, Grid]:
    """A panel for every model and τ: about square in space and plane, flat against time."""
    letter = style.font_size / 72
    height = style.width / 3 * {1: 0.4, 2: 0.7, 3: 0.75}[variables] + 5 * letter
    # Axes in space reach beyond what the layout allows for them.
    layout = ConstrainedLayoutEngine(rect=(0, 0, 0.97, 1), h_pad=letter)
    figure = Figure(figsize=(style.width, rows * height + 3 * letter), layout=layout)
    panels = figure.subplots(
        rows, columns, squeeze=False, subplot_kw={"projection": "3d" if variables == 3 else None}
    )
    return figure, panels


def _panel(axes: Axes, data: Excerpt, orbit: Excerpt, names: list[str], colour: str) -> bool:
    """Draw the orbit over the data, in axes that the data set; whether any of it is in them."""
    margin = MARGIN * np.ptp(data, axis=0)
    low, high = data.min(axis=0) - margin, data.max(axis=0) + margin
    _frame(axes, low, high, names, len(data))
    near = ((orbit >= low) & (orbit <= high)).all(axis=1, keepdims=True)
    orbit = np.where(near, orbit, np.nan)  # axes in space do not clip
    axes.plot(*_coordinates(data), color=DATA, linewidth=0.5, gid="data")
    axes.plot(*_coordinates(orbit), color=colour, linewidth=0.6, gid="orbit")
    end = orbit[len(orbit) // 2 :]
    if np.isfinite(end).all() and (np.ptp(end, axis=0) < STILL * np.ptp(data, axis=0)).all():
        axes.plot(*_coordinates(orbit)[:, -1:], ".", color=colour, gid="fixed point")
    return bool(near.any())


def _coordinates(x: Excerpt) -> Float[np.ndarray, "axis step"]:
    """Columns to plot: the variables, or the step and the only variable."""
    return np.array([np.arange(len(x)), x[:, 0]]) if x.shape[1] == 1 else x.T


def _frame(axes: Axes, low: Corner, high: Corner, names: list[str], steps: int) -> None:
    """Axes with names and without numbers: the variables are standardised."""
    if len(names) == 1:
        axes.set(xlabel="step", ylabel=names[0], xlim=(0, steps), ylim=(low[0], high[0]))
        return
    axes.set(xlabel=names[0], ylabel=names[1], xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    axes.set(xticks=[], yticks=[])
    if isinstance(axes, Axes3D):
        axes.set(zlabel=names[2], zlim=(low[2], high[2]), zticks=[])
        axes.view_init(**VIEW)
        axes.set_box_aspect(None, zoom=1.32)
        for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
            axis.pane.set_visible(False)
            axis.line.set(color=QUIET, linewidth=0.5)
            axis.labelpad = -14


def _vacant(axes: Axes, trained: Trained, place: int, settings: ReconstructionFigure) -> None:
    axes.set_axis_off()
    if trained.setting and settings.values == "auto":
        _remark(axes, f"best {trained.symbol} is the {ROLES[place]}", height=0.5)


def _remark(axes: Axes, text: str, height: float) -> None:
    axes.annotate(text, (0.5, height), xycoords="axes fraction", ha="center", va="top", color=QUIET)
