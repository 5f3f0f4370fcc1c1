"""Quality of the reconstruction against the learning interval (Mikhaeil et al. 2022, Fig. 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Bool, Float
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, LogLocator, NullLocator
from matplotlib.transforms import ScaledTranslation

from tausweep.config import Name, Style, SweepFigure
from tausweep.figures.collected import Trained, of_series, quantile
from tausweep.figures.style import QUIET

PANELS = (("D_stsp", r"$D_\mathrm{stsp}$ (nats)"), ("D_H", r"$D_H$"))
BAND = 0.18
MEMBER: dict[str, Any] = {
    "linestyle": "", "marker": "o", "markersize": 2.2, "markeredgewidth": 0, "alpha": 0.45
}  # fmt: skip
EQUATIONS: dict[str, Any] = {"color": "black", "linewidth": 0.8, "linestyle": ":"}
DIVERGED: dict[str, Any] = {"linestyle": "", "marker": "x", "markersize": 3.5, "alpha": 0.8}


class Options(SweepFigure):
    """What the figure can be told."""

    series: Name
    style: Style = Style()


def sweep(dataset: xr.Dataset, options: Mapping[str, Any]) -> Figure:
    """Draw D_stsp and D_H against τ for the models trained on one series.

    One line per model: the median over members, with a band of the central fraction `band` and
    every member as a dot (beside its τ by a few points, so that models do not hide each other).
    A member that diverged is a cross; where it has no value, at the upper edge.

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
    figure = Figure(
        figsize=(settings.style.width, 0.42 * settings.style.width), layout="constrained"
    )
    for axes, (metric, label) in zip(figure.subplots(1, 2, sharex=True), PANELS, strict=True):
        name = f"{metric}_legacy" if settings.show_legacy else metric
        _tau_axis(axes, rows["tau"].to_numpy(), signal, settings.log_tau)
        _value_axis(axes, rows, name)
        axes.set_ylabel(f"{label}, legacy" if settings.show_legacy else label)
        _references(axes, rows, name)
        _tau_pred(axes, signal)
        for i, each in enumerate(trained):
            _curve(axes, each, name, settings.band, aside=3.0 * (i - (len(trained) - 1) / 2))
    handles = _legend(trained, rows, signal, settings.band)
    figure.legend(handles=handles, loc="outside lower center", ncols=_columns(handles))
    return figure


def _curve(axes: Axes, trained: Trained, name: str, band: float, aside: float) -> None:
    """Median, band and members of one model; members are drawn `aside` points right of their τ."""
    tau, value = trained.rows["tau"].to_numpy(), trained.rows[name].to_numpy()
    colour, marker, label = trained.look.colour, trained.look.marker, trained.label
    top = axes.get_ylim()[1]
    taus = np.unique(tau)
    lower, median, upper = (
        np.array([quantile(value[tau == t], q) for t in taus])
        for q in ((1 - band) / 2, 0.5, (1 + band) / 2)
    )
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
    for where, dots, gid in ((~lost, MEMBER, "members"), (lost, DIVERGED, "diverged")):
        axes.plot(
            tau[where], value[where], **dots, color=colour, transform=shifted, clip_on=False,
            zorder=3, gid=f"{gid}: {label}",
        )  # fmt: skip


def _diverged(rows: xr.Dataset) -> Bool[np.ndarray, " run"]:
    return np.asarray(rows["diverged"].to_numpy() == 1)


def _tau_axis(axes: Axes, tau: Float[np.ndarray, " run"], signal: xr.Dataset, log: bool) -> None:
    """Axis of τ, wide enough for τ_pred; a logarithmic one has its ticks at the τ that were used."""
    marks = np.array([signal["tau_pred"].item(), signal["tau_pred_equations"].item()])
    inside = np.concatenate([tau, marks[np.isfinite(marks)]])
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
    axes.xaxis.set_major_locator(FixedLocator(taus))
    axes.xaxis.set_major_formatter(FixedFormatter(_sparse_labels(taus, axes.get_xlim())))
    axes.xaxis.set_minor_locator(NullLocator())


def _sparse_labels(taus: Float[np.ndarray, " tau"], limits: tuple[float, float]) -> list[str]:
    """Labels of ticks, empty where one would run into that before it."""
    labels, last = [], -np.inf
    for place, tau in zip(np.log(taus) / np.log(limits[1] / limits[0]), taus, strict=True):
        text = f"{tau:g}"
        room = 0.022 * len(text) + 0.02
        labels.append(text if place - last > room else "")
        last = place if labels[-1] else last
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


def _references(axes: Axes, rows: xr.Dataset, name: str) -> None:
    """Floor and ceiling of the metric, named where they are drawn."""
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
            text,
            (1, value),
            xycoords=("axes fraction", "data"),
            xytext=(0, 1.5 if side == "bottom" else -1.5),
            textcoords="offset points",
            ha="right",
            va=side,
            color=QUIET,
            fontsize="small",
        )


def _tau_pred(axes: Axes, signal: xr.Dataset) -> None:
    """Predictability time with its interval, or why there is none."""
    low, high = axes.get_xlim()
    tau_pred, equations = signal["tau_pred"].item(), signal["tau_pred_equations"].item()
    if np.isfinite(equations):
        axes.axvline(equations, **EQUATIONS, gid="tau_pred_equations")
    if signal["verdict"].item() != "chaotic":
        _above(axes, 0.5, rf"no $\tau_\mathrm{{pred}}$: {signal['verdict'].item()}")
        return
    lower, upper = signal["tau_pred_interval"].sel(bound=["lower", "upper"]).to_numpy()
    if not np.isnan([lower, upper]).any():
        axes.axvspan(
            max(lower, low), min(upper, high), color="black", alpha=0.08, linewidth=0, zorder=0
        )
    axes.axvline(tau_pred, color="black", linewidth=1.0, zorder=1, gid="tau_pred")
    place = axes.transAxes.inverted().transform(axes.transData.transform((tau_pred, 1)))[0]
    _above(axes, place, r"$\tau_\mathrm{pred} = \ln 2\,/\,\lambda_\mathrm{max}$")


def _above(axes: Axes, place: float, text: str) -> None:
    """Write above the axes at a fraction of their width, never beyond their sides."""
    side = "left" if place < 0.25 else "right" if place > 0.75 else "center"
    axes.annotate(
        text, (place, 1), xycoords="axes fraction", xytext=(0, 2), textcoords="offset points",
        ha=side, va="bottom",
    )  # fmt: skip


def _legend(
    trained: list[Trained], rows: xr.Dataset, signal: xr.Dataset, band: float
) -> list[Artist]:
    """What the legend explains: the models, and of all else only what is there."""
    handles: list[Artist] = [
        Line2D([], [], color=each.look.colour, marker=each.look.marker, linestyle=each.look.line,
               markeredgecolor="white", markeredgewidth=0.4, label=each.label)
        for each in trained
    ]  # fmt: skip
    if any(each.rows.sizes["run"] > len(np.unique(each.rows["tau"])) for each in trained):
        label = f"central {100 * band:g} % of members"
        handles.append(Patch(color=QUIET, alpha=BAND, linewidth=0, label=label))
        handles.append(Line2D([], [], **MEMBER, color=QUIET, label="one member"))
    if _diverged(rows).any():
        handles.append(Line2D([], [], **DIVERGED, color=QUIET, label="diverged member"))
    if np.isfinite(signal["tau_pred_equations"].item()):
        label = r"$\tau_\mathrm{pred}$ from the equations"
        handles.append(Line2D([], [], **EQUATIONS, label=label))
    return handles


def _columns(handles: list[Artist]) -> int:
    """Columns of the legend: as many as fit in the width of the figure."""
    longest = max(len(str(handle.get_label())) for handle in handles)
    return max(1, min(len(handles), 120 // (longest + 6)))
