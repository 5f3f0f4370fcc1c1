"""Deep linear networks: the loss while they learn, and how long they take, by depth."""

from __future__ import annotations

import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from tausweep.figures.drawing.style import PALETTE, QUIET
from tausweep.figures.drawing.theory.panels import POINT, point, row
from tausweep.figures.figure import Style

STARTS = {
    "small": ("black", "o", "small"),
    "orthogonal": (PALETTE[4], "s", "orthogonal"),
}
"""How initial weights are drawn and called."""
LEAST = 1e-4
"""Excess of the loss that is drawn, of that at first."""


def depth(dataset: xr.Dataset, style: Style) -> Figure:
    """Draw losses against steps by depth, and steps to learn against depth.

    Parameters
    ----------
    dataset
        Output of stage `theory`, analysis depth.
    style
        How it looks.
    """
    figure, (losses, steps) = row(2, style, _legend(dataset))
    _losses(losses, dataset)
    _steps(steps, dataset)
    return figure


def _losses(axes: Axes, dataset: xr.Dataset) -> None:
    for i, layers in enumerate(dataset["followed"].values):
        each, look = dataset.isel(followed=i), point(i)
        axes.plot(
            each["theory_steps"], each["theory"], color=look["color"], gid=f"theory: {layers}"
        )
        axes.plot(each["descent_steps"], each["descent"], **look, gid=f"descent: {layers}")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(LEAST, 2)
    axes.set_xlabel("steps of gradient descent")
    axes.set_ylabel("loss / loss at first")
    axes.set_title("from small weights", loc="left")


def _steps(axes: Axes, dataset: xr.Dataset) -> None:
    for start, (colour, marker, _) in STARTS.items():
        each = dataset.sel(start=start)
        axes.plot(dataset["depth"], each["learning_steps"], color=colour, gid=f"theory: {start}")
        axes.plot(
            dataset["layers"], each["measured_steps"], **POINT, marker=marker, color=colour,
            gid=f"descent: {start}",
        )  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    axes.set_xlabel("number of layers $N$")
    axes.set_ylabel("steps to learn")
    axes.set_title("time to learn by depth", loc="left")


def _legend(dataset: xr.Dataset) -> list[Artist]:
    handles: list[Artist] = [
        Line2D([], [], **{**point(i), "linestyle": "-"}, label=f"$N = {layers}$")
        for i, layers in enumerate(dataset["followed"].values)
    ]
    for start, (colour, marker, name) in STARTS.items():
        initial = float(dataset["initial"].sel(start=start))
        label = f"{name}, $p(0) = {initial:g}$"
        look = {**POINT, "linestyle": "-", "marker": marker, "color": colour}
        handles.append(Line2D([], [], **look, label=label))
    return [
        *handles,
        Line2D([], [], color=QUIET, label="gradient flow"),
        Line2D([], [], **POINT, marker="o", color=QUIET, label="descent"),
    ]
