"""Quality of the reconstruction against the learning interval (Mikhaeil et al. 2022, Fig. 2)."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import ScaledTranslation

from tausweep.figures.drawing.collected import (
    Trained,
    central,
    diverged,
    label,
    measured,
    of_series,
    reference,
)
from tausweep.figures.drawing.panels import grid, top, value_axis
from tausweep.figures.drawing.style import QUIET, characters
from tausweep.figures.drawing.swept import (
    fraction,
    mark_tau_pred,
    swept_axis,
    tau_pred_handles,
)
from tausweep.figures.figure import Style
from tausweep.figures.sweep import TAU, SweepFigure
from tausweep.metrics.bounds import Bounds

AROUND = 10
"""Width of what stands beside the axes of a panel, in characters."""

BAND = 0.18
"""Opacity of a band."""

MEMBER: dict[str, Any] = {
    "linestyle": "", "marker": "o", "markersize": 2.2, "markeredgewidth": 0, "alpha": 0.45
}  # fmt: skip
DIVERGED: dict[str, Any] = {"linestyle": "", "marker": "x", "markersize": 3.5, "alpha": 0.8}

REFERENCES = (
    ("floor", "floor: data vs held-out data", (0, (5, 3)), "top"),
    ("ceiling", "ceiling: constant orbit", (0, (1, 2)), "bottom"),
    ("persistence", "the last value stays", (0, (4, 1, 1, 1)), "bottom"),
    ("equations", "of the equations", "-", "bottom"),
)
"""What a metric is read between: what is added to its name, text, line, side of the text."""


def sweep(dataset: xr.Dataset, settings: SweepFigure, series: str, style: Style) -> Figure:
    """Draw metrics against the swept setting for the models trained on one series.

    One line per model: the median over members, with a band of the central fraction `band` and
    every member as a dot (beside its value by a few points, so that models do not hide each other).
    A member that diverged is a cross; where it has no value, at the upper edge. What sweeps nothing
    (classical BPTT, a regression) is a line and a band across; so is a method that sweeps another
    setting, at its best value by the first of the metrics.

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
    trained, rows, signal = of_series(dataset, series, style)
    setting, metrics = settings.setting or TAU, settings.metrics or ["D_stsp", "D_H"]
    curves = [each for each in trained if each.setting == setting]
    others = [each.at(each.best(metrics[0])) for each in trained if each.setting != setting]
    handles = _legend(trained, curves, signal, settings)
    figure, panels = grid(len(metrics), style, handles)
    room = characters(style) / panels.shape[1] - AROUND
    values = np.concatenate([[], *(each.values for each in curves)])
    for axes, quantity in zip(panels.flat, metrics, strict=False):
        swept_axis(axes, values, setting, signal, room, settings.log_tau)
        bounds = [reference(signal, quantity, suffix) for suffix, *_ in REFERENCES]
        value_axis(axes, rows, quantity, np.concatenate([measured(rows, quantity), bounds]))
        axes.set_ylabel(label(rows, quantity))
        _references(axes, signal, quantity, signal["tau_pred"].item() if setting == TAU else np.nan)
        if setting == TAU:
            _tau_pred(axes, signal)
        for each in others:
            _across(axes, each, quantity, settings.band)
        for i, each in enumerate(curves):
            _curve(axes, each, quantity, settings.band, aside=3.0 * (i - (len(curves) - 1) / 2))
    return figure


def _curve(axes: Axes, trained: Trained, quantity: str, band: float, aside: float) -> None:
    """Median, band and members of one model; these are drawn `aside` points to the right."""
    x, value = trained.values, measured(trained.rows, quantity)
    colour, marker = trained.look.colour, trained.look.marker
    highest, at = top(axes), np.unique(x)
    lower, median, upper = np.transpose([central(value[x == v], band) for v in at])
    axes.fill_between(
        at,
        np.minimum(lower, highest),
        np.minimum(upper, highest),
        color=colour,
        alpha=BAND,
        linewidth=0,
    )
    axes.plot(
        at, median, trained.look.line, color=colour, marker=marker, markeredgecolor="white",
        markeredgewidth=0.4, zorder=4, gid=f"median: {trained.label}",
    )  # fmt: skip
    lost = diverged(trained.rows)
    value = np.where(np.isfinite(value), value, highest)
    shifted = axes.transData + ScaledTranslation(aside / 72, 0, axes.figure.dpi_scale_trans)
    for where, dots, gid, order in (
        (~lost, MEMBER, "members", 3),
        (lost, DIVERGED, "diverged", 5),
    ):
        axes.plot(
            x[where], value[where], **dots, color=colour, transform=shifted, zorder=order,
            clip_on=False, in_layout=False, gid=f"{gid}: {trained.label}",
        )  # fmt: skip


def _across(axes: Axes, trained: Trained, quantity: str, band: float) -> None:
    """Median and band of what has no place on the axis; what lies above the axes, at their top."""
    found = central(measured(trained.rows, quantity), band)
    lower, median, upper = np.minimum(found, top(axes))
    colour, line = trained.look.colour, trained.look.line
    axes.axhspan(lower, upper, color=colour, alpha=BAND / 2, linewidth=0, zorder=0)
    axes.axhline(median, color=colour, linestyle=line, zorder=2, gid=f"median: {trained.label}")


def _references(axes: Axes, signal: xr.Dataset, quantity: str, tau_pred: float) -> None:
    """What a metric is to be read between, named where it is drawn, away from τ_pred."""
    place, align = (0.01, "left") if fraction(axes, tau_pred) > 0.5 else (1.0, "right")
    for suffix, text, line, side in REFERENCES:
        value = reference(signal, quantity, suffix)
        if not np.isfinite(value):
            continue
        axes.axhline(value, color=QUIET, linewidth=0.8, linestyle=line, zorder=1, gid=suffix)
        axes.annotate(
            text, (place, value), xycoords=("axes fraction", "data"), ha=align, va=side,
            xytext=(0, 1.5 if side == "bottom" else -1.5), textcoords="offset points",
            color=QUIET, fontsize="small",
        )  # fmt: skip
    if Bounds.of(signal, quantity).meet:
        axes.text(
            0.5, 0.03, "floor and ceiling nearly meet:\nit cannot tell models apart", ha="center",
            va="bottom", transform=axes.transAxes, color=QUIET, zorder=6, gid="meet",
        )  # fmt: skip


def _legend(
    trained: list[Trained], curves: list[Trained], signal: xr.Dataset, settings: SweepFigure
) -> list[Artist]:
    """What the legend explains: the models, and of all else only what is there."""
    handles: list[Artist] = [
        Line2D([], [], color=each.look.colour, ls=each.look.line,
               marker=each.look.marker if each in curves else None,
               markeredgecolor="white", markeredgewidth=0.4, label=_entry(each, curves, settings))
        for each in trained
    ]  # fmt: skip
    if any(each.rows.sizes["run"] > len(np.unique(each.values)) for each in trained):
        text = f"central {100 * settings.band:g} % of members"
        colour = trained[0].look.colour  # grey is the interval of τ_pred
        handles.append(Patch(color=colour, alpha=BAND, linewidth=0, label=text))
        if curves:
            handles.append(Line2D([], [], **MEMBER, color=QUIET, label="one member"))
    if any(diverged(each.rows).any() for each in curves):
        handles.append(Line2D([], [], **DIVERGED, color=QUIET, label="diverged member"))
    return handles + (tau_pred_handles(signal) if settings.setting in (None, TAU) else [])


def _entry(trained: Trained, curves: list[Trained], settings: SweepFigure) -> str:
    """Name of a model, with the value it is shown at where that is not on the axis."""
    if trained in curves or not trained.setting:
        return trained.label
    value = trained.best((settings.metrics or ["D_stsp"])[0])
    return f"{trained.label} ({trained.symbol} = {value:g})"


def _tau_pred(axes: Axes, signal: xr.Dataset) -> None:
    """Predictability time, named, or why there is none."""
    if mark_tau_pred(axes, signal):
        text = r"$\tau_\mathrm{pred} = \ln 2\,/\,\lambda_\mathrm{max}$"
        _above(axes, fraction(axes, signal["tau_pred"].item()), text)
    else:
        _above(axes, 0.5, rf"no $\tau_\mathrm{{pred}}$: {signal['verdict'].item()}")


def _above(axes: Axes, place: float, text: str) -> None:
    """Write above the axes at a fraction of their width, never beyond their sides."""
    side = "left" if place < 0.2 else "right" if place > 0.8 else "center"
    axes.annotate(
        text, (place, 1), xycoords="axes fraction", xytext=(0, 2), textcoords="offset points",
        ha=side, va="bottom",
    )  # fmt: skip
