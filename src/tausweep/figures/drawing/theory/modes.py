"""Eigenvalues of what is learned against pseudo-time (the theory's Fig. 3)."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from tausweep.figures.drawing.style import PALETTE, QUIET
from tausweep.figures.drawing.theory.panels import POINT, point, row
from tausweep.figures.figure import Style

CLOSE = 4
"""Times nearer than this, as a ratio, are written one above the other."""
UNSTABLE = 1e6
"""As far as what is unstable is shaded: beyond all axes."""


def modes(dataset: xr.Dataset, style: Style) -> Figure:
    """Draw real parts of eigenvalues under gradient flow and descent, without and with noise.

    Parameters
    ----------
    dataset
        Output of stage `theory`, analysis modes.
    style
        How it looks.
    """
    figure, panels = row(dataset.sizes["noise"], style, _legend(dataset))
    for axes, sigma in zip(panels, dataset["noise"].values, strict=True):
        _panel(axes, dataset.sel(noise=sigma))
        axes.set_title(
            "without noise" if sigma == 0 else f"with noise, σ = {sigma:g}", loc="left", pad=16
        )
        _times(axes, dataset, sigma)
        axes.set_ylabel("real part of the eigenvalues of Â")
    limits = [axes.get_ylim() for axes in panels]
    for axes in panels:
        axes.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
    return figure


def _panel(axes: Axes, found: xr.Dataset) -> None:
    shown = np.concatenate([found[name].values.ravel() for name in ("theory", "descent", "truth")])
    low, high = min(shown.min(), 0), max(shown.max(), 1)
    margin = 0.08 * (high - low)
    axes.axhspan(1, UNSTABLE, color="0.93", zorder=0)
    axes.axhline(1, color=QUIET, linewidth=0.5, zorder=0)
    for mode in found["mode"].values:
        each, look = found.sel(mode=mode), point(mode)
        colour = look["color"]
        axes.axhline(float(each["truth"]), color=colour, linestyle=":", linewidth=0.8, zorder=1)
        axes.plot(found["time"], each["theory"], color=colour, gid=f"theory: {mode}")
        axes.plot(found["point_time"], each["descent"], **look, gid=f"descent: {mode}")
    axes.set_xscale("log")
    axes.set_xlim(float(found["time"][0]), float(found["time"][-1]))
    axes.set_ylim(low - margin, high + margin)
    axes.set_xlabel("pseudo-time τ (steps × step size)")


def _times(axes: Axes, dataset: xr.Dataset, sigma: float) -> None:
    """Mark the times in which modes are learned and noise damps, above the panel."""
    times = [
        (float(time), rf"$\tau_{{\mathrm{{energy}}\,{mode + 1}}}$", PALETTE[mode % len(PALETTE)])
        for mode, time in enumerate(dataset["learning_time"].values)
        if np.isfinite(time)
    ]
    if sigma > 0:
        times.append((float(dataset["noise_time"]), r"$\tau_\mathrm{noise}$", "black"))
    low, high = axes.get_xlim()
    shown = sorted(each for each in times if low < each[0] < high)
    foot = 1.0
    for i, (time, text, colour) in enumerate(shown):
        close = i > 0 and time < CLOSE * shown[i - 1][0]
        foot = foot + 0.06 if close else 1.0
        axes.plot([time, time], [1, foot + 0.03], color=colour, clip_on=False, linewidth=1,
                  transform=axes.get_xaxis_transform())  # fmt: skip
        axes.text(time, foot + 0.035, text, color=colour, ha="center", va="bottom",
                  transform=axes.get_xaxis_transform(), fontsize="small")  # fmt: skip


def _legend(dataset: xr.Dataset) -> list[Artist]:
    handles: list[Artist] = [
        Line2D([], [], **{**point(mode), "linestyle": "-"},
               label=f"energy {energy:g}" if energy else "no energy")
        for mode, energy in enumerate(dataset["energy"].values)
    ]  # fmt: skip
    handles += [
        Line2D([], [], color=QUIET, label="gradient flow, closed form"),
        Line2D([], [], **POINT, color=QUIET, marker="o", label="descent"),
        Line2D([], [], color=QUIET, linestyle=":", linewidth=0.8, label="of the system"),
    ]
    return handles
