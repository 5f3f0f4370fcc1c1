"""Stability and error of what is learned with remedies, against pseudo-time."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from tausweep.figures.drawing.style import PALETTE, QUIET
from tausweep.figures.drawing.theory.panels import POINT, point, row
from tausweep.figures.figure import Style
from tausweep.figures.theory.remedies import NAMES

LOOKS: dict[str, dict[str, Any]] = {
    "nothing": {"color": "black"},
    "projection": {"color": PALETTE[5]},
    "stable_initial": {"color": PALETTE[2]},
    "isotropic_noise": {"color": PALETTE[1], "linewidth": 3, "alpha": 0.5},
    "weight_decay": {"color": PALETTE[4], "linestyle": "--"},
    "unexcited_noise": {"color": PALETTE[0]},
    "whitening": {"color": PALETTE[3]},
}
LEAST = 1e-4
"""Error that is drawn."""


def remedies(dataset: xr.Dataset, style: Style) -> Figure:
    """Draw the share of unstable learned dynamics, and the error where data have energy.

    Parameters
    ----------
    dataset
        Output of stage `theory`, analysis remedies.
    style
        How it looks.
    """
    cases = [dataset.isel(case=i) for i in _shown(dataset)]
    handles = [_handle(case) for case in cases]
    handles.append(Line2D([], [], **POINT, color=QUIET, marker="o", label="gradient descent"))
    figure, (left, right) = row(2, style, handles)
    for i, case in enumerate(cases):
        _curve(left, case, "unstable", i)
        _curve(right, case, "error", i)
    times = dataset["time"].values
    left.set_ylim(-0.02, None)
    left.set_ylabel("share that is unstable")
    right.set_yscale("log")
    right.set_ylim(LEAST, 2)
    right.set_ylabel("error where data have energy")
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_xlim(times[0], times[-1])
        axes.set_xlabel("pseudo-time τ (steps × step size)")
    return figure


def _shown(dataset: xr.Dataset) -> list[int]:
    """Of each remedy the case of the middle strength."""
    names = dataset["remedy"].values
    found = []
    for name in dict.fromkeys(names.tolist()):
        (cases,) = np.nonzero(names == name)
        found.append(int(cases[len(cases) // 2]))
    return found


def _curve(axes: Axes, case: xr.Dataset, quantity: str, place: int) -> None:
    """A line, and points: each remedy's at other times, as many lie on one another."""
    name = str(case["remedy"].values)
    axes.plot(case["time"], case[quantity], **LOOKS[name], gid=f"{quantity}: {name}")
    points, x = case[f"{quantity}_descent"].values, case["point_time"].values
    axes.plot(
        x[place % 3 :: 3], points[place % 3 :: 3],
        **{**point(place), "color": LOOKS[name]["color"]}, zorder=3,
        gid=f"{quantity}, descent: {name}",
    )  # fmt: skip


def _handle(case: xr.Dataset) -> Artist:
    name, strength = str(case["remedy"].values), float(case["strength"])
    symbol = {"stable_initial": "norm", "weight_decay": "λ"}.get(name, "σ")
    said = "" if np.isnan(strength) else f", {symbol} = {strength:.2g}"
    return Line2D([], [], **LOOKS[name], label=NAMES[name] + said)
