"""Where eigenvalues of initial weights are, and how often one is unstable."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from matplotlib.ticker import FuncFormatter

from tausweep.figures.drawing.style import LINES, PALETTE, QUIET, characters, number
from tausweep.figures.drawing.theory.panels import row
from tausweep.figures.figure import Style

NAMES = {
    "glorot_normal": "Glorot, normal",
    "glorot_uniform": "Glorot, uniform",
    "gershgorin_uniform": "Gershgorin, rows ≤ 1",
    "gershgorin": "Gershgorin, rows = 1",
    "gershgorin_continuous": "Gershgorin, continuous",
    "orthogonal": "orthogonal",
}
DECADES = 4
"""That colours tell apart."""
CIRCLE: dict[str, Any] = {"fill": False, "linestyle": (0, (3, 2)), "linewidth": 0.8}
FLOOR = 1e-4
"""Least share that is drawn."""


def spectra(dataset: xr.Dataset, style: Style) -> Figure:
    """Draw the histogram of eigenvalues of each kind, a row, and size, a column.

    Parameters
    ----------
    dataset
        Output of stage `theory`, analysis spectra.
    style
        How it looks.
    """
    initial, sizes = (dataset[name].values.tolist() for name in ("initial", "n"))
    side = style.width / (max(len(sizes), 3) + 0.6)
    figure = Figure(figsize=(style.width, side * (len(initial) + 0.35)), layout="constrained")
    panels = figure.subplots(len(initial), len(sizes), squeeze=False, sharex="row", sharey=True)
    most = float(dataset["density"].max())
    norm = LogNorm(most / 10**DECADES, most)
    for panels_of, name in zip(panels, initial, strict=True):
        for axes, n in zip(panels_of, sizes, strict=True):
            image = _histogram(axes, dataset.sel(initial=name, n=n), norm)
            axes.set_title(f"n = {n}" if name == initial[0] else "")
        label = textwrap.fill(NAMES.get(name, name), int(side / style.width * characters(style)))
        panels_of[0].set_ylabel(f"{label}\nIm λ")
    for axes in panels[-1]:
        axes.set_xlabel("Re λ")
    bar = figure.colorbar(image, ax=panels, pad=0.02, aspect=40, extend="min")
    bar.set_label("density of eigenvalues")
    bar.outline.set_linewidth(0.5)
    return figure


def _histogram(axes: Axes, found: xr.Dataset, norm: LogNorm) -> Any:
    middle = float(found["middle"])
    re, im = found["re"].values, found["im"].values
    density = np.ma.masked_equal(found["density"].transpose("im", "re").values, 0)
    image = axes.pcolormesh(
        re + middle, im, density, norm=norm, cmap="viridis_r", rasterized=True, gid="density"
    )
    axes.add_patch(Circle((middle, 0), 1, **CIRCLE, edgecolor="black", gid="stable"))
    axes.set_aspect("equal")
    reach = re[-1] + (re[1] - re[0]) / 2
    axes.set_xlim(middle - reach, middle + reach)
    axes.set_ylim(-reach, reach)
    axes.set_xticks([middle - 1, middle, middle + 1])
    axes.set_yticks([-1, 0, 1])
    phi = float(found["outside"])
    said = "0" if phi == 0 else number(phi)
    axes.text(0.03, 0.97, f"φ = {said}", transform=axes.transAxes, va="top", fontsize="small")
    return image


def unstable(dataset: xr.Dataset, style: Style) -> Figure:
    """Draw shares of eigenvalues and of matrices that are unstable against n, and of kept blocks
    against the part of the directions that is missing.
    """
    discrete = dataset.sel(initial=dataset["middle"] == 0)
    sizes = discrete["n"].values
    some, none = _by_occurrence(discrete)
    figure, (left, right) = row(2, style, _legend(sizes, some))
    if "glorot_normal" in some:
        phi = discrete["expected"].values
        left.plot(sizes, phi, color=QUIET, linewidth=3, alpha=0.4, gid="expected")
    for line, name in zip(LINES, some, strict=False):
        each = discrete.sel(initial=name)
        _shares(left, sizes, each, "outside", PALETTE[0], line)
        _shares(left, sizes, each, "unstable", PALETTE[1], line)
        for colour, n in zip(PALETTE, sizes, strict=False):
            _shares(right, each["kept"].sel(n=n), each.sel(n=n), "kept_unstable", colour, line)
    for axes in (left, right):
        axes.set_yscale("log")
        axes.set_ylim(FLOOR, 1.5)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    left.set_xscale("log")
    left.set_xticks(sizes, [str(n) for n in sizes])
    left.minorticks_off()
    left.set_xlabel("number of variables n")
    for axes in (left, right):
        axes.set_ylabel("share that is unstable")
    left.set_title("initial weights, whole", loc="left")
    right.set_xlabel("part of the directions without energy")
    right.set_title("what is kept of them there", loc="left")
    right.set_xlim(0, 1)
    _shares_legend(left, some)
    if none:
        names = "; ".join(NAMES[name] for name in none)
        right.text(0.98, 0.02, f"in no case: {names}", transform=right.transAxes, ha="right",
                   fontsize="small", color=QUIET)  # fmt: skip
    return figure


def _by_occurrence(dataset: xr.Dataset) -> tuple[list[str], list[str]]:
    """The kinds of which any matrix or block is unstable, and those of which none is."""
    initial = dataset["initial"].values.tolist()
    found = dataset["unstable"].max("n") + dataset["kept_unstable"].max(("n", "missing"))
    some = [name for name in initial if float(found.sel(initial=name)) > 0]
    return some, [name for name in initial if name not in some]


def _shares(axes: Axes, x: Any, found: xr.Dataset, share: str, colour: str, line: str) -> None:
    """Points with a standard error; where there were none, nothing."""
    value, error = (found[name].values for name in (share, f"{share}_std_error"))
    if not value.any():
        return
    axes.errorbar(
        x, np.where(value > 0, value, np.nan), np.minimum(error, value / 2), color=colour,
        marker="o", markersize=3.5, linestyle=line, gid=f"{share}: {found['initial'].item()}",
    )  # fmt: skip


def _shares_legend(axes: Axes, some: list[str]) -> None:
    """Of the shares in the panel of whole matrices."""
    shares = ("eigenvalues, φ", "matrices with any")
    handles = [
        Line2D([], [], color=colour, marker="o", markersize=3.5, label=share)
        for colour, share in zip(PALETTE, shares, strict=False)
    ]
    if "glorot_normal" in some:
        handles.append(Line2D([], [], color=QUIET, linewidth=3, alpha=0.4, label="φ, expected"))
    axes.legend(handles=handles, loc="lower left")


def _legend(sizes: Any, some: list[str]) -> list[Artist]:
    """Of sizes, by colour, and kinds, by line."""
    handles: list[Artist] = [
        Line2D([], [], color=colour, marker="o", markersize=3.5, label=f"n = {n}")
        for colour, n in zip(PALETTE, sizes, strict=False)
    ]
    for line, name in zip(LINES, some, strict=False):
        look: dict[str, Any] = {"color": QUIET, "linestyle": line}
        handles.append(Line2D([], [], **look, label=NAMES[name]))
    return handles
