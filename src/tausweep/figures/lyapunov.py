"""How λ_max was found: divergence of neighbours in time (Mikhaeil et al. 2022, Fig. 4a)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tausweep.config import Settings, Style
from tausweep.figures.style import PALETTE, QUIET, number

CURVE, FIT = PALETTE[0], PALETTE[1]


class Options(Settings):
    """What the figure can be told."""

    style: Style = Style()


def lyapunov(dataset: xr.Dataset, options: Mapping[str, Any]) -> Figure:
    """Draw the mean log distance of neighbours against time, the fitted line and its slope λ_max.

    Where the signal has equations, a dashed line has the slope that follows from them. Where the
    curve has no scaling range, the figure says so and shows no fit.

    Parameters
    ----------
    dataset
        Output of the stage lyapunov.
    options
        Fields of `Options`.
    """
    style = Options.model_validate(options).style
    figure = Figure(figsize=(style.width, 0.42 * style.width), layout="constrained")
    axes = figure.subplots()
    _curve(axes, dataset)
    chaotic = dataset.attrs["verdict"] == "chaotic"
    if chaotic:
        _fit(axes, dataset)
    _equations(axes, dataset, chaotic)
    _time_axes(axes, dataset)
    title = None if chaotic else f"no $\\lambda_\\mathrm{{max}}$: {dataset.attrs['verdict']}"
    figure.legend(
        loc="outside right upper", title=title, alignment="left", labelspacing=1.0, borderpad=2.0
    )
    return figure


def _curve(axes: Axes, dataset: xr.Dataset) -> None:
    """Mean log distance with its standard error; the limits of the axes are the curve's."""
    lag, mean = dataset["lag"].to_numpy(), dataset["divergence"].to_numpy()
    error = dataset["divergence_std_error"].to_numpy()
    axes.fill_between(
        lag,
        mean - error,
        mean + error,
        color=CURVE,
        alpha=0.25,
        linewidth=0,
        label="± standard error",
    )
    axes.plot(lag, mean, color=CURVE, label="mean over\nreference points", gid="divergence")
    finite = np.isfinite(mean)
    low, high = (mean[finite].min(), mean[finite].max()) if finite.any() else (0.0, 1.0)
    margin = 0.06 * (high - low) or 0.5
    axes.set_ylim(low - margin, high + margin)
    axes.set_xlim(lag.min(), max(lag.max(), lag.min() + 1))


def _fit(axes: Axes, dataset: xr.Dataset) -> None:
    """Range of lags that was fitted, and the line through it."""
    start, stop = dataset["fit_start"].item(), dataset["fit_stop"].item()
    slope, intercept = dataset["lambda_max"].item(), dataset["intercept"].item()
    axes.axvspan(start, stop, color=FIT, alpha=0.12, linewidth=0, zorder=0, label="fitted range")
    ends = np.array([start, stop])
    steps = _with_interval(dataset, "lambda_max")
    time = number(dataset["lambda_max_per_time"].item())
    tau = _with_interval(dataset, "tau_pred")
    axes.plot(
        ends,
        intercept + slope * ends,
        color=FIT,
        linewidth=2.0,
        gid="fit",
        label=rf"$\lambda_\mathrm{{max}}$ = {steps}"
        + f"\nper step, {time} per {_unit(dataset)}"
        + "\n"
        + rf"$\tau_\mathrm{{pred}} = \ln 2\,/\,\lambda_\mathrm{{max}}$"
        + f"\n= {tau} steps",
    )


def _with_interval(dataset: xr.Dataset, name: str) -> str:
    """A value and its confidence interval: 0.0111 [0.0105, 0.0118]."""
    bounds = dataset[f"{name}_interval"].sel(bound=["lower", "upper"]).to_numpy()
    return f"{number(dataset[name].item())} [{', '.join(number(b) for b in bounds)}]"


def _equations(axes: Axes, dataset: xr.Dataset, fitted: bool) -> None:
    """Guide line of the slope from the equations, through the fit or the start of the curve."""
    slope = dataset["lambda_max_equations"].item()
    if not np.isfinite(slope):
        return
    curve = dataset["divergence"].to_numpy()
    if fitted:
        anchor = (dataset["fit_start"].item() + dataset["fit_stop"].item()) / 2
        height = dataset["intercept"].item() + dataset["lambda_max"].item() * anchor
    elif np.isfinite(curve).any():
        first = np.flatnonzero(np.isfinite(curve))[0]
        anchor, height = dataset["lag"].to_numpy()[first], curve[first]
    else:
        return
    axes.axline(
        (anchor, height),
        slope=slope,
        color=QUIET,
        linewidth=1.0,
        linestyle="--",
        gid="equations",
        label=rf"slope of the equations,{chr(10)}$\lambda_\mathrm{{max}}$ = {number(slope)} per step",
    )


def _time_axes(axes: Axes, dataset: xr.Dataset) -> None:
    """Steps below, time above."""
    dt = dataset.attrs["dt"]
    axes.set_xlabel("time since neighbours (steps)")
    axes.set_ylabel("mean log distance of neighbours")
    top = axes.secondary_xaxis("top", functions=(lambda step: step * dt, lambda time: time / dt))
    unit = dataset.attrs["time_unit"]
    top.set_xlabel("time (system's units)" if unit == "1" else f"time ({unit})")
    top.spines["top"].set_visible(True)


def _unit(dataset: xr.Dataset) -> str:
    unit = dataset.attrs["time_unit"]
    return "unit of time" if unit == "1" else str(unit)
