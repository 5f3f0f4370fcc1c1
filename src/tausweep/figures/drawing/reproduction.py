"""Published metrics against τ, and ours."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from tausweep.figures.drawing.collected import symbol
from tausweep.figures.drawing.style import MARKERS, PALETTE
from tausweep.figures.figure import Style

HEIGHT = 1.9
"""Of a panel, in inches."""
TICKS = (5, 10, 30, 60, 100, 200)
"""Where they are among the τ shown."""
ASIDE = 1.6
"""Where methods that have no τ are shown, over the largest τ."""


def reproduction(dataset: xr.Dataset, style: Style) -> Figure:
    """Draw a panel for each metric and series; what has no τ stands at the right of it.

    Parameters
    ----------
    dataset
        Output of stage `reproduction`.
    style
        How it looks.
    """
    points = dataset.isel(point=np.flatnonzero(dataset["model"].values.astype(str) != ""))
    series, metrics, models = (
        list(dict.fromkeys(points[name].values.tolist())) for name in ("series", "metric", "model")
    )
    figure = Figure(figsize=(style.width, HEIGHT * len(metrics) + 0.4), layout="constrained")
    panels = figure.subplots(len(metrics), len(series), sharex="col", sharey="row", squeeze=False)
    looks = {model: (PALETTE[i], MARKERS[i]) for i, model in enumerate(models)}
    for row, metric in zip(panels, metrics, strict=True):
        for axes, name in zip(row, series, strict=True):
            here = (points["series"] == name) & (points["metric"] == metric)
            _panel(axes, points.isel(point=here.values), looks)
        row[0].set_ylabel(symbol(metric))
    for axes, name in zip(panels[0], series, strict=True):
        axes.set_title(name, loc="left")
    for axes in panels[-1]:
        axes.set_xlabel(r"$\tau$ (steps)")
    figure.legend(handles=_handles(looks), loc="outside upper left", ncols=len(models) + 2)
    return figure


def _panel(axes: Axes, points: xr.Dataset, looks: dict[str, tuple[str, str]]) -> None:
    tau = points["tau"].values
    swept = np.isfinite(tau)
    axes.set_xscale("log")
    axes.set_yscale("log")
    aside = ASIDE * tau[swept].max(initial=1.0)
    for i, (model, look) in enumerate(looks.items()):
        of = points.isel(point=points["model"].values == model)
        for with_tau in (True, False):
            part = of.isel(point=np.isfinite(of["tau"].values) == with_tau).sortby("tau")
            x = part["tau"].values if with_tau else np.full(part.sizes["point"], aside * 1.2**i)
            _curve(axes, x, part, model, look)
    if not swept.all():
        axes.axvline(aside / 1.25, color="0.85", linewidth=0.6)
    shown = [t for t in TICKS if t in tau] or sorted(set(tau[swept]))
    axes.set_xticks(shown, [f"{t:g}" for t in shown])
    axes.set_xticks([], minor=True)
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _curve(axes: Axes, x: np.ndarray, part: xr.Dataset, model: str, look: tuple[str, str]) -> None:
    """Published means open and dashed, ours, where there are any, filled with their intervals."""
    colour, marker = look
    if not len(x):
        return
    axes.plot(x, part["published"], "--", color=colour, marker=marker, linewidth=0.8,
              markerfacecolor="white", alpha=0.8, gid=f"published: {model}")  # fmt: skip
    there = np.isfinite(part["ours"].values)
    x, part = x[there], part.isel(point=there)
    axes.plot(x, part["ours"], "-", color=colour, marker=marker, gid=f"ours: {model}")
    axes.vlines(x, part["lower"], part["upper"], color=colour, linewidth=1.0,
                gid=f"interval: {model}")  # fmt: skip


def _handles(looks: dict[str, tuple[str, str]]) -> list[Line2D]:
    models = [
        Line2D([], [], color=colour, marker=marker, linestyle="", label=model)
        for model, (colour, marker) in looks.items()
    ]
    return [
        *models,
        Line2D([], [], color="0.3", linestyle="-", marker="o", label="ours, 95 % interval"),
        Line2D([], [], color="0.3", linestyle="--", marker="o", linewidth=0.8,
               markerfacecolor="white", label="published"),
    ]  # fmt: skip
