"""Continuous time: what the exact model learns, and what forward Euler makes of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from tausweep.figures.drawing.style import QUIET
from tausweep.figures.drawing.theory.panels import POINT, point, row
from tausweep.figures.figure import Style

EULER: dict[str, Any] = {"linestyle": (0, (3, 1.5)), "linewidth": 0.9}


def continuous(dataset: xr.Dataset, style: Style) -> Figure:
    """Draw single modes while they are learned, their rates near the truth, and one of noise only.

    Parameters
    ----------
    dataset
        Output of stage `theory`, analysis continuous.
    style
        How it looks.
    """
    figure, (modes, rates, noise) = row(3, style, _legend(dataset))
    _modes(modes, dataset)
    _rates(rates, dataset)
    _noise(noise, dataset)
    for axes in (modes, noise):
        low, high = axes.get_ylim()
        if high > 0:
            axes.axhspan(0, high, color="0.93", zorder=0)
        axes.set_ylim(low, high)
        axes.set_xscale("log")
        axes.set_xlim(float(dataset["time"][0]), 4 * float(dataset["time"][-1]))
        axes.set_xlabel("pseudo-time $τ\\,cΔt^2$")
        axes.set_ylabel("learned mode $âΔt$")
    return figure


def _modes(axes: Axes, dataset: xr.Dataset) -> None:
    end = float(dataset["time"][-1])
    for i, exponent in enumerate(dataset["mode"].values):
        each, look = dataset.isel(mode=i), point(i)
        shown = each["theory_time"].values <= end
        time, value = each["theory_time"].values[shown], each["theory"].values[shown]
        if shown.all():  # it is learned before the end
            time, value = np.append(time, end), np.append(value, exponent)
        axes.plot(time, value, color=look["color"], gid=f"theory: {exponent:g}")
        axes.plot(
            dataset["time"], each["euler"], color=look["color"], **EULER, gid=f"euler: {exponent:g}"
        )
        axes.plot(dataset["point_time"], each["descent"], **look, gid=f"descent: {exponent:g}")
        axes.plot(
            [2.5 * end], [each["euler_limit"]], "<", color=look["color"], markersize=4,
            gid=f"limit: {exponent:g}",
        )  # fmt: skip
    axes.set_title("modes of data", loc="left")


def _rates(axes: Axes, dataset: xr.Dataset) -> None:
    axes.axhline(1, color="black", **EULER, gid="euler")
    axes.plot(dataset["exponent"], dataset["rate"], color="black", gid="rate")
    axes.plot(
        dataset["near"], dataset["measured_rate"], **POINT, marker="o", color="black",
        gid="measured",
    )  # fmt: skip
    middle = dataset.isel(exponent=dataset.sizes["exponent"] // 2)
    axes.annotate(
        "$e^{2λΔt}$", (float(middle["exponent"]), float(middle["rate"])), (6, -6),
        textcoords="offset points", va="top", color=QUIET,
    )  # fmt: skip
    axes.set_yscale("log")
    axes.set_xlabel("eigenvalue $λΔt$")
    axes.set_ylabel("rate of learning / $cΔt^2$")
    axes.set_title("near the truth", loc="left")


def _noise(axes: Axes, dataset: xr.Dataset) -> None:
    axes.plot(dataset["time"], dataset["noise_theory"], color="black", gid="theory")
    axes.plot(dataset["time"], dataset["noise_euler"], color="black", **EULER, gid="euler")
    axes.plot(
        dataset["noise_time"], dataset["noise_descent"], **POINT, color="black", marker="o",
        gid="descent",
    )  # fmt: skip
    axes.set_title("a mode of noise alone", loc="left")


def _legend(dataset: xr.Dataset) -> list[Artist]:
    handles: list[Artist] = [
        Line2D([], [], **{**point(i), "linestyle": "-"}, label=f"$λΔt = {exponent:g}$")
        for i, exponent in enumerate(dataset["mode"].values)
    ]
    return [
        *handles,
        Line2D([], [], color=QUIET, label="exact loss, flow"),
        Line2D([], [], **POINT, marker="o", color=QUIET, label="exact loss, descent"),
        Line2D([], [], color=QUIET, **EULER, label="forward Euler, flow"),
        Line2D([], [], color=QUIET, marker="<", markersize=4, linestyle="",
               label="its limit, exact data"),
    ]  # fmt: skip
