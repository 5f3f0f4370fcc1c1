"""Orbits of trained models beside the data, at three τ (Mikhaeil et al. 2022, Fig. 3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float, Shaped
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from mpl_toolkits.mplot3d.axes3d import Axes3D  # type: ignore[import-untyped]

from tausweep.figures.collected import of_series, quantile
from tausweep.figures.settings import ReconstructionFigure, Style
from tausweep.figures.style import DATA, QUIET, characters, number
from tausweep.settings import Name

ROLES = ("smallest", "best", "largest")

MARGIN = 0.15
"""How far the axes reach beyond the data, as a fraction of their range."""

STILL = 0.02
"""An orbit whose last half moves by less than this fraction of the data's range gets a dot."""

VIEW = {"elev": 12, "azim": -65}
"""Shows both wings of the Lorenz attractor."""

Excerpt = Float[np.ndarray, "step variable"]
Corner = Float[np.ndarray, " variable"]
Grid = Shaped[np.ndarray, "row column"]


class Options(ReconstructionFigure):
    """What the figure can be told."""

    series: Name
    style: Style = Style()


def reconstruction(dataset: xr.Dataset, options: Mapping[str, Any]) -> Figure:
    """Draw orbits of every model at its smallest, best and largest τ over the data.

    The best τ has the lowest median D_stsp over members; of every τ, the orbit of the median
    member is shown. A τ is drawn once: where the best is also the smallest or the largest, that
    place says so. Three or more variables are drawn as the first three in space, two in the plane,
    one against time. An orbit is drawn as far as it stays near the data. Methods without τ are
    left out, unless there are no others.

    Parameters
    ----------
    dataset
        Collected results.
    options
        Fields of `Options`.

    Raises
    ------
    ValueError
        The results hold no such series, or an option is wrong.
    """
    settings = Options.model_validate(options)
    every, _, signal = of_series(dataset, settings.series, settings.style)
    trained = [each for each in every if each.swept] or every
    data, names = _data(signal, settings.steps)
    members = [_members_shown(each.rows) for each in trained]
    roles = [role for role in ROLES if any(role in shown for shown in members)]
    figure, panels = _grid(len(trained), len(roles), data.shape[1], settings.style)
    between = ", " if characters(settings.style) / len(roles) > 36 else "\n"
    for row, each, shown in zip(panels, trained, members, strict=True):
        for axes, role in zip(row, roles, strict=True):
            if role not in shown:
                _vacant(axes, role)
                continue
            member = shown[role]
            orbit = member["excerpt"].transpose("step", "variable").to_numpy()
            orbit = orbit[: len(data), : data.shape[1]]
            drawn = _panel(axes, data, orbit, names, each.look.colour)
            tau, d_stsp = member["tau"].item(), number(member["D_stsp"].item())
            metric = rf"$D_\mathrm{{stsp}}$ = {d_stsp}"
            axes.set_title(f"{each.label}\n{role} $\\tau$ = {tau}{between}{metric}")
            if member["diverged"].item():
                _remark(axes, "diverged", height=0.96)
            elif not drawn:
                _remark(axes, "away from the data", height=0.96)
    data_line = Line2D([], [], color=DATA, label="held-out data")
    figure.legend(handles=[data_line], loc="outside lower center")
    return figure


def _data(signal: xr.Dataset, steps: int) -> tuple[Excerpt, list[str]]:
    """Excerpt of the data, and names of its variables, without what was filled up in joining."""
    excerpt = signal["data_excerpt"].transpose("step", "variable")
    there = np.isfinite(excerpt.to_numpy())
    variables = np.flatnonzero(there.any(axis=0))[:3]
    data = excerpt.to_numpy()[there.any(axis=1)][:steps, variables]
    names = signal["variable_name"].to_numpy()[variables]
    return data, [str(name).replace("$", r"\$") for name in names]


def _members_shown(rows: xr.Dataset) -> dict[str, xr.Dataset]:
    """Median member, by D_stsp, at the smallest, best and largest τ, as far as these differ."""
    tau, d_stsp = rows["tau"].to_numpy(), rows["D_stsp"].to_numpy()
    taus = np.unique(tau)
    best = min(taus, key=lambda t: quantile(d_stsp[tau == t], 0.5))
    chosen = {"best": best}
    if taus[0] < best:
        chosen["smallest"] = taus[0]
    if taus[-1] > best:
        chosen["largest"] = taus[-1]
    return {role: _median_member(rows.isel(run=tau == t)) for role, t in chosen.items()}


def _median_member(rows: xr.Dataset) -> xr.Dataset:
    """Member in the middle by D_stsp (the better of two); those without a value come last."""
    order = np.argsort(rows["D_stsp"].to_numpy(), kind="stable")
    return rows.isel(run=order[(len(order) - 1) // 2])


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


def _vacant(axes: Axes, role: str) -> None:
    axes.set_axis_off()
    _remark(axes, f"best $\\tau$ is the {role}", height=0.5)


def _remark(axes: Axes, text: str, height: float) -> None:
    axes.annotate(text, (0.5, height), xycoords="axes fraction", ha="center", va="top", color=QUIET)
