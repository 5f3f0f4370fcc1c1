"""Quality of the reconstruction against the learning interval (Mikhaeil et al. 2022, Fig. 2)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Bool, Float, Shaped
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, LogLocator, NullLocator
from matplotlib.transforms import ScaledTranslation

from tausweep.figures.collected import Trained, of_series, quantile
from tausweep.figures.settings import Style, SweepFigure
from tausweep.figures.style import QUIET, characters
from tausweep.settings import Name

PANELS = (("D_stsp", r"$D_\mathrm{stsp}$ (nats)"), ("D_H", r"$D_H$"))
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

Grid = Shaped[np.ndarray, "row column"]


class Options(SweepFigure):
    """What the figure can be told."""

    series: Name
    style: Style = Style()


def sweep(dataset: xr.Dataset, options: Mapping[str, Any]) -> Figure:
    """Draw D_stsp and D_H against τ for the models trained on one series.

    One line per model: the median over members, with a band of the central fraction `band` and
    every member as a dot (beside its τ by a few points, so that models do not hide each other).
    A member that diverged is a cross; where it has no value, at the upper edge. A method without
    learning intervals (classical BPTT) is a line and a band across.

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
    trained, rows, signal = of_series(dataset, settings.series, settings.style)
    handles = _legend(trained, rows, signal, settings.band)
    columns = _columns(handles, characters(settings.style))
    figure, panels = _grid(settings.style, legend_rows=math.ceil(len(handles) / columns))
    room = characters(settings.style) / panels.shape[1] - AROUND
    for axes, (metric, label) in zip(panels.flat, PANELS, strict=True):
        name = f"{metric}_legacy" if settings.show_legacy else metric
        swept = rows["tau"].to_numpy()[rows["kind"].to_numpy() != "bptt"]
        _tau_axis(axes, swept, signal, settings.log_tau, room)
        _value_axis(axes, rows, name)
        axes.set_ylabel(f"{label}, legacy" if settings.show_legacy else label)
        _references(axes, rows, name, signal["tau_pred"].item())
        _tau_pred(axes, signal)
        for each in trained:
            if not each.swept:
                _across(axes, each, name, settings.band)
        curves = [each for each in trained if each.swept]
        for i, each in enumerate(curves):
            _curve(axes, each, name, settings.band, aside=3.0 * (i - (len(curves) - 1) / 2))
    in_rows = [
        handles[i] for column in range(columns) for i in range(column, len(handles), columns)
    ]
    figure.legend(handles=in_rows, loc="outside lower center", ncols=columns)
    return figure


def _grid(style: Style, legend_rows: int) -> tuple[Figure, Grid]:
    """Place two panels side by side, or below each other where letters are large for the width."""
    rows, columns = (1, 2) if characters(style) >= 100 else (2, 1)
    panel, line = 0.7 * style.width / columns, 1.6 * style.font_size / 72
    size = (style.width, rows * panel + legend_rows * line)
    figure = Figure(figsize=size, layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False)


def _curve(axes: Axes, trained: Trained, name: str, band: float, aside: float) -> None:
    """Median, band and members of one model; members are drawn `aside` points right of their τ."""
    tau, value = trained.rows["tau"].to_numpy(), trained.rows[name].to_numpy()
    colour, marker, label = trained.look.colour, trained.look.marker, trained.label
    top, taus = _top(axes), np.unique(tau)
    lower, median, upper = np.transpose([_central(value[tau == t], band) for t in taus])
    axes.fill_between(
        taus, np.minimum(lower, top), np.minimum(upper, top), color=colour, alpha=BAND, linewidth=0
    )
    axes.plot(
        taus, median, trained.look.line, color=colour, marker=marker, markeredgecolor="white",
        markeredgewidth=0.4, zorder=4, gid=f"median: {label}",
    )  # fmt: skip
    lost = _diverged(trained.rows)
    value = np.where(lost & np.isnan(value), top, value)
    shifted = axes.transData + ScaledTranslation(aside / 72, 0, axes.figure.dpi_scale_trans)
    for where, dots, gid, order in (
        (~lost, MEMBER, "members", 3),
        (lost, DIVERGED, "diverged", 5),
    ):
        axes.plot(
            tau[where], value[where], **dots, color=colour, transform=shifted, zorder=order,
            clip_on=False, in_layout=False, gid=f"{gid}: {label}",
        )  # fmt: skip


def _across(axes: Axes, trained: Trained, name: str, band: float) -> None:
    """Median and band of a model whose method has no τ; what lies above the axes, at their top."""
    central = _central(trained.rows[name].to_numpy(), band)
    lower, median, upper = np.minimum(central, _top(axes))
    colour, line = trained.look.colour, trained.look.line
    axes.axhspan(lower, upper, color=colour, alpha=BAND / 2, linewidth=0, zorder=0)
    axes.axhline(median, color=colour, linestyle=line, zorder=2, gid=f"median: {trained.label}")


def _central(values: Float[np.ndarray, " member"], band: float) -> list[float]:
    """Lower end, median and upper end of the central fraction of members."""
    return [quantile(values, q) for q in ((1 - band) / 2, 0.5, (1 + band) / 2)]


def _top(axes: Axes) -> float:
    """Where a value stands that is too large for the axes."""
    return float(axes.transData.inverted().transform(axes.transAxes.transform((0, 0.97)))[1])


def _diverged(rows: xr.Dataset) -> Bool[np.ndarray, " run"]:
    return np.asarray(rows["diverged"].to_numpy() == 1)


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
    axes.set_xlabel(r"learning interval $\tau$ (steps)")
    if not log:
        margin = 0.05 * (high - low) or 0.5 * high
        axes.set_xlim(max(low - margin, 0), high + margin)
        return
    margin = max((high / low) ** 0.05, 1.2 if high > low else 2.0)
    axes.set_xscale("log")
    axes.set_xlim(low / margin, high * margin)
    taus = np.unique(tau)
    axes.xaxis.set_major_locator(FixedLocator(taus.tolist()))
    axes.xaxis.set_major_formatter(FixedFormatter(_sparse_labels(taus, axes.get_xlim(), room)))
    axes.xaxis.set_minor_locator(NullLocator())


def _sparse_labels(
    taus: Float[np.ndarray, " tau"], limits: tuple[float, float], room: float
) -> list[str]:
    """Labels of ticks, empty where one would run into that before it."""
    labels, free = [], -np.inf
    places = room * np.log(taus) / np.log(limits[1] / limits[0])
    for place, text in zip(places, (f"{tau:g}" for tau in taus), strict=True):
        fits = place - len(text) / 2 > free
        labels.append(text if fits else "")
        free = place + len(text) / 2 + 1 if fits else free
    return labels


def _value_axis(axes: Axes, rows: xr.Dataset, name: str) -> None:
    """Axis of a metric: D_stsp spans orders of magnitude and is logarithmic, D_H is not."""
    names = [n for n in (name, f"{name}_floor", f"{name}_ceiling") if n in rows]
    values = np.concatenate([rows[n].to_numpy() for n in names])
    values = values[np.isfinite(values)]
    if not values.size:
        return
    low, high = values.min(), values.max()
    if name.startswith("D_stsp") and low > 0:
        axes.set_yscale("log")
        axes.set_ylim(low / max((high / low) ** 0.1, 1.1), high * max((high / low) ** 0.1, 1.1))
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=20))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        margin = 0.1 * (high - low) or 0.1
        axes.set_ylim(low - margin, high + margin)


def _references(axes: Axes, rows: xr.Dataset, name: str, tau_pred: float) -> None:
    """Floor and ceiling of the metric, named where they are drawn, away from τ_pred."""
    place, align = (0.01, "left") if _fraction(axes, tau_pred) > 0.5 else (1.0, "right")
    for suffix, text, line, side in (
        ("floor", "floor: data vs held-out data", (0, (5, 3)), "top"),
        ("ceiling", "ceiling: constant orbit", (0, (1, 2)), "bottom"),
    ):
        if f"{name}_{suffix}" not in rows:
            continue
        value = float(rows[f"{name}_{suffix}"].median())
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
    trained: list[Trained], rows: xr.Dataset, signal: xr.Dataset, band: float
) -> list[Artist]:
    """What the legend explains: the models, and of all else only what is there."""
    handles: list[Artist] = [
        Line2D([], [], color=each.look.colour, ls=each.look.line,
               marker=each.look.marker if each.swept else None,
               markeredgecolor="white", markeredgewidth=0.4, label=each.label)
        for each in trained
    ]  # fmt: skip
    if any(each.rows.sizes["run"] > len(np.unique(each.rows["tau"])) for each in trained):
        label = f"central {100 * band:g} % of members"
        colour = trained[0].look.colour  # grey is the interval of τ_pred
        handles.append(Patch(color=colour, alpha=BAND, linewidth=0, label=label))
        handles.append(Line2D([], [], **MEMBER, color=QUIET, label="one member"))
    if _diverged(rows).any():
        handles.append(Line2D([], [], **DIVERGED, color=QUIET, label="diverged member"))
    if np.isfinite(signal["tau_pred_interval"].to_numpy()).any():
        label = r"interval of $\tau_\mathrm{pred}$"
        handles.append(Patch(color="black", alpha=INTERVAL, linewidth=0, label=label))
    if np.isfinite(signal["tau_pred_equations"].item()):
        label = r"$\tau_\mathrm{pred}$ from the equations"
        handles.append(Line2D([], [], **EQUATIONS, label=label))
    return handles


def _columns(handles: list[Artist], room: float) -> int:
    """Columns of the legend: as many as fit in a width of `room` characters."""
    labels = [re.sub(r"[$_{}\\]|mathrm", "", str(handle.get_label())) for handle in handles]
    for columns in range(len(labels), 1, -1):
        split = np.array_split([len(label) + 8 for label in labels], columns)
        if sum(max(lengths) for lengths in split) <= room:
            return columns
    return 1
