"""Quality of the reconstruction against the learning interval (Mikhaeil et al. 2022, Fig. 2)."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator
from matplotlib.transforms import ScaledTranslation

from tausweep.figures.drawing.collected import (
    AXES,
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
from tausweep.figures.figure import Style
from tausweep.figures.sweep import TAU, SweepFigure

AROUND = 10
"""Width of what stands beside the axes of a panel, in characters."""

INTERVAL = 0.08
"""Opacity of the interval of τ_pred."""
BAND = 0.18
"""Opacity of a band."""

MEMBER: dict[str, Any] = {
    "linestyle": "", "marker": "o", "markersize": 2.2, "markeredgewidth": 0, "alpha": 0.45
}  # fmt: skip
DIVERGED: dict[str, Any] = {"linestyle": "", "marker": "x", "markersize": 3.5, "alpha": 0.8}
EQUATIONS: dict[str, Any] = {"color": "black", "linewidth": 0.8, "linestyle": ":"}

REFERENCES = (
    ("floor", "floor: data vs held-out data", (0, (5, 3)), "top"),
    ("ceiling", "ceiling: constant orbit", (0, (1, 2)), "bottom"),
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
        if setting == TAU:
            _tau_axis(axes, values, signal, settings.log_tau, room)
        else:
            _setting_axis(axes, values, setting, room)
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


def _tau_axis(
    axes: Axes, tau: Float[np.ndarray, " run"], signal: xr.Dataset, log: bool, room: float
) -> None:
    """Axis of τ, wide enough for τ_pred; a logarithmic one has its ticks at the τ used.

    `room` is the width of the axes in characters. Without any τ it runs from 1 to 100.
    """
    marks = np.array([signal["tau_pred"].item(), signal["tau_pred_equations"].item()])
    inside = np.concatenate([tau, marks[np.isfinite(marks)]])
    if not inside.size:
        inside = np.array([1.0, 100.0])
    low, high = inside.min(), inside.max()
    axes.set_xlabel(AXES[TAU])
    if not log:
        margin = 0.05 * (high - low) or 0.5 * high
        axes.set_xlim(max(low - margin, 0), high + margin)
        return
    margin = max((high / low) ** 0.05, 1.2 if high > low else 2.0)
    axes.set_xscale("log")
    axes.set_xlim(low / margin, high * margin)
    _ticks_at(axes, np.unique(tau), room)


def _setting_axis(axes: Axes, values: Float[np.ndarray, " run"], name: str, room: float) -> None:
    """Axis of any other setting: logarithmic where its values span more than a decade; they may
    include zero.
    """
    axes.set_xlabel(AXES.get(name, name))
    low, high = values.min(), values.max()
    positive = values[values > 0]
    if low < 0 or not positive.size or high <= 10 * positive.min():
        margin = 0.05 * (high - low) or 0.5 * abs(high) or 1.0
        axes.set_xlim(low - margin, high + margin)
        return
    axes.set_xscale("symlog", linthresh=positive.min(), linscale=0.5)
    axes.set_xlim(-0.2 * positive.min() if low == 0 else low / 1.2, 1.2 * high)
    _ticks_at(axes, np.unique(values), room)


def _ticks_at(axes: Axes, values: Float[np.ndarray, " value"], room: float) -> None:
    """Ticks at the values used; labels where they have room."""
    axes.xaxis.set_major_locator(FixedLocator(values.tolist()))
    axes.xaxis.set_major_formatter(FixedFormatter(_sparse_labels(axes, values, room)))
    axes.xaxis.set_minor_locator(NullLocator())


def _sparse_labels(axes: Axes, values: Float[np.ndarray, " value"], room: float) -> list[str]:
    """Labels of ticks, empty where one would run into that before it."""
    labels, free = [], -np.inf
    for value in values:
        place, text = room * _fraction(axes, value), f"{value:g}"
        fits = place - len(text) / 2 > free
        labels.append(text if fits else "")
        free = place + len(text) / 2 + 1 if fits else free
    return labels


def _references(axes: Axes, signal: xr.Dataset, quantity: str, tau_pred: float) -> None:
    """What a metric is to be read between, named where it is drawn, away from τ_pred."""
    place, align = (0.01, "left") if _fraction(axes, tau_pred) > 0.5 else (1.0, "right")
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


def _tau_pred(axes: Axes, signal: xr.Dataset) -> None:
    """Predictability time with its interval, or why there is none."""
    tau_pred, equations = signal["tau_pred"].item(), signal["tau_pred_equations"].item()
    if np.isfinite(equations):
        axes.axvline(equations, **EQUATIONS, gid="tau_pred_equations")
    if signal["verdict"].item() != "chaotic":
        _above(axes, 0.5, rf"no $\tau_\mathrm{{pred}}$: {signal['verdict'].item()}")
        return
    interval = signal["tau_pred_interval"].sel(bound=["lower", "upper"]).to_numpy()
    if not np.isnan(interval).any():
        lower, upper = np.clip(interval, *axes.get_xlim())  # the upper bound may be infinite
        axes.axvspan(lower, upper, color="black", alpha=INTERVAL, linewidth=0, zorder=0)
    axes.axvline(tau_pred, color="black", linewidth=1.0, zorder=1, gid="tau_pred")
    label = r"$\tau_\mathrm{pred} = \ln 2\,/\,\lambda_\mathrm{max}$"
    _above(axes, _fraction(axes, tau_pred), label)


def _fraction(axes: Axes, tau: float) -> float:
    """Where τ is, as a fraction of the width of the axes."""
    place = axes.transAxes.inverted().transform(axes.transData.transform((tau, 1)))
    return float(place[0])


def _above(axes: Axes, place: float, text: str) -> None:
    """Write above the axes at a fraction of their width, never beyond their sides."""
    side = "left" if place < 0.2 else "right" if place > 0.8 else "center"
    axes.annotate(
        text, (place, 1), xycoords="axes fraction", xytext=(0, 2), textcoords="offset points",
        ha=side, va="bottom",
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
    if settings.setting not in (None, TAU):
        return handles
    if np.isfinite(signal["tau_pred_interval"].to_numpy()).any():
        text = r"interval of $\tau_\mathrm{pred}$"
        handles.append(Patch(color="black", alpha=INTERVAL, linewidth=0, label=text))
    if np.isfinite(signal["tau_pred_equations"].item()):
        text = r"$\tau_\mathrm{pred}$ from the equations"
        handles.append(Line2D([], [], **EQUATIONS, label=text))
    return handles


def _entry(trained: Trained, curves: list[Trained], settings: SweepFigure) -> str:
    """Name of a model, with the value it is shown at where that is not on the axis."""
    if trained in curves or not trained.setting:
        return trained.label
    value = trained.best((settings.metrics or ["D_stsp"])[0])
    return f"{trained.label} ({trained.symbol} = {value:g})"
