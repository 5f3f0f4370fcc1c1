"""How products of Jacobians of trained models grow in time (Mikhaeil et al. 2022, Fig. 1)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from tausweep.figures.drawing.collected import Trained, median_member, of_series
from tausweep.figures.drawing.panels import grid
from tausweep.figures.drawing.style import MARKERS, PALETTE, QUIET, Look
from tausweep.figures.figure import Style
from tausweep.figures.jacobians import JacobiansFigure

MEASURED: dict[str, Any] = {"markersize": 3, "markeredgecolor": "white", "markeredgewidth": 0.4}
THEORY: dict[str, Any] = {"color": "black", "linewidth": 1.0, "linestyle": (0, (4, 2))}
OTHERS: dict[str, Any] = {"linewidth": 0.7, "alpha": 0.45}
BAND = 0.2
"""Opacity of a band."""
NORMAL = 1.96
"""Standard errors on either side in a 95 % interval."""
PLACES = 5
"""Decimal places of an exponent, at most."""
WORDED = 4
"""Curves of a panel, at most, whose exponents are written into it."""


@dataclass(frozen=True, eq=False)
class Curve:
    """All members of a model trained by a method with one value of its sweep."""

    label: str
    """The value, where a panel has several; else empty."""
    look: Look
    rows: xr.Dataset


def jacobians(dataset: xr.Dataset, settings: JacobiansFigure, series: str, style: Style) -> Figure:
    """Draw ‖∂z_{t+T} / ∂z_t‖ against T, both logarithmic, in a panel for each model and method.

    Norms are kept and drawn as logarithms, for they may be beyond what numbers can hold. Of the
    members of a curve the one in the middle by its λ_max has a heavy line, a band of one standard
    deviation over starts, and exp(λ_max T) beside it.

    Parameters
    ----------
    dataset
        Collected results.
    settings, series, style
        What is shown, of which series, and how it looks.

    Raises
    ------
    ValueError
        The results hold no such series.
    """
    trained, *_ = of_series(dataset, series, style)
    panels = dict(_panel(each, settings) for each in trained)
    figure, places = grid(len(panels), style, _legend(list(chain(*panels.values()))))
    for axes, (title, curves) in zip(places.flat, panels.items(), strict=False):
        heights = np.concatenate([_curve(axes, curve) for curve in curves])
        _axes(axes, dataset["separation"].to_numpy(), heights)
        axes.set_title(title, loc="left")
        if len(curves) <= WORDED:
            _exponents(axes, curves)
    return figure


def _panel(trained: Trained, settings: JacobiansFigure) -> tuple[str, list[Curve]]:
    """Title and curves of a model by a method: at its best value, or at those asked for."""
    if not trained.setting:
        return trained.label, [Curve("", trained.look, trained.rows)]
    if settings.values == "best":
        best = trained.best(settings.best_by or "D_stsp")
        title = f"{trained.label}, {trained.symbol} = {best:g}"
        return title, [Curve("", trained.look, trained.at(best).rows)]
    there = np.unique(trained.values)
    near = [float(there[np.abs(there - value).argmin()]) for value in settings.values]
    return trained.label, [
        Curve(
            f"{trained.symbol} = {value:g}",
            Look(PALETTE[i % len(PALETTE)], MARKERS[i % len(MARKERS)], "-"),
            trained.at(value).rows,
        )
        for i, value in enumerate(sorted(set(near)))
    ]


def _curve(axes: Axes, curve: Curve) -> Float[np.ndarray, " height"]:
    """Draw all members of a curve; heights that the axes must hold, powers of ten."""
    T = curve.rows["separation"].to_numpy()
    every = _powers(curve.rows, "jacobian_norm")
    middle = median_member(curve.rows, "jacobian_lambda_max")
    norm, spread = (_powers(middle, name) for name in ("jacobian_norm", "jacobian_norm_spread"))
    colour = curve.look.colour
    for member, values in zip(curve.rows["member"].to_numpy(), every, strict=True):
        if member != middle["member"].item():
            axes.plot(T, values, color=colour, **OTHERS, gid=f"member: {curve.label}")
    axes.fill_between(T, norm - spread, norm + spread, color=colour, alpha=BAND, linewidth=0)
    axes.plot(
        T, norm, color=colour, marker=curve.look.marker, **MEASURED,
        gid=f"norm: {curve.label}", zorder=3,
    )  # fmt: skip
    fine = np.geomspace(T[0], T[-1], 200)
    theory = _powers(middle, "jacobian_lambda_max") * fine
    axes.plot(fine, theory, **THEORY, gid=f"theory: {curve.label}", zorder=4)
    return np.concatenate([every.ravel(), norm - spread, norm + spread, theory])


def _powers(rows: xr.Dataset, name: str) -> np.ndarray:
    """Natural logarithms as powers of ten; what is not finite is not drawn."""
    values = rows[name]
    found = values.transpose(*(d for d in ("run", "separation") if d in values.dims)).to_numpy()
    return np.where(np.isfinite(found), found, np.nan) / math.log(10)


def _axes(
    axes: Axes, T: Float[np.ndarray, " separation"], heights: Float[np.ndarray, " height"]
) -> None:
    """Axes of T, logarithmic, and of powers of ten, at least two of them."""
    finite = heights[np.isfinite(heights)]
    low, high = finite.min(initial=-1.0), finite.max(initial=1.0)
    margin = 0.05 * (high - low)
    axes.set_ylim(low - margin, high + margin)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda power, _: f"$10^{{{power:.0f}}}$"))
    axes.set_ylabel(r"$\|\,\partial z_{t+T}\,/\,\partial z_t\,\|$")
    axes.set_xscale("log")
    axes.set_xlim(T[0], T[-1] * 1.1)
    axes.xaxis.set_major_locator(LogLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("separation $T$ (steps)")
    axes.axhline(0, color=QUIET, linewidth=0.5, zorder=0)


def _exponents(axes: Axes, curves: Sequence[Curve]) -> None:
    """Write every curve's exponent above or below the curves, on the side where there is room."""
    found = [np.median(curve.rows["jacobian_lambda_max"].to_numpy()) for curve in curves]
    falls = np.nansum(found) < 0
    for i, curve in enumerate(reversed(curves) if falls else curves):
        place, side = (0.03 + 0.09 * i, "bottom") if falls else (0.97 - 0.09 * i, "top")
        axes.text(
            0.03, place, _exponent(curve.rows), color=curve.look.colour, va=side,
            transform=axes.transAxes, fontsize="small",
        )  # fmt: skip


def _exponent(rows: xr.Dataset) -> str:
    """λ_max of the member in the middle with its interval, and how many diverged."""
    middle = median_member(rows, "jacobian_lambda_max")
    value = middle["jacobian_lambda_max"].item()
    error = middle["jacobian_lambda_max_std_error"].item()
    lost = int(np.isnan(rows["jacobian_lambda_max"].to_numpy()).sum())
    count = f"{lost} of {rows.sizes['run']} diverged"
    if lost == rows.sizes["run"]:
        return count
    known = rf"$\lambda_\mathrm{{max}}$ = {_with_interval(value, NORMAL * error)}"
    return f"{known} ({count})" if lost else known


def _with_interval(value: float, reach: float) -> str:
    """A value and how far its interval reaches, to two digits of that where it can be seen."""
    places = PLACES if not reach > 0 else min(max(1 - math.floor(math.log10(reach)), 0), PLACES)
    said = f" ± {reach:.{places}f}" if reach >= 10.0**-PLACES else ""
    return f"{value:.{places}f}".replace("-", "−") + said


def _legend(curves: Sequence[Curve]) -> list[Artist]:
    """What the legend explains: what panels have in common."""
    one = {curve.label: curve.look for curve in curves if curve.label}
    handles: list[Artist] = [
        Line2D([], [], color=look.colour, marker=look.marker, **MEASURED, label=label)
        for label, look in one.items()
    ]
    if not one:
        handles.append(Line2D([], [], color=QUIET, marker="o", **MEASURED, label="measured"))
    text = "standard deviation over starts"
    handles.append(Patch(color=QUIET, alpha=BAND, linewidth=0, label=text))
    if any(curve.rows.sizes["run"] > 1 for curve in curves):
        handles.append(Line2D([], [], color=QUIET, **OTHERS, label="other members"))
    theory = r"theory: $\exp(\lambda_\mathrm{max} T)$"
    handles.append(Line2D([], [], **THEORY, label=theory))
    return handles
