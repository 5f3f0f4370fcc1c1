"""The panels of a sweep that a reader explores: each quantity against what was swept."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float

from tausweep.figures.drawing.collected import (
    Trained,
    central,
    diverged,
    logarithmic,
    measured,
    reference,
)
from tausweep.figures.sweep import TAU, SweepFigure
from tausweep.metrics.quantities import split
from tausweep.report.charts import Axis, Line, Panel, Row
from tausweep.report.words import known, number

SHAPES = dict(
    zip("os^DvPph", ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross",
                     "wedge", "triangle-right"), strict=True)
)  # fmt: skip
"""Vega's names of matplotlib's markers; of the two that it lacks, others."""
DASHES: Mapping[str, Sequence[float]] = {
    "-": (1, 0), "--": (6, 3), "-.": (7, 3, 1.5, 3), ":": (1.5, 2.5)
}  # fmt: skip

AXES = {
    TAU: "learning interval τ (steps)",
    "alpha": "strength of forcing α",
    "threshold": "threshold of clipping",
    "spread": "jitter Δ of the learning interval (steps)",
}
LETTERS = {TAU: "τ", "alpha": "α", "spread": "Δ"}
TOP = 0.97
"""Where a value stands that is too large for an axis, as a fraction of it."""


def title(metric: str) -> str:
    """A quantity as this page writes it."""
    name, place = split(metric)
    return name.replace("_legacy", ", legacy") + ("" if place is None else f" at {place}")


def with_unit(rows: xr.Dataset, metric: str) -> str:
    """The same with its unit."""
    unit = str(rows[split(metric)[0]].attrs.get("units", "1"))
    return title(metric) + ("" if unit == "1" else f" ({'nats' if unit == 'nat' else unit})")


def curve(trained: Trained) -> Row:
    """What it is called and how it is drawn."""
    look = trained.look
    return {
        "label": trained.label, "colour": look.colour, "dash": DASHES[look.line],
        "shape": SHAPES[look.marker], "setting": trained.setting,
        "symbol": _letter(trained.setting),
    }  # fmt: skip


def on_axis(trained: Sequence[Trained], figure: SweepFigure) -> list[tuple[int, Trained]]:
    """Those that sweep what is on the axis below, with their numbers."""
    return [(i, each) for i, each in enumerate(trained) if each.setting == (figure.setting or TAU)]


def panel(
    trained: Sequence[Trained], signal: xr.Dataset, figure: SweepFigure, metric: str
) -> Panel:
    """One quantity of all curves against a setting that was swept.

    Parameters
    ----------
    trained, signal
        From `of_series`, with the runs of that series counted from 0.
    figure, metric
        The figure of the sweep, and which of its panels.
    """
    setting, swept = figure.setting or TAU, on_axis(trained, figure)
    x = _swept_axis([each for _, each in swept], signal, figure)
    levels = _levels(signal, metric)
    y = _value_axis(trained, metric, levels)
    return Panel(
        description=f"{title(metric)} against {AXES.get(setting, setting)}; its medians are in the "
        "table below",
        x=x,
        y=y,
        medians=[row for i, each in swept for row in _medians(i, each, metric, figure, y)],
        across=[
            _across(i, each, metric, figure, y)
            for i, each in enumerate(trained)
            if each.setting != setting
        ],
        members=[
            row
            for at, (i, each) in enumerate(swept)
            for row in _members(i, each, metric, (x, y), at - (len(swept) - 1) / 2)
        ],
        levels=levels,
        marks=_predictable(signal) if setting == TAU else [],
    )


def _predictable(signal: xr.Dataset) -> list[Line]:
    """τ_pred of the data with its interval, and of the equations, where there are any."""
    marks = []
    if math.isfinite(equations := float(signal["tau_pred_equations"])):
        marks.append(Line("τ_pred of the equations", equations, [2, 3]))
    if math.isfinite(tau_pred := float(signal["tau_pred"])):
        low, high = signal["tau_pred_interval"].sel(bound=["lower", "upper"]).to_numpy().tolist()
        ends = [end if not math.isnan(end) else tau_pred for end in (low, high)]
        marks.append(Line("τ_pred", tau_pred, [1, 0], (ends[0], ends[1])))
    return marks


def _levels(signal: xr.Dataset, metric: str) -> list[Line]:
    lines = (
        ("floor", "floor: data against held-out data", [5, 3]),
        ("ceiling", "ceiling: a constant orbit", [1, 3]),
        ("persistence", "persistence: the last value stays", [4, 1, 1, 1]),
        ("equations", "of the equations", [1, 0]),
    )
    found = [Line(text, reference(signal, metric, name), dash) for name, text, dash in lines]
    return [line for line in found if math.isfinite(line.value)]


def _swept_axis(swept: Sequence[Trained], signal: xr.Dataset, figure: SweepFigure) -> Axis:
    """As the figure of the sweep has it: wide enough for τ_pred."""
    setting = figure.setting or TAU
    values = np.unique(np.concatenate([[], *(each.values for each in swept)]))
    marks = [mark.value for mark in _predictable(signal)] if setting == TAU else []
    inside = np.concatenate([values, marks]) if len(values) + len(marks) else np.array([1.0, 100.0])
    name, ticks = AXES.get(setting, setting), values.tolist()
    low, high = float(inside.min()), float(inside.max())
    positive = values[values > 0]
    if setting == TAU and figure.log_tau:
        margin = max((high / low) ** 0.05, 1.2 if high > low else 2.0)
        return Axis(name, (low / margin, high * margin), ticks, "log")
    if setting != TAU and low >= 0 and len(positive) and high > 10 * positive.min():
        least = float(positive.min())
        return Axis(
            name, (-0.2 * least if low == 0 else low / 1.2, 1.2 * high), ticks, "symlog", least
        )
    margin = 0.05 * (high - low) or 0.5 * abs(high) or 1.0
    return Axis(name, (low - margin, high + margin), ticks)


def _value_axis(trained: Sequence[Trained], metric: str, levels: Sequence[Line]) -> Axis:
    """Wide enough for all members, floor and ceiling; logarithmic where the figure's is."""
    values = np.concatenate(
        [[line.value for line in levels], *(measured(each.rows, metric) for each in trained)]
    )
    values = values[np.isfinite(values)]
    if not len(values):
        return Axis("", (0.0, 1.0))
    low, high = float(values.min()), float(values.max())
    if logarithmic(trained[0].rows, metric, values):
        margin = max((high / low) ** 0.1, 1.1)
        return Axis("", (low / margin, high * margin), _ticks(low / margin, high * margin), "log")
    margin = 0.1 * (high - low) or 0.1
    return Axis("", (low - margin, high + margin))


def _ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten, or these alone where there are many."""
    subs = (1, 2, 5) if high < 1e3 * low else (1,)
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [float(f"{sub}e{decade}") for decade in decades for sub in subs]
    return [tick for tick in ticks if low <= tick <= high]


def _looks(i: int, trained: Trained) -> Row:
    looks = curve(trained)
    return {"curve": i, **{name: looks[name] for name in ("colour", "dash", "shape")}}


def _band(values: Float[np.ndarray, " run"], figure: SweepFigure, y: Axis) -> Row:
    """Median and band; what has no value is beyond the axis, at its top."""
    low, median, high = np.minimum(central(values, figure.band), y.place(TOP)).tolist()
    return {"y": known(median), "low": known(low), "high": known(high)}


def _medians(i: int, trained: Trained, metric: str, figure: SweepFigure, y: Axis) -> list[Row]:
    value, x = measured(trained.rows, metric), trained.values
    return [
        {**_looks(i, trained), "x": at, **_band(value[x == at], figure, y)}
        for at in np.unique(x).tolist()
    ]


def _across(i: int, trained: Trained, metric: str, figure: SweepFigure, y: Axis) -> Row:
    """What has no place on the axis below: at its best value, where it sweeps something else."""
    at = trained.at(trained.best((figure.metrics or [metric])[0]))
    return {**_looks(i, trained), **_band(measured(at.rows, metric), figure, y)}


def _members(
    i: int, trained: Trained, metric: str, axes: tuple[Axis, Axis], beside: float
) -> list[Row]:
    """Every member, beside its value by so many hundredths of the axis: none hides another."""
    x, y = axes
    values, lost = measured(trained.rows, metric), diverged(trained.rows)
    told = zip(*(trained.rows[name].to_numpy().tolist() for name in ("run", "member")), strict=True)
    return [
        {
            **_looks(i, trained), "run": run, "lost": bool(gone),
            "x": known(x.place(x.fraction(at) + 0.008 * beside)),
            "y": known(value if math.isfinite(value) else y.place(TOP)),
            "told": {
                "trained": trained.label,
                _letter(trained.setting): f"{at:g}",
                "member": str(member),
                title(metric): number(value) + (", diverged" if gone else ""),
            },
        }
        for (run, member), at, value, gone in zip(
            told, trained.values.tolist(), values.tolist(), lost.tolist(), strict=True
        )
    ]  # fmt: skip


def _letter(setting: str) -> str:
    return LETTERS.get(setting, setting)


def table(trained: Sequence[Trained], figure: SweepFigure, metric: str) -> dict[str, Any]:
    """Medians in numbers: a row for each value, a column for each curve."""
    curves = [each for _, each in on_axis(trained, figure)]
    values = np.unique(np.concatenate([each.values for each in curves])).tolist()
    return {
        "title": f"Median {title(metric)} of the members",
        "head": [_letter(figure.setting or TAU), *(each.label for each in curves)],
        "rows": [
            [f"{at:g}", *(_median(each.at(at).rows, metric) for each in curves)] for at in values
        ],
    }


def _median(rows: xr.Dataset, metric: str) -> str:
    """With how many diverged, if any did."""
    if not rows.sizes["run"]:
        return "–"
    lost = int(diverged(rows).sum())
    said = number(central(measured(rows, metric), 0.5)[1])
    return said + (f" ({lost} of {rows.sizes['run']} diverged)" if lost else "")
