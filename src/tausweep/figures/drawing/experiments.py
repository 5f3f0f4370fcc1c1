"""The experiments of a study side by side: members and their medians, by setting."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from tausweep.figures.drawing.collected import SYMBOLS, symbol
from tausweep.figures.drawing.style import MARKERS, PALETTE, QUIET, shorten
from tausweep.figures.experiments import ExperimentsFigure, sweeps, values
from tausweep.figures.figure import Style
from tausweep.members.quantile import quantile
from tausweep.metrics.quantities import split

ROW, FRAME = 0.3, 0.7
"""Heights in inches: of an experiment, of the axis and title of a row of panels."""
SPREAD = 0.7
"""Of the settings of an experiment, where experiments are 1 apart."""
DECADES = 30.0
"""A positive quantity whose values span more than this factor has a logarithmic axis."""
DOT: dict[str, Any] = {"linestyle": "", "markersize": 3.5, "markeredgewidth": 0, "alpha": 0.55}
CROSS: dict[str, Any] = {"linestyle": "", "marker": "x", "markersize": 4.0}
BOUNDS = {"floor": (0, (5, 3)), "ceiling": (0, (1, 2))}

Looks = dict[float | None, tuple[str, str]]
"""Colour and marker of a value of what is swept."""


def experiments(pool: xr.Dataset, settings: ExperimentsFigure, style: Style) -> Figure:
    """Draw every quantity of every model, one experiment below the other.

    Parameters
    ----------
    pool
        Output of stage `pool`.
    settings, style
        What is shown, and how it looks.

    Raises
    ------
    ValueError
        The results do not hold a quantity.
    """
    every = [(label, None if np.isnan(v) else v, rows) for label, v, rows in sweeps(pool)]
    names = list(dict.fromkeys(label[0] for label, *_ in every))
    models = list(dict.fromkeys(label[1:] for label, *_ in every))
    found = sorted({value for _, value, _ in every if value is not None})
    looks: Looks = {
        value: (PALETTE[i % len(PALETTE)], MARKERS[i % len(MARKERS)])
        for i, value in enumerate(
            [*found, *([None] if any(v is None for _, v, _ in every) else [])]
        )
    }
    height = len(models) * (ROW * len(names) + FRAME)
    figure = Figure(figsize=(style.width, height + 0.3), layout="constrained")
    panels = figure.subplots(len(models), len(settings.quantities), sharex="col", squeeze=False)
    for column, quantity in zip(panels.T, settings.quantities, strict=True):
        _axis(column[0], pool, quantity)
        for axes, model in zip(column, models, strict=True):
            here = [
                (names.index(label[0]), v, rows) for label, v, rows in every if label[1:] == model
            ]
            _panel(axes, here, quantity, looks)
        column[-1].set_xlabel(_label(pool, quantity))
    for row, model in zip(panels, models, strict=True):
        for axes in row:
            axes.set_yticks(range(len(names)), [])
            axes.set_ylim(len(names) - 0.45, -0.55)
            axes.tick_params(axis="y", length=0)
        row[0].set_yticklabels([shorten(name, 24) for name in names])
        row[0].set_title(_model(model, models), loc="left")
    figure.legend(handles=_handles(pool, looks), loc="outside lower center", ncols=6)
    return figure


def _looks(every: list[float | None]) -> Looks:
    """Values of what is swept, ascending, and then what swept nothing."""
    found: list[float | None] = [*sorted({value for value in every if value is not None})]
    shown = [*found, None] if None in every else found
    return {
        value: (PALETTE[i % len(PALETTE)], MARKERS[i % len(MARKERS)])
        for i, value in enumerate(shown)
    }


def _panel(
    axes: Axes, here: list[tuple[int, float | None, xr.Dataset]], quantity: str, looks: Looks
) -> None:
    """One model, one quantity."""
    for i in range(0, 1 + max(place for place, *_ in here), 2):
        axes.axhspan(i - 0.5, i + 0.5, color="0.96", linewidth=0, zorder=0)
    _bounds(axes, here[0][2], quantity)
    settings = list(looks)
    step = SPREAD / len(settings)
    for place, value, rows in here:
        y = place + step * (settings.index(value) - (len(settings) - 1) / 2)
        _members(axes, y, 0.3 * step, values(rows, quantity), looks[value])


def _members(axes: Axes, y: float, reach: float, found: np.ndarray, look: tuple[str, str]) -> None:
    """Dots of members, crosses at the right edge for those without a value, a bar at the median."""
    colour, marker = look
    spread = y + reach * (np.linspace(-1, 1, len(found)) if len(found) > 1 else np.zeros(1))
    there = np.isfinite(found)
    axes.plot(found[there], spread[there], **DOT, marker=marker, color=colour, gid="members")
    edge = axes.get_yaxis_transform()
    axes.plot(np.full((~there).sum(), 0.99), spread[~there], **CROSS, color=colour,
              transform=edge, gid="without")  # fmt: skip
    if np.isfinite(median := float(quantile(found, 0.5))):
        axes.vlines(median, y - 1.6 * reach, y + 1.6 * reach, color=colour, gid="median", zorder=3)


def _bounds(axes: Axes, rows: xr.Dataset, quantity: str) -> None:
    """Floor, ceiling, and zero where there are negative values."""
    name, _ = split(quantity)
    for end, line in BOUNDS.items():
        if f"{name}_{end}" in rows:
            (value, *_) = values(rows, quantity.replace(name, f"{name}_{end}", 1))
            axes.axvline(value, color=QUIET, linewidth=0.8, linestyle=line, gid=end)
    if axes.get_xscale() == "linear" and axes.get_xlim()[0] < 0:
        axes.axvline(0, color=QUIET, linewidth=0.5, zorder=1)


def _axis(axes: Axes, pool: xr.Dataset, quantity: str) -> None:
    """Wide enough for all values, logarithmic where they are positive and span much."""
    name, _ = split(quantity)
    ends = [f"{name}_{end}" for end in BOUNDS if f"{name}_{end}" in pool]
    every = [values(pool, quantity.replace(name, each, 1)) for each in (name, *ends)]
    found = np.concatenate(every)
    found = found[np.isfinite(found)]
    if not found.size:
        return
    low, high = float(found.min()), float(found.max())
    if low > 0 and high > DECADES * low:
        axes.set_xscale("log")
        axes.set_xlim(low / 1.3, high * 1.5)
        axes.xaxis.set_major_locator(LogLocator(numticks=4))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: _power(v)))
        axes.xaxis.set_minor_formatter(NullFormatter())
    else:
        margin = 0.06 * (high - low) or 0.1
        axes.set_xlim(low - margin, high + margin)


def _power(value: float) -> str:
    """A power of ten, with its exponent where it would be long."""
    return f"{value:g}" if 1e-4 < value < 1e4 else rf"$10^{{{round(np.log10(value))}}}$"


def _label(pool: xr.Dataset, quantity: str) -> str:
    name, place = split(quantity)
    unit = str(pool[name].attrs.get("units", "1")).replace("step-1", "per step")
    at = "" if place is None else f" @ {place}"
    return symbol(name) + at + ("" if unit == "1" else f"\n({unit})")


def _model(model: tuple[str, ...], models: list[tuple[str, ...]]) -> str:
    """Its name, with its series and method where there are several."""
    several = [len({each[i] for each in models}) > 1 for i in (1, 0, 2)]
    parts = [model[i] for i, tell in zip((1, 0, 2), several, strict=True) if tell or i == 1]
    return shorten(" · ".join(parts), 40)


def _handles(pool: xr.Dataset, looks: Looks) -> list[Line2D]:
    setting = next((s for s in pool["setting"].to_numpy().astype(str) if s), "")
    named = SYMBOLS.get(setting, setting)
    return [
        *(
            Line2D([], [], color=colour, marker=marker,
                   label="nothing swept" if value is None else f"{named} = {value:g}")
            for value, (colour, marker) in looks.items()
        ),
        Line2D([], [], **CROSS, color=QUIET, label="no finite value"),
    ]  # fmt: skip
