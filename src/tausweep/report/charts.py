"""The charts of a page that answer to a reader: specifications for Vega-Lite (orbits: `orbits`).

What each shows is in its data; what a reader changes (which curves are hidden, which member is
picked, from where an orbit is seen) are its parameters, which `page.js` sets.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Spec: TypeAlias = dict[str, Any]
Row: TypeAlias = dict[str, Any]

LITE = "https://vega.github.io/schema/vega-lite/v6.json"

INK, QUIET, DATA = "#1b1b1b", "#5c5c5c", "#8f8f8f"
"""Text and lines; what is beside them; data, beside models."""

CONFIG: Spec = {
    "font": "system-ui, sans-serif",
    "axis": {
        "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelColor": INK,
        "titleColor": INK, "gridColor": "#eeeeee", "domainColor": DATA, "tickColor": DATA,
    },
    "view": {"stroke": None},
    "aria": False,
}  # fmt: skip
"""A chart is one picture to a screen reader, named by its description; its values are in tables."""

LABEL = "format(datum.value, '~g')"
"""Of a tick, as it is: Vega would round it to the distance between ticks."""

HEIGHT = {"sweep": 300, "spectrum": 210, "signal": 84}
"""In pixels."""

SHOWN = {"filter": "!hidden[datum.curve]"}


@dataclass(frozen=True)
class Axis:
    """One direction of a chart."""

    title: str
    domain: tuple[float, float]
    ticks: Sequence[float] | None = None
    kind: str = "linear"
    """Of the scale: linear, log or symlog."""
    constant: float = 1.0
    """Below which a symlog scale is linear."""

    def channel(self, field: str) -> Spec:
        """Encode a field of the data."""
        scale: Spec = {"type": self.kind, "domain": list(self.domain), "nice": False}
        if self.kind == "symlog":
            scale["constant"] = self.constant
        axis: Spec = {"title": self.title or None, "labelOverlap": "greedy"}
        if self.ticks is None:
            axis["tickCount"] = 5  # where ticks are given, Vega would leave out those beyond it
        else:
            axis |= {"values": list(self.ticks), "labelExpr": LABEL}
        return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}

    def place(self, fraction: float) -> float:
        """The value at a fraction of the axis."""
        low, high = self.domain
        if self.kind == "log":
            return float(low * (high / low) ** fraction)
        return low + fraction * (high - low)

    def fraction(self, value: float) -> float:
        """Where a value is."""
        low, high = self.domain
        if self.kind == "log":
            return math.log(value / low) / math.log(high / low)
        return (value - low) / (high - low)


@dataclass(frozen=True)
class Line:
    """A line across a chart: what values are read between, or τ_pred."""

    text: str
    value: float
    dash: Sequence[int]
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Panel:
    """One quantity against what was swept."""

    description: str
    x: Axis
    y: Axis
    medians: list[Row]
    """`curve, x, y, low, high, colour, dash, shape`: of every value of every curve."""
    across: list[Row]
    """`curve, y, low, high, colour, dash`: of what has no place on the axis below."""
    members: list[Row]
    """`run, curve, x, y, lost, colour`, and under `told` what is said of each, by its name."""
    levels: list[Line]
    """Floor and ceiling."""
    marks: list[Line]
    """τ_pred."""


def sweep(panel: Panel) -> Spec:
    """Medians with bands, every member a dot, and what they are read between.

    Parameters: `hidden` (by the number of a curve), `picked` (number of a run). The selection
    `pick` holds the run nearest to where a reader points.
    """
    x, y = panel.x.channel("x"), panel.y.channel("y")
    return {
        "$schema": LITE,
        "description": panel.description,
        "width": "container",
        "height": HEIGHT["sweep"],
        "config": CONFIG,
        "params": [{"name": "hidden", "value": {}}, {"name": "picked", "value": -1}],
        "layer": [
            *_marks(panel, x),
            *_levels(panel, y),
            *_across(panel, y),
            *_medians(panel, x, y),
            *_members(panel, x, y),
        ],
    }


def _own(field: str) -> Spec:
    """A look that the data hold as it is."""
    return {"field": field, "type": "nominal", "scale": None, "legend": None}


def _marks(panel: Panel, x: Spec) -> list[Spec]:
    layers: list[Spec] = []
    for mark in panel.marks:
        data = {"values": [{"x": mark.value, "text": mark.text}]}
        if mark.interval is not None:
            low, high = np.clip(mark.interval, *panel.x.domain).tolist()
            layers.append({
                "data": {"values": [{"x": low, "high": high}]},
                "mark": {"type": "rect", "color": INK, "opacity": 0.1},
                "encoding": {"x": x, "x2": {"field": "high"}},
            })  # fmt: skip
        layers.append({
            "data": data,
            "mark": {"type": "rule", "color": INK, "strokeDash": list(mark.dash)},
            "encoding": {"x": x},
        })  # fmt: skip
        if mark.interval is not None:
            layers += [_letters(data, x, *part) for part in (("τ", 13, 0, 0), ("pred", 9, 1, 3))]
    return layers


def _letters(data: Spec, x: Spec, text: str, size: int, right: int, below: int) -> Spec:
    """Part of what stands above a line: letters have no subscripts of their own here."""
    return {
        "data": data,
        "mark": {
            "type": "text", "text": text, "fontSize": size, "dx": right - 4, "dy": below - 4,
            "align": "left" if right else "right", "baseline": "alphabetic", "color": INK,
        },
        "encoding": {"x": x, "y": {"value": 0}},
    }  # fmt: skip


def _levels(panel: Panel, y: Spec) -> list[Spec]:
    """Each with its name at the side where τ_pred is not."""
    left = any(panel.x.fraction(mark.value) > 0.5 for mark in panel.marks)
    layers: list[Spec] = []
    for level in panel.levels:
        data = {"values": [{"y": level.value, "text": level.text}]}
        layers.append({
            "data": data,
            "mark": {"type": "rule", "color": QUIET, "strokeDash": list(level.dash)},
            "encoding": {"y": y},
        })  # fmt: skip
        below = panel.y.fraction(level.value) < 0.5
        layers.append({
            "data": data,
            "mark": {
                "type": "text", "color": QUIET, "fontSize": 11, "baseline": "bottom",
                "align": "left" if left else "right", "dx": 3 if left else -3,
                "dy": 14 if below else -3,
            },
            "encoding": {
                "y": y, "x": {"value": 0 if left else "width"}, "text": {"field": "text"},
            },
        })  # fmt: skip
    return layers


def _across(panel: Panel, y: Spec) -> list[Spec]:
    data = {"values": panel.across}
    return [
        {
            "data": data, "transform": [SHOWN],
            "mark": {"type": "rect", "opacity": 0.09},
            "encoding": {
                "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": _own("colour"),
            },
        },
        {
            "data": data, "transform": [SHOWN],
            "mark": {"type": "rule", "strokeWidth": 2},
            "encoding": {"y": y, "color": _own("colour"), "strokeDash": _own("dash")},
        },
    ] if panel.across else []  # fmt: skip


def _medians(panel: Panel, x: Spec, y: Spec) -> list[Spec]:
    data, each = {"values": panel.medians}, {"field": "curve", "type": "nominal"}
    look = {"color": _own("colour"), "detail": each}
    return [
        {
            "data": data, "transform": [SHOWN],
            "mark": {"type": "area", "opacity": 0.16, "clip": True},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, **look},
        },
        {
            "data": data, "transform": [SHOWN],
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {"x": x, "y": y, "strokeDash": _own("dash"), **look},
        },
        {
            "data": data, "transform": [SHOWN],
            "mark": {
                "type": "point", "filled": True, "size": 75, "opacity": 1, "stroke": "white",
                "strokeWidth": 0.7,
            },
            "encoding": {"x": x, "y": y, "shape": _own("shape"), **look},
        },
    ]  # fmt: skip


CROSS = "M-.7,-.7L.7,.7M.7,-.7L-.7,.7"


def _members(panel: Panel, x: Spec, y: Spec) -> list[Spec]:
    data = {"values": panel.members}
    told = panel.members[0]["told"] if panel.members else {}
    tooltip = [{"field": f"told.{name}", "type": "nominal", "title": name} for name in told]
    place = {"x": x, "y": y, "color": _own("colour")}
    return [
        {
            "data": data, "transform": [SHOWN, {"filter": "datum.lost"}],
            "mark": {
                "type": "point", "shape": CROSS, "size": 60, "strokeWidth": 1.6, "opacity": 0.9,
            },
            "encoding": place,
        },
        {
            "data": data, "transform": [SHOWN, {"filter": "datum.run === picked"}],
            "mark": {"type": "point", "size": 260, "strokeWidth": 2.2, "color": INK, "opacity": 1},
            "encoding": {"x": x, "y": y},
        },
        {
            "name": "members",
            "data": data, "transform": [SHOWN],
            "params": [{
                "name": "pick",
                "select": {"type": "point", "on": "click", "nearest": True, "fields": ["run"],
                           "toggle": False, "clear": False},
            }],
            "mark": {"type": "circle", "size": 22},
            "encoding": {
                **place,
                "opacity": {"condition": {"test": "datum.lost", "value": 0}, "value": 0.55},
                "tooltip": tooltip,
            },
        },
    ]  # fmt: skip


def signal(description: str, name: str, time: Axis, rows: list[Row], last: bool) -> Spec:
    """The beginning of one variable against time."""
    x = time.channel("t")
    if not last:
        x["axis"] |= {"title": None, "labels": False, "ticks": False}
    return {
        "$schema": LITE,
        "description": description,
        "width": "container",
        "height": HEIGHT["signal"],
        "config": CONFIG,
        "data": {"values": rows},
        "mark": {"type": "line", "strokeWidth": 1.1, "color": INK},
        "encoding": {
            "x": x,
            "y": {
                "field": "x", "type": "quantitative", "scale": {"zero": False},
                "axis": {"title": name, "tickCount": 3, "minExtent": 34},
            },
        },
    }  # fmt: skip


def spectrum(description: str) -> Spec:
    """Power spectra of the data and of a picked member: `spectrum`, which a reader sets."""
    x: Spec = {
        "field": "f", "type": "quantitative", "scale": {"type": "log", "nice": False},
        "axis": {"title": "frequency (per step)", "labelExpr": LABEL,
                 "values": [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5]},
    }  # fmt: skip
    y: Spec = {
        "field": "p",
        "type": "quantitative",
        "scale": {"zero": False},
        "axis": {"title": "power (log₁₀)", "tickCount": 5},
    }
    return {
        "$schema": LITE,
        "description": description,
        "width": "container",
        "height": HEIGHT["spectrum"],
        "config": CONFIG,
        "data": {"name": "spectrum", "values": [{"f": 0.1, "p": 0}]},
        "mark": {"type": "line"},
        "encoding": {
            "x": x, "y": y, "detail": {"field": "of", "type": "nominal"}, "color": _own("colour"),
            "strokeWidth": {"field": "wide", "type": "quantitative", "scale": None},
            "order": {"field": "f"},
        },
    }  # fmt: skip
