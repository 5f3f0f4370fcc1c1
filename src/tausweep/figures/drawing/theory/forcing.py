"""What a learning interval does to the modes of a linear network."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from tausweep.figures.drawing.style import PALETTE, QUIET
from tausweep.figures.drawing.theory.panels import point, row
from tausweep.figures.figure import Style

PEAK = 1.69
"""τ |ln |λ|| at which a mode that decays is learned fastest (`forcing.curvatures`)."""
DECADES = 4
"""Of rates below and above one that colours tell apart."""
MOST_STEPS = 1e7
SHADES = {"learned": PALETTE[2], "not learned": "0.85", "diverged": PALETTE[1]}
PREDICTABLE: dict[str, Any] = {"color": QUIET, "linestyle": ":", "linewidth": 1}


def forcing(dataset: xr.Dataset, style: Style) -> Figure:
    """Draw rates over modulus and τ, steps to learn each mode, and outcomes from afar.

    Parameters
    ----------
    dataset
        Output of stage `theory`, analysis forcing.
    style
        How it looks.
    """
    figure, (rates, steps, outcomes) = row(3, style, [])
    _map(rates, dataset)
    _steps(steps, dataset)
    _outcomes(outcomes, dataset)
    fastest = float(dataset["mode"].max())
    for axes in (steps, outcomes):
        if fastest > 1:
            axes.axvline(np.log(2) / np.log(fastest), **PREDICTABLE, gid="tau_pred")
        axes.set_xscale("log")
        axes.set_xlim(dataset["tau"].values.min(), dataset["tau"].values.max())
        axes.set_xlabel(r"learning interval $\tau$ (steps)")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    return figure


def _map(axes: Axes, dataset: xr.Dataset) -> None:
    moduli, tau = dataset["modulus"].values, dataset["interval"].values
    with np.errstate(divide="ignore"):
        powers = np.log10(dataset["rate"].transpose("interval", "modulus").values)
    norm = TwoSlopeNorm(0, -DECADES / 2, DECADES)
    image = axes.pcolormesh(
        moduli, tau, powers, norm=norm, cmap="PuOr_r", shading="nearest", rasterized=True,
        gid="rate",
    )  # fmt: skip
    with np.errstate(divide="ignore"):
        peak = PEAK / np.abs(np.log(moduli[moduli < 1]))
        predictable = np.log(2) / np.log(moduli[moduli > 1])
    axes.plot(moduli[moduli < 1], peak, color="black", linestyle="--", gid="peak")
    axes.plot(moduli[moduli > 1], predictable, color="black", gid="tau_pred")
    axes.set_yscale("log")
    axes.set_ylim(tau[0], tau[-1])
    axes.set_xlim(moduli[0], moduli[-1])
    axes.set_xlabel("modulus |λ| of the mode")
    axes.set_ylabel(r"learning interval $\tau$ (steps)")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    axes.set_title(r"rate, over that at $\tau$ = 1", loc="left")
    bar = axes.figure.colorbar(image, ax=axes, extend="both", aspect=25)
    bar.set_ticks([-2, -1, 0, 1, 2, 3, 4])
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"$10^{{{v:.0f}}}$"))
    bar.outline.set_linewidth(0.5)
    axes.annotate("fastest", (0.78, PEAK / -np.log(0.78)), (-4, 6), textcoords="offset points",
                  ha="right", fontsize="small")  # fmt: skip
    axes.annotate(r"$\tau_\mathrm{pred}$", (1.1, np.log(2) / np.log(1.1)), (-5, -5),
                  textcoords="offset points", ha="right", va="top", fontsize="small")  # fmt: skip


def _steps(axes: Axes, dataset: xr.Dataset) -> None:
    order = np.argsort(dataset["tau"].values)
    tau = dataset["tau"].values[order]
    for i, value in enumerate(dataset["mode"].values):
        look, each = point(i), dataset.sel(mode=value).isel(tau=order)
        axes.plot(tau, each["steps"], color=look["color"], gid=f"theory: {value:g}",
                  label=f"λ = {value:g}")  # fmt: skip
        axes.plot(tau, each["steps_descent"], **look, gid=f"descent: {value:g}")
    axes.set_yscale("log")
    axes.set_ylim(0.5, min(MOST_STEPS, 10 * float(dataset["steps"].max())))
    axes.set_title("steps, near the truth", loc="left")
    axes.legend(loc="upper left")


def _outcomes(axes: Axes, dataset: xr.Dataset) -> None:
    order = np.argsort(dataset["tau"].values)
    tau = dataset["tau"].values[order]
    shares = dataset["outcome_share"].transpose("outcome", "tau").values[:, order]
    names = dataset["outcome"].values.tolist()
    below = np.zeros(len(tau))
    for name, share in zip(names, shares, strict=True):
        axes.fill_between(tau, below, below + share, color=SHADES[name], linewidth=0,
                          label=name, gid=f"outcome: {name}")  # fmt: skip
        below = below + share
    axes.set_ylim(0, 1)
    axes.set_title("from random weights", loc="left")
    axes.set_ylabel("share of runs")
    axes.legend(loc="lower left", frameon=True, framealpha=0.9, edgecolor="none")
