"""A series before and after the steps that made it a signal."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from tausweep.figures.drawing.style import DATA, PALETTE, QUIET, characters, shorten
from tausweep.figures.figure import Style
from tausweep.figures.signal import VARIABLES, SignalFigure
from tausweep.signal.scaling import unscale
from tausweep.signal.stage import removed, restore
from tausweep.signal.steps.mix import seen

AROUND = 500
"""Steps shown where nothing slow was removed."""
POINTS = 2_000
"""Longer lines are drawn as their extremes in half so many pieces."""
SIGNAL, SLOW = PALETTE[0], PALETTE[1]
STEPS = PALETTE[2:]
SCALINGS = {
    "standardised": "signal\n(sd)",
    "jointly": "signal\n(joint sd)",
    "whitened": "signal\n(white)",
    "state": "signal",
}
"""How the signal's axis is named, by the first word of its long name."""
DEPTH = 1e-9
"""How far down spectra are drawn, as a fraction of their highest power."""
PERIOD: dict[str, Any] = {"color": QUIET, "linewidth": 0.6, "linestyle": ":"}
HELD_OUT: dict[str, Any] = {"color": "0.94", "linewidth": 0, "zorder": 0}

Line = Float[np.ndarray, " time"]


def signal(series: xr.Dataset, signal: xr.Dataset, settings: SignalFigure, style: Style) -> Figure:
    """Draw, for every variable, the series, what each step removed, the signal, and spectra.

    Over the series: its trend and cycle, and, where something was lost, the series without that.
    What can be restored and what is lost have panels of their own, for they differ in size.

    Parameters
    ----------
    series, signal
        Outputs of these stages.
    settings, style
        What is shown, and how it looks.
    """
    series = seen(series, signal)
    taken = {kind: _taken(signal, kind) for kind in ("yes", "no")}
    shown = _window(signal, settings.steps or (None if taken["yes"] else AROUND))
    rows = 2 + sum(map(bool, taken.values()))
    names = [str(name) for name in series["variable"].values[:VARIABLES]]
    handles = _legend(taken)
    figure, blocks = _grid(len(names), rows, handles, style)
    spectra = _Spectra(series, signal)
    for i, (name, (column, spectrum)) in enumerate(zip(names, blocks, strict=True)):
        _times(column, series, signal, taken, i, shown)
        unit = signal["mean"].attrs["units"]
        title = shorten(name) + ("" if unit == "1" else f" ({unit})")
        column[0].set_title(title.replace("$", r"\$"), loc="left", fontweight="bold")
        spectra.draw(spectrum, i)
    unit = signal.attrs["time_unit"]
    for column, spectrum in blocks[:-1]:
        column[-1].tick_params(labelbottom=False)
        spectrum.tick_params(labelbottom=False)
    column, spectrum = blocks[-1]
    column[-1].set_xlabel("time" if unit == "1" else f"time ({unit})", parse_math=False)
    per = "1 / time" if unit == "1" else f"1 / {unit}"
    spectrum.set_xlabel(f"frequency ({per})", parse_math=False)
    figure.align_ylabels([axes for column, _ in blocks for axes in column])
    return figure


def _taken(signal: xr.Dataset, restored: str) -> list[str]:
    """Steps that took something away, which `restore` adds ("yes") or not ("no")."""
    names = [name for name in removed(signal) if signal[name].attrs["restored"] == restored]
    return [name.removeprefix("removed_by_") for name in names]


def _window(signal: xr.Dataset, steps: int | None) -> slice:
    """Steps of the signal that are drawn: all, or so many around the first held-out one."""
    length = signal.sizes["time"]
    if steps is None or steps >= length:
        return slice(0, length)
    first = min(max(int(signal["train_steps"]) - steps // 2, 0), length - steps)
    return slice(first, first + steps)


Block = tuple[Sequence[Axes], Axes]
"""Panels of one variable: against time, from above, and of its spectra."""


def _grid(
    variables: int, rows: int, handles: Sequence[Artist], style: Style
) -> tuple[Figure, list[Block]]:
    """Panels against time, below each other, beside a wider one of spectra; the legend below."""
    letter = style.font_size / 72
    panel = max((0.1 if variables < 3 else 0.065) * style.width, 4.4 * letter)
    lines = math.ceil(len(handles) / max(1, int(characters(style) / 28)))
    columns = math.ceil(len(handles) / lines)
    height = variables * (rows * (panel + 0.6 * letter) + 2 * letter)
    height += (4 + 1.7 * lines) * letter
    figure = Figure(figsize=(style.width, height), layout="constrained")
    figure.legend(handles=handles, loc="outside lower center", ncols=columns)
    grid = figure.add_gridspec(variables, 2, width_ratios=(2, 1))
    blocks: list[Block] = []
    for i in range(variables):
        column = grid[i, 0].subgridspec(rows, 1).subplots(sharex=True, squeeze=False)
        blocks.append((column[:, 0].tolist(), figure.add_subplot(grid[i, 1])))
    return figure, blocks


def _times(
    column: Sequence[Axes],
    series: xr.Dataset,
    signal: xr.Dataset,
    taken: Mapping[str, list[str]],
    i: int,
    shown: slice,
) -> None:
    """Panels of variable `i` against time."""
    time, train_steps = signal["time"].values[shown], int(signal["train_steps"])
    lost = {name: signal[f"removed_by_{name}"].values[:, i] for name in taken["no"]}
    slow = {name: signal[f"removed_by_{name}"].values[:, i] for name in taken["yes"]}
    first, *between, last = column

    first.set_ylabel("series")
    x = series["x"][:, i].sel(time=slice(time[0], time[-1]))
    _draw(first, x["time"].values, x.values, "series", color=DATA, linewidth=1.2)
    kept = restore(signal).values[:, i]
    if lost:
        _draw(first, time, kept[shown], "kept", color=SIGNAL, linewidth=0.5)
    if slow:
        total = sum(slow.values())
        total += (kept - total)[:train_steps].mean()
        _draw(first, time, total[shown], "slow", color=SLOW, linewidth=0.9)

    panels = [(words, lines) for words, lines in (("trend,\ncycle", slow), ("lost", lost)) if lines]
    for axes, (words, lines) in zip(between, panels, strict=True):
        axes.set_ylabel(words)
        for name, values in lines.items():
            values = values - values[:train_steps].mean()
            _draw(axes, time, values[shown], name, color=_colour(name, taken), linewidth=0.7)

    _draw(last, time, signal["x"].values[shown, i], "signal", color=SIGNAL, linewidth=0.7)
    last.set_ylabel(SCALINGS[signal["x"].attrs["long_name"].split()[0]])
    held_out = signal["time"].values[train_steps:]
    for axes in column:
        axes.margins(x=0)
        if held_out.size and held_out[0] < time[-1]:
            axes.axvspan(max(held_out[0], time[0]), time[-1], **HELD_OUT)
        axes.tick_params(labelbottom=axes is last)


def _draw(axes: Axes, time: Line, values: Line, gid: str, **look: Any) -> None:
    """Draw a line, a long one by its extremes: a page has no room for more points."""
    if len(values) > POINTS:
        pieces = np.linspace(0, len(values), POINTS // 2 + 1).astype(int)[:-1]
        extremes = [np.minimum.reduceat(values, pieces), np.maximum.reduceat(values, pieces)]
        time, values = np.repeat(time[pieces], 2), np.stack(extremes, axis=1).ravel()
    axes.plot(time, values, gid=gid, **look)


def _colour(name: str, taken: Mapping[str, list[str]]) -> str:
    return STEPS[(taken["yes"] + taken["no"]).index(name) % len(STEPS)]


class _Spectra:
    """Power spectra of series and signal in the same units, and the periods that were removed."""

    def __init__(self, series: xr.Dataset, signal: xr.Dataset) -> None:
        self.before = _spectrum(series["x"].values, series.attrs["dt"])
        self.after = _spectrum(unscale(signal, signal["x"].values), signal.attrs["dt"])
        cycles = [name for name in removed(signal) if "period" in signal[name].attrs["settings"]]
        self.periods = [json.loads(signal[name].attrs["settings"])["period"] for name in cycles]

    def draw(self, axes: Axes, i: int) -> None:
        frequency, power = self.before
        axes.loglog(frequency, power[:, i], color=DATA, linewidth=1.0, gid="series")
        positive = power[power[:, i] > 0, i]
        axes.loglog(self.after[0], self.after[1][:, i], color=SIGNAL, linewidth=0.7, gid="signal")
        if positive.size:  # what a filter stopped goes down to nothing
            axes.set_ylim(max(positive.min() / 10, DEPTH * positive.max()), positive.max() * 3)
        for period in self.periods:
            axes.axvline(1 / period, **PERIOD, gid="period")
        axes.set_ylabel("power")
        axes.minorticks_off()


def _spectrum(
    x: Float[np.ndarray, "time variable"], dt: float
) -> tuple[Float[np.ndarray, " frequency"], Float[np.ndarray, "frequency variable"]]:
    """Welch's estimate from pieces of a quarter of the length, averaged over 1 % of frequency."""
    from scipy.signal import welch  # here: other figures need not wait for it

    frequency, power = welch(x, fs=1 / dt, nperseg=len(x) // 4, axis=0)
    frequency, power = frequency[1:], power[1:]
    _, first = np.unique(np.floor(np.log(frequency) / 0.01), return_index=True)
    counts = np.diff([*first, len(frequency)])
    mean = np.add.reduceat(power, first, axis=0) / counts[:, None]
    return np.add.reduceat(frequency, first) / counts, mean


def _legend(taken: Mapping[str, list[str]]) -> list[Artist]:
    """Say what there is."""
    lines = [("series", DATA)]
    if taken["yes"]:
        lines.append(("trend and cycle, on its mean", SLOW))
    lines.append(("signal", SIGNAL))
    for name in taken["yes"] + taken["no"]:
        kind, _, number = name.partition("_")
        lines.append((f"removed by {kind} {number}".rstrip(), _colour(name, taken)))
    handles: list[Artist] = [Line2D([], [], color=colour, label=label) for label, colour in lines]
    if any(name.startswith("cycle") for name in taken["yes"]):
        handles.append(Line2D([], [], **PERIOD, label="period of a cycle"))
    return [*handles, Patch(color=HELD_OUT["color"], label="held out")]
