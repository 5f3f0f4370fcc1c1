"""Trained models side by side, each at its best: metrics, forecasts, Lyapunov exponents."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullLocator

from tausweep.figures.drawing.collected import (
    Trained,
    diverged,
    label,
    measured,
    of_series,
    reference,
)
from tausweep.figures.drawing.panels import grid, top, value_axis
from tausweep.figures.drawing.style import QUIET
from tausweep.figures.figure import Style
from tausweep.figures.models import EXPONENTS, FORECASTS, ModelsFigure
from tausweep.members.quantile import quantile

DOT: dict[str, Any] = {"linestyle": "", "markersize": 3.5, "markeredgewidth": 0, "alpha": 0.55}
CROSS: dict[str, Any] = {"linestyle": "", "marker": "x", "markersize": 4.0}
EQUATIONS: dict[str, Any] = {"color": "black", "linewidth": 1.0}
FLOOR, CEILING = (0, (5, 3)), (0, (1, 2))
NAIVE = {"ceiling": CEILING, "persistence": (0, (4, 1, 1, 1))}
"""Forecasts that need no model, of the mean and of the last value, and their lines."""
DISTANCES = ("D_stsp", "D_H")

Members = Float[np.ndarray, "member place"]


def models(dataset: xr.Dataset, settings: ModelsFigure, series: str, style: Style) -> Figure:
    """Draw D_stsp, D_H, the error of forecasts and the exponents of every model at its best value.

    Of what was swept, the best value has the lowest median over members of the metric `best_by`.
    Members are dots, medians bars, those that diverged crosses; where one has no value, at the
    upper edge. Black marks are exponents of the equations. What is not measured is not drawn.

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
    every, rows, signal = of_series(dataset, series, style)
    by = settings.best_by or "D_stsp"
    shown = [each.at(each.best(by)) for each in every]
    names = [name for name in (*DISTANCES, FORECASTS, EXPONENTS) if name in rows]
    handles = [_handle(each) for each in shown]
    if np.isfinite(_truth(signal)).any() and EXPONENTS in names:
        handles.append(Line2D([], [], **EQUATIONS, label="exponents of the equations"))
    figure, panels = grid(len(names), style, handles)
    for axes, name in zip(panels.flat, names, strict=False):
        match name:
            case "prediction_error":
                _forecasts(axes, shown, signal)
            case "lyapunov_spectrum":
                _exponents(axes, shown, signal)
            case _:
                _distances(axes, shown, signal, name)
    return figure


def _handle(trained: Trained) -> Line2D:
    """A model in the legend, with the value that it is shown at."""
    at = f" ({trained.symbol} = {trained.values[0]:g})" if trained.setting else ""
    look = trained.look
    return Line2D(
        [], [], color=look.colour, ls=look.line, marker=look.marker, markeredgecolor="white",
        markeredgewidth=0.4, label=trained.label + at,
    )  # fmt: skip


def _distances(axes: Axes, shown: list[Trained], signal: xr.Dataset, name: str) -> None:
    """A metric of every model: members, their median, floor and ceiling."""
    bounds = {line: reference(signal, name, suffix)
              for suffix, line in (("floor", FLOOR), ("ceiling", CEILING))}  # fmt: skip
    values = [measured(each.rows, name) for each in shown]
    value_axis(axes, shown[0].rows, name, np.concatenate([*values, list(bounds.values())]))
    for i, (each, found) in enumerate(zip(shown, values, strict=True)):
        _members(axes, each, np.full(len(found), float(i)), found, reach=0.25)
    for line, value in bounds.items():
        if np.isfinite(value):
            axes.axhline(value, color=QUIET, linewidth=0.8, linestyle=line, zorder=1)
    axes.set_xlim(-0.6, len(shown) - 0.4)
    axes.set_xticks(range(len(shown)), [""] * len(shown))
    axes.tick_params(axis="x", length=0)
    axes.set_ylabel(label(shown[0].rows, name))


def _forecasts(axes: Axes, shown: list[Trained], signal: xr.Dataset) -> None:
    """Median and range over members of the error, against the steps ahead."""
    ahead = shown[0].rows["ahead"].to_numpy()
    nothing = xr.DataArray(np.full(len(ahead), np.nan))
    naive = {name: signal.get(f"{FORECASTS}_{name}", nothing).to_numpy() for name in NAIVE}
    errors = [_places(each, FORECASTS) for each in shown]
    everything = np.concatenate([*(e.ravel() for e in errors), *naive.values()])
    axes.set_xscale("log" if ahead[-1] > 10 * ahead[0] else "linear")
    value_axis(axes, shown[0].rows, FORECASTS, everything)
    highest = top(axes)
    for each, error in zip(shown, errors, strict=True):
        # A forecast that is not finite is worse than any: the median is no number once half are.
        low, median, high = (np.minimum(quantile(error.T, q), highest) for q in (0.0, 0.5, 1.0))
        look = each.look
        axes.fill_between(ahead, low, high, color=look.colour, alpha=0.15, linewidth=0)
        axes.plot(
            ahead, median, look.line, color=look.colour, marker=look.marker,
            markeredgecolor="white", markeredgewidth=0.4, gid=f"forecasts: {each.label}",
        )  # fmt: skip
    for name, line in NAIVE.items():
        axes.plot(ahead, naive[name], color=QUIET, linewidth=0.8, linestyle=line, gid=name)
    axes.set_xlabel("steps ahead")
    axes.set_ylabel("error of forecasts\n(standard deviations)")


def _exponents(axes: Axes, shown: list[Trained], signal: xr.Dataset) -> None:
    """Exponents of every model beside those of the equations."""
    place = shown[0].rows["exponent"].to_numpy().astype(float)
    truth = _truth(signal)
    found = [_places(each, EXPONENTS) for each in shown]
    seen = np.concatenate([*(f.ravel() for f in found), truth])
    _signed_axis(axes, seen[np.isfinite(seen)])
    step = 0.7 / len(shown)
    for i, (each, values) in enumerate(zip(shown, found, strict=True)):
        aside = step * (i - (len(shown) - 1) / 2)
        for k, column in enumerate(values.T):
            there = np.isfinite(column)
            x = np.full(there.sum(), place[k] + aside)
            _members(axes, each.of(there), x, column[there], reach=0.4 * step)
    for x, value in zip(place, truth, strict=False):
        axes.plot([x - 0.45, x + 0.45], [value] * 2, **EQUATIONS, zorder=2, gid="equations")
    axes.axhline(0, color=QUIET, linewidth=0.5, zorder=0)
    axes.set_xticks(place)
    axes.set_xlabel("exponent")
    axes.set_ylabel("Lyapunov exponents\n(nats per step)")


def _truth(signal: xr.Dataset) -> Float[np.ndarray, " exponent"]:
    """Exponents of the equations; NaN where they are not known."""
    name = f"{EXPONENTS}_equations"
    return np.asarray(signal[name].to_numpy() if name in signal else [np.nan], float)


def _signed_axis(axes: Axes, values: Float[np.ndarray, " value"]) -> None:
    """Axis about zero, logarithmic away from it where values span more than a decade: exponents
    of latent states can be far below those of the dynamics.
    """
    largest = max(values.max(initial=0.0), 1e-3)
    low, high = values.min(initial=0.0), values.max(initial=0.0)
    if -low <= 10 * largest:
        margin = 0.1 * (high - low) or 0.1
        axes.set_ylim(low - margin, high + margin)
        return
    axes.set_yscale("symlog", linthresh=largest)
    axes.set_ylim(1.5 * low, 2 * largest)
    decades = [-(10.0**k) for k in range(-3, 4) if largest < 10.0**k <= -1.5 * low]
    axes.set_yticks([*decades, 0.0, float(f"{largest:.1g}")])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    axes.yaxis.set_minor_locator(NullLocator())


def _members(
    axes: Axes, trained: Trained, x: Float[np.ndarray, " member"],
    values: Float[np.ndarray, " member"], reach: float,
) -> None:  # fmt: skip
    """Dots of members spread about their place, crosses of diverged ones, a bar at the median."""
    if not len(values):
        return
    highest, colour = top(axes), trained.look.colour
    lost = diverged(trained.rows)
    drawn = np.where(np.isfinite(values), values, highest)
    spread = x + reach * (np.linspace(-0.6, 0.6, len(x)) if len(x) > 1 else 0)
    for where, dots, gid in (
        (~lost, {**DOT, "marker": trained.look.marker}, "members"),
        (lost, CROSS, "diverged"),
    ):
        axes.plot(
            spread[where], drawn[where], **dots, color=colour, zorder=4,
            clip_on=False, in_layout=False, gid=f"{gid}: {trained.label}",
        )  # fmt: skip
    median = min(float(quantile(values, 0.5)), highest)
    axes.hlines(
        median, x[0] - reach, x[0] + reach, color=colour, linewidth=1.4, zorder=3,
        linestyle=trained.look.line, gid=f"median: {trained.label}",
    )  # fmt: skip


def _places(trained: Trained, name: str) -> Members:
    """A variable with values at several places, by member."""
    return np.asarray(trained.rows[name].transpose("run", ...).to_numpy(), float)
