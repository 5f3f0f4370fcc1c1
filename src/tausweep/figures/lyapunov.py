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
LAMBDA_MAX = r"$\lambda_\mathrm{max}$"
TAU_PRED = r"$\tau_\mathrm{pred} = \ln 2\,/\,\lambda_\mathrm{max}$"


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
    height = max(0.4 * style.width, 18 * style.font_size / 72)  # the legend has so many lines
    figure = Figure(figsize=(style.width, height), layout="constrained")
    axes = figure.subplots()
    _curve(axes, dataset)
    verdict = dataset.attrs["verdict"]
    chaotic = verdict == "chaotic"
    if chaotic:
        _fit(axes, dataset)
    _equations(axes, dataset, fitted=chaotic)
    _time_axes(axes, dataset.attrs["dt"], dataset.attrs["time_unit"])
    title = None if chaotic else f"no {LAMBDA_MAX}: {verdict}"
    figure.legend(loc="outside right upper", title=title, alignment="left", labelspacing=1.0)
    return figure


def _curve(axes: Axes, dataset: xr.Dataset) -> None:
    """Mean log distance with its standard error, which set the limits of the axes."""
    lag, mean = dataset["lag"].to_numpy(), dataset["divergence"].to_numpy()
    error = dataset["divergence_std_error"].to_numpy()
    axes.plot(lag, mean, color=CURVE, label="mean over\nreference points", gid="divergence")
    axes.fill_between(
        lag, mean - error, mean + error, color=CURVE, alpha=0.25, linewidth=0,
        label="± standard error",
    )  # fmt: skip
    finite = mean[np.isfinite(mean)]
    if finite.size:
        margin = 0.06 * np.ptp(finite) or 0.5
        axes.set_ylim(finite.min() - margin, finite.max() + margin)
    axes.set_xlim(lag.min(), max(lag.max(), lag.min() + 1))


def _fit(axes: Axes, dataset: xr.Dataset) -> None:
    """Range of lags that was fitted, and the line through it."""
    ends = np.array([dataset["fit_start"].item(), dataset["fit_stop"].item()])
    axes.axvspan(*ends, color=FIT, alpha=0.12, linewidth=0, zorder=0, label="fitted range")
    unit = dataset.attrs["time_unit"].replace("$", r"\$")
    per_time = "per unit of time" if unit == "1" else rf"{unit}$^{{-1}}$"
    label = (
        f"{LAMBDA_MAX} = {_with_interval(dataset, 'lambda_max')}\n"
        f"per step, {number(dataset['lambda_max_per_time'].item())} {per_time}\n"
        f"{TAU_PRED}\n"
        f"= {_with_interval(dataset, 'tau_pred')} steps"
    )
    line = dataset["intercept"].item() + dataset["lambda_max"].item() * ends
    axes.plot(ends, line, color=FIT, linewidth=2.0, label=label, gid="fit")


def _with_interval(dataset: xr.Dataset, name: str) -> str:
    """Write a value with its confidence interval: 0.0111 [0.0105, 0.0118]."""
    lower, upper = dataset[f"{name}_interval"].sel(bound=["lower", "upper"]).to_numpy()
    return f"{number(dataset[name].item())} [{number(lower)}, {number(upper)}]"


def _equations(axes: Axes, dataset: xr.Dataset, fitted: bool) -> None:
    """Guide line of the slope from the equations, through the fit or the start of the curve."""
    slope = dataset["lambda_max_equations"].item()
    curve = dataset["divergence"]
    curve = curve[np.isfinite(curve.to_numpy())]
    if not (np.isfinite(slope) and curve.size):
        return
    if fitted:
        lag = (dataset["fit_start"].item() + dataset["fit_stop"].item()) / 2
        anchor = lag, dataset["intercept"].item() + dataset["lambda_max"].item() * lag
    else:
        anchor = curve["lag"].to_numpy()[0], curve.to_numpy()[0]
    label = f"slope of the equations,\n{LAMBDA_MAX} = {number(slope)} per step"
    axes.axline(
        anchor,
        slope=slope,
        color=QUIET,
        linewidth=1.0,
        linestyle="--",
        label=label,
        gid="equations",
    )


def _time_axes(axes: Axes, dt: float, unit: str) -> None:
    """Steps below, time above."""
    axes.set_xlabel("time since neighbours (steps)")
    axes.set_ylabel("mean log distance")
    above = axes.secondary_xaxis(
        "top", functions=(lambda n: np.multiply(n, dt), lambda t: np.divide(t, dt))
    )
    above.set_xlabel("time (system's unit)" if unit == "1" else f"time ({unit})", parse_math=False)
