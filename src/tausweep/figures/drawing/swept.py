"""The axis of what was swept, and τ_pred on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from tausweep.figures.drawing.collected import AXES
from tausweep.figures.sweep import TAU

INTERVAL = 0.08
"""Opacity of the interval of τ_pred."""

EQUATIONS: dict[str, Any] = {"color": "black", "linewidth": 0.8, "linestyle": ":"}


def swept_axis(
    axes: Axes,
    values: Float[np.ndarray, " run"],
    setting: str,
    signal: xr.Dataset,
    room: float,
    log_tau: bool = True,
) -> None:
    """Axis of the values of a setting; `room` is the width of the axes in characters."""
    if setting == TAU:
        _tau_axis(axes, values, signal, log_tau, room)
    else:
        _setting_axis(axes, values, setting, room)


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
        place, text = room * fraction(axes, value), f"{value:g}"
        fits = place - len(text) / 2 > free
        labels.append(text if fits else "")
        free = place + len(text) / 2 + 1 if fits else free
    return labels


def mark_tau_pred(axes: Axes, signal: xr.Dataset) -> bool:
    """Predictability time with its interval, and that of the equations; whether the data have
    one.
    """
    predictable, equations = signal["tau_pred"].item(), signal["tau_pred_equations"].item()
    if np.isfinite(equations):
        axes.axvline(equations, **EQUATIONS, gid="tau_pred_equations")
    if signal["verdict"].item() != "chaotic":
        return False
    interval = signal["tau_pred_interval"].sel(bound=["lower", "upper"]).to_numpy()
    if not np.isnan(interval).any():
        lower, upper = np.clip(interval, *axes.get_xlim())  # the upper bound may be infinite
        axes.axvspan(lower, upper, color="black", alpha=INTERVAL, linewidth=0, zorder=0)
    axes.axvline(predictable, color="black", linewidth=1.0, zorder=1, gid="tau_pred")
    return True


def tau_pred_handles(signal: xr.Dataset) -> list[Artist]:
    """What the legend says of it, apart from the line itself."""
    handles: list[Artist] = []
    if np.isfinite(signal["tau_pred_interval"].to_numpy()).any():
        text = r"interval of $\tau_\mathrm{pred}$"
        handles.append(Patch(color="black", alpha=INTERVAL, linewidth=0, label=text))
    if np.isfinite(signal["tau_pred_equations"].item()):
        text = r"$\tau_\mathrm{pred}$ from the equations"
        handles.append(Line2D([], [], **EQUATIONS, label=text))
    return handles


def fraction(axes: Axes, tau: float) -> float:
    """Where τ is, as a fraction of the width of the axes."""
    place = axes.transAxes.inverted().transform(axes.transData.transform((tau, 1)))
    return float(place[0])
