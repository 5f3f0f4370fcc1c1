"""What becomes of models, against what was swept: a column for each, a row for each quantity."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import Normal, Stroke

from tausweep.figures.diagnosis import EXPONENTS, FORECASTS, KIND, SPEED, DiagnosisFigure
from tausweep.figures.drawing.collected import Trained, measured, of_series, reference
from tausweep.figures.drawing.panels import value_axis, with_legend
from tausweep.figures.drawing.style import QUIET, characters, number, shorten
from tausweep.figures.drawing.swept import (
    EQUATIONS,
    INTERVAL,
    mark_tau_pred,
    swept_axis,
)
from tausweep.figures.figure import Style
from tausweep.figures.sweep import TAU
from tausweep.members.quantile import quantile

COLOURS = {"aperiodic": "0.88", "cycle": "#F0E442", "fixed_point": "0.55", "diverged": "black"}
"""From the bottom up. None is a model's colour: greys, and Okabe and Ito's yellow."""

COLUMN = 28
"""Least width of a column, in characters."""
MOST_COLUMNS = 4

MEMBER: dict[str, Any] = {"linestyle": "", "markersize": 2.2, "alpha": 0.6, "clip_on": False}
FIRST: dict[str, Any] = {"linestyle": "-", "marker": "o", "markersize": 3}
SECOND: dict[str, Any] = {
    "linestyle": "--", "marker": "o", "markersize": 3, "markerfacecolor": "white", "linewidth": 0.8
}  # fmt: skip
CEILING = (0, (1, 2))
DATA: dict[str, Any] = {"color": "black", "linewidth": 0.8}

Values = Float[np.ndarray, " run"]
Limits = tuple[float, float]


def diagnosis(dataset: xr.Dataset, settings: DiagnosisFigure, series: str, style: Style) -> Figure:
    """Draw what orbits do, their exponents, forecasts and speed, of all that sweeps a setting.

    Where there are many models they stand in several blocks of rows, one below the other.

    Parameters
    ----------
    dataset
        Collected results.
    settings, series, style
        What is shown, of which series, and how it looks.

    Raises
    ------
    ValueError
        The results hold no such series, nothing that sweeps the setting, or no kinds of orbits.
    """
    every, rows, signal = of_series(dataset, series, style)
    setting = settings.setting or TAU
    trained = [each for each in every if each.setting == setting]
    if not trained:
        raise ValueError(f"the results hold nothing that sweeps {setting}")
    measured(rows, KIND)  # or the results do not hold it, and say so
    shown = [name for name in (KIND, EXPONENTS, FORECASTS, SPEED) if name in rows]
    columns = min(len(trained), MOST_COLUMNS, max(1, int(characters(style) / COLUMN)))
    blocks = math.ceil(len(trained) / columns)
    height = 0.17 * style.width * (len(shown) * blocks + 0.4)
    figure = with_legend(height, style, _legend(trained, signal, shown, setting))
    panels = figure.subplots(len(shown) * blocks, columns, squeeze=False)
    values = np.concatenate([each.values for each in trained])
    room = characters(style) / columns - 8
    for i, each in enumerate(trained):
        column = panels[i // columns * len(shown) :, i % columns][: len(shown)]
        for axes, name in zip(column, shown, strict=True):
            swept_axis(axes, values, setting, signal, room)
            if setting == TAU:
                mark_tau_pred(axes, signal)
            _ROWS[name](axes, each, trained, signal)
            if i % columns:
                axes.set_ylabel("")
                axes.tick_params(labelleft=False)
            if axes is not column[-1]:
                axes.set_xlabel("")
                axes.tick_params(labelbottom=False)
        column[0].set_title(shorten(each.label, int(room)))
    for axes in panels[-len(shown) :, (len(trained) - 1) % columns + 1 :].flat:
        axes.set_axis_off()
    figure.align_ylabels()
    return figure


def _kinds(axes: Axes, trained: Trained, every: list[Trained], signal: xr.Dataset) -> None:
    """Share of members by the kind of their orbits, at each value from half way to the next."""
    codes = _codes(trained.rows)
    at, found = np.unique(trained.values), measured(trained.rows, KIND)
    edges = _edges(axes, at)
    below = np.zeros(len(at))
    for kind, colour in COLOURS.items():
        share = np.array([np.mean(found[trained.values == v] == codes[kind]) for v in at])
        axes.bar(
            edges[:-1], share, np.diff(edges), below, align="edge", color=colour,
            edgecolor="white", linewidth=0.6, gid=kind,
        )  # fmt: skip
        below += share
    for line in axes.lines:  # seen on bars of any colour
        if line.get_gid() == "tau_pred":
            line.set(zorder=3, path_effects=[Stroke(linewidth=2.2, foreground="white"), Normal()])
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.5, 1])
    axes.set_ylabel("share of\nmembers")


def _exponents(axes: Axes, trained: Trained, every: list[Trained], signal: xr.Dataset) -> None:
    """The two largest, on an axis as wide as the largest of the data or the equations asks for:
    those of an orbit at rest may be far below.
    """
    places = trained.rows["exponent"].to_numpy()[:2].tolist()
    found = {k: [measured(each.rows, f"{EXPONENTS}@{k}") for each in every] for k in places}
    largest, equations = signal["lambda_max"].item(), signal["lambda_max_equations"].item()
    known = np.array([largest, equations])
    ours = np.concatenate(found[places[0]])
    known = np.append(known, _median(ours))
    unit = np.max(known[np.isfinite(known)], initial=1e-3)
    axes.set_ylim(-1.6 * unit, 2.1 * unit)
    axes.axhline(0, color=QUIET, linewidth=0.5, zorder=0)
    interval = signal["lambda_max_interval"].sel(bound=["lower", "upper"]).to_numpy()
    if np.isfinite(interval).all():
        axes.axhspan(*interval, color="black", alpha=2 * INTERVAL, linewidth=0, zorder=0)
    if np.isfinite(largest):
        axes.axhline(largest, **DATA, zorder=1, gid="data")
    for k, look in zip(places, (FIRST, SECOND), strict=False):
        value = reference(signal, f"{EXPONENTS}@{k}", "equations")
        if np.isfinite(value):
            axes.axhline(value, **EQUATIONS, zorder=1, gid="equations")
        _members(axes, trained, measured(trained.rows, f"{EXPONENTS}@{k}"), look, f"exponent {k}")
    axes.set_ylabel("exponents\n(nats per step)")


def _forecasts(axes: Axes, trained: Trained, every: list[Trained], signal: xr.Dataset) -> None:
    """Errors after about one Lyapunov time."""
    ahead, lyapunov_times = _ahead(trained.rows, signal)
    quantity = f"{FORECASTS}@{ahead}"
    ceiling = reference(signal, quantity, "ceiling")
    everything = [measured(each.rows, quantity) for each in every]
    value_axis(axes, trained.rows, quantity, np.concatenate([*everything, [ceiling]]))
    if np.isfinite(ceiling):
        axes.axhline(ceiling, color=QUIET, linewidth=0.8, linestyle=CEILING, gid="ceiling")
    _members(axes, trained, measured(trained.rows, quantity), FIRST, "forecasts")
    times = "" if np.isnan(lyapunov_times) else rf" = {lyapunov_times:.1f}$\,/\,\lambda$"
    axes.set_ylabel(f"error after\n{ahead} steps{times}")


def _speed(axes: Axes, trained: Trained, every: list[Trained], signal: xr.Dataset) -> None:
    """Mean frequencies as multiples of the data's."""
    data = reference(signal, SPEED, "data")
    ratios = np.concatenate([measured(each.rows, SPEED) for each in every]) / data
    ratios = ratios[np.isfinite(ratios)]
    axes.set_ylim(0, float(np.clip(1.15 * ratios.max(initial=1.5), 1.5, 3.0)))
    axes.axhline(1, **DATA, zorder=1, gid="data")
    _members(axes, trained, measured(trained.rows, SPEED) / data, FIRST, "speed")
    axes.set_ylabel("mean frequency\n/ the data's")


_ROWS = {KIND: _kinds, EXPONENTS: _exponents, FORECASTS: _forecasts, SPEED: _speed}


def _members(axes: Axes, trained: Trained, values: Values, look: dict[str, Any], gid: str) -> None:
    """Members and their median; what is beyond the axis, at its edge."""
    x, colour = trained.values, trained.look.colour
    at = np.unique(x)
    median = np.array([_median(values[x == v]) for v in at])
    low, high = axes.get_ylim()
    style = {**MEMBER, "marker": look["marker"], "markeredgewidth": 0}
    axes.plot(
        x, np.clip(values, low, high), **style, color=colour, zorder=3,
        in_layout=False, gid=f"{gid} of members",
    )  # fmt: skip
    axes.plot(
        at, np.clip(median, low, high), **look, color=colour, zorder=4, clip_on=False,
        in_layout=False, gid=gid,
    )  # fmt: skip


def _median(values: Values) -> float:
    """Median of those there are; NaN of none."""
    there = values[~np.isnan(values)]
    return float(quantile(there, 0.5)) if len(there) else np.nan


def _ahead(rows: xr.Dataset, signal: xr.Dataset) -> tuple[int, float]:
    """Steps ahead nearest to one Lyapunov time, and how many of these they are; where none is
    known, the most steps.
    """
    ahead = rows["ahead"].to_numpy()
    known = [signal[name].item() for name in ("lambda_max", "lambda_max_equations")]
    rate = next((rate for rate in known if np.isfinite(rate) and rate > 0), np.nan)
    if np.isnan(rate):
        return int(ahead[-1]), np.nan
    nearest = ahead[np.abs(np.log(ahead * rate)).argmin()]
    return int(nearest), float(nearest * rate)


def _edges(axes: Axes, at: Float[np.ndarray, " value"]) -> Float[np.ndarray, " edge"]:
    """Where bars around values begin and end, half way between them as the axis is scaled."""
    scale = axes.xaxis.get_transform()
    place, (left, right) = scale.transform(at), scale.transform(np.array(axes.get_xlim()))
    between = (place[1:] + place[:-1]) / 2
    half = np.diff(place).min() / 2 if len(at) > 1 else (right - left) / 8
    ends = np.clip([place[0] - half, place[-1] + half], left, right)
    return np.asarray(scale.inverted().transform(np.array([ends[0], *between, ends[1]])))


def _codes(rows: xr.Dataset) -> dict[str, int]:
    """The number of each kind of orbit, by name."""
    attrs = rows[KIND].attrs
    return dict(zip(attrs["flag_meanings"].split(), attrs["flag_values"].tolist(), strict=True))


def _legend(
    trained: list[Trained], signal: xr.Dataset, shown: list[str], setting: str
) -> list[Artist]:
    """What the panels explain: kinds of orbits that there are, lines, members."""
    rows, codes = trained[0].rows, _codes(trained[0].rows)
    there = np.concatenate([measured(each.rows, KIND) for each in trained])
    data = reference(signal, KIND, "data")
    handles: list[Artist] = [
        Patch(
            facecolor=colour, edgecolor=QUIET, linewidth=0.3,
            label=kind.replace("_", " ") + (", as the data" if codes[kind] == data else ""),
        )
        for kind, colour in reversed(COLOURS.items())
        if codes[kind] in there or codes[kind] == data
    ]  # fmt: skip
    if shown == [KIND]:
        return handles
    handles.append(Line2D([], [], **MEMBER, marker="o", color=QUIET, label="one member"))
    if EXPONENTS in shown:
        handles.append(Line2D([], [], **FIRST, color=QUIET, label="median"))
        if rows.sizes["exponent"] > 1:
            handles.append(Line2D([], [], **SECOND, color=QUIET, label="second exponent"))
    if EXPONENTS in shown or SPEED in shown:
        handles.append(Line2D([], [], **DATA, label="of the data (grey: interval)"))
    if FORECASTS in shown:
        handles.append(Line2D([], [], color=QUIET, ls=CEILING, lw=0.8, label="forecast: the mean"))
    if EXPONENTS in shown and np.isfinite(signal["lambda_max_equations"].item()):
        handles.append(Line2D([], [], **EQUATIONS, label="of the equations"))
    if setting == TAU and np.isfinite(signal["tau_pred"].item()):
        label = r"$\tau_\mathrm{pred}$ (vertical)" + f" = {number(signal['tau_pred'].item())}"
        handles.append(Line2D([], [], color="black", linewidth=1.0, label=label))
    return handles
