"""Times to learn modes, measured against predicted."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from tausweep.figures.drawing.style import MARKERS, PALETTE, QUIET
from tausweep.figures.drawing.theory.panels import row
from tausweep.figures.figure import Style

SHOWN = 12
"""Modes of each system that are drawn, at most, evenly by their number."""


def convergence(dataset: xr.Dataset, style: Style) -> Figure:
    """Draw the time in which descent learned each mode against that of theory, their ratio, and
    how far modes with and without energy moved.

    Parameters
    ----------
    dataset
        Output of stage `theory`, analysis convergence.
    style
        How it looks.
    """
    figure, (times, ratio, moved) = row(3, style, _legend(dataset))
    learned = dataset.isel(mode=np.isfinite(dataset["flow"].values))
    ends = [float(learned["flow"].min()), float(learned["flow"].max())]
    times.plot(ends, ends, color=QUIET, linewidth=0.8, zorder=1, gid="flow")
    ratio.axhline(1, color=QUIET, linewidth=0.8, zorder=1)
    in_steps = (learned["flow"] / learned["step"].sel(n=learned["variables"])).values
    order = np.argsort(in_steps)
    by_descent = (learned["descent"] / learned["flow"]).values
    ratio.plot(
        in_steps[order], by_descent[order], "--", color=QUIET, linewidth=1, zorder=1, gid="descent"
    )
    for i, n in enumerate(dataset["n"].values):
        _system(times, ratio, moved, dataset, int(n), _look(i))
    _label(times, ratio, moved)
    excited = float(learned["place"].max())
    moved.axvspan(excited, moved.get_xlim()[1], color="0.93", zorder=0)
    for place, text in ((excited / 2, "energy"), ((excited + 1) / 2, "no energy")):
        moved.text(place, 1e-7, text, ha="center", fontsize="small", color=QUIET)
    return figure


def _system(
    times: Axes, ratio: Axes, moved: Axes, dataset: xr.Dataset, n: int, look: dict[str, Any]
) -> None:
    """The modes of one of the systems."""
    modes = dataset.isel(mode=dataset["variables"].values == n)
    learned = _some(modes.isel(mode=np.isfinite(modes["flow"].values)))
    times.plot(learned["flow"], learned["measured"], **look, gid=f"measured: {n}")
    in_steps = learned["flow"] / float(dataset["step"].sel(n=n))
    ratio.plot(in_steps, learned["measured"] / learned["flow"], **look, gid=f"ratio: {n}")
    for each in (learned, _some(modes.isel(mode=np.isinf(modes["flow"].values)))):
        moved.plot(each["place"], each["moved"], **look, gid=f"moved: {n}")


def _some(modes: xr.Dataset) -> xr.Dataset:
    count = modes.sizes["mode"]
    return modes.isel(mode=np.unique(np.linspace(0, count - 1, SHOWN).round().astype(int)))


def _label(times: Axes, ratio: Axes, moved: Axes) -> None:
    times.set_xscale("log")
    times.set_yscale("log")
    times.set_xlabel("predicted, $mn/σ_i^2$")
    times.set_ylabel("measured")
    times.set_title("pseudo-time to learn a mode", loc="left")
    ratio.set_xscale("log")
    ratio.set_xlabel("predicted, in steps of descent")
    ratio.set_ylabel("measured / predicted")
    ratio.set_title("the same as a ratio", loc="left")
    moved.set_yscale("log")
    moved.set_ylim(1e-17, 10)
    moved.set_xlim(0, 1.03)
    moved.set_xlabel("mode $i/n$, by energy")
    moved.set_ylabel("relative change of $Âu_i$")
    moved.set_title("what descent changed", loc="left")


def _look(i: int) -> dict[str, Any]:
    """Of the i-th system; hollow, the next around the one before where they agree."""
    return {
        "linestyle": "",
        "color": PALETTE[i % len(PALETTE)],
        "marker": MARKERS[i % len(MARKERS)],
        "markersize": 2.5 + 1.8 * i,
        "markerfacecolor": PALETTE[i % len(PALETTE)] if i == 0 else "none",
        "markeredgewidth": 0.7,
    }


def _legend(dataset: xr.Dataset) -> list[Artist]:
    handles: list[Artist] = [
        Line2D([], [], **_look(i), label=f"descent, $n = {n}$")
        for i, n in enumerate(dataset["n"].values)
    ]
    return [
        *handles,
        Line2D([], [], color=QUIET, linewidth=0.8, label="gradient flow"),
        Line2D([], [], color=QUIET, linewidth=1, linestyle="--", label="descent, closed form"),
    ]
