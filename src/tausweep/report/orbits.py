"""The chart of a member's orbit beside the data, which turns: a specification for Vega."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tausweep.report.charts import CONFIG, DATA, INK, Row, Spec

VEGA = "https://vega.github.io/schema/vega/v6.json"

TALL, FLAT = "min(width * 0.78, 400)", "min(width * 0.6, 300)"
"""Height of an orbit in space, and in the plane."""
IN_SPACE = "min(width / 3, height / 2.75)"
"""Pixels of a unit there: so the box of the data fits however it is turned."""


def orbit(description: str, names: Sequence[str]) -> Spec:
    """An orbit beside the data, seen from `azimuth` and `elevation`: the data set `orbit`, set by a
    reader, with `a, b, c` between −1 and 1.

    Three variables are turned by dragging; of two, seen from above, `c` is nothing.
    """
    space = len(names) > 2
    turned = [
        {"type": "formula", "as": "u", "expr": "datum.a * cos(azimuth) - datum.b * sin(azimuth)"},
        {
            "type": "formula", "as": "v",
            "expr": "datum.c * cos(elevation)"
            " + (datum.a * sin(azimuth) + datum.b * cos(azimuth)) * sin(elevation)",
        },
    ]  # fmt: skip
    size = "isFinite(containerSize()[0]) ? containerSize()[0] : 400"
    return {
        "$schema": VEGA,
        "description": description,
        "autosize": "none",
        "background": "white",
        "config": CONFIG,
        "signals": [
            {"name": "width", "init": size, "on": [{"events": "window:resize", "update": size}]},
            {"name": "height", "update": TALL if space else FLAT},
            {"name": "unit", "update": IN_SPACE if space else "height / 2.3"},
            {"name": "across", "update": "width / 2.3" if len(names) == 1 else "unit"},
            {"name": "elevation", "value": 0.21 if space else float(np.pi / 2)},
            {
                "name": "grabbed", "value": None,
                "on": [{"events": "pointerdown", "update": "{x: x(), azimuth: azimuth}"}]
                if space else [],
            },
            {
                "name": "azimuth", "value": -0.44 if space else 0.0,
                "on": [{
                    "events": "[pointerdown, window:pointerup] > window:pointermove",
                    "update": "grabbed.azimuth - (x() - grabbed.x) / 120",
                }] if space else [],
            },
        ],
        "data": [
            {"name": "orbit", "values": [], "transform": turned},
            {"name": "edges", "values": _edges(space), "transform": turned},
            {"name": "names", "values": _names(names, space), "transform": turned},
        ],
        "marks": [
            _paths("edges", {"value": DATA}, {"value": 1}),
            _paths("orbit", {"field": "colour"}, {"field": "wide"}),
            {
                "type": "text", "from": {"data": "names"},
                "encode": {"update": {
                    **_projected(), "text": {"field": "name"}, "fill": {"value": INK},
                    "align": {"value": "center"}, "baseline": {"value": "middle"},
                    "fontSize": {"value": 13},
                }},
            },
        ],
    }  # fmt: skip


def _projected() -> Spec:
    return {
        "x": {"signal": "width / 2 + across * datum.u"},
        "y": {"signal": "height / 2 - unit * datum.v"},
    }


def _paths(data: str, colour: Spec, width: Spec) -> Spec:
    line = {
        **_projected(),
        "stroke": colour,
        "strokeWidth": width,
        "strokeJoin": {"value": "round"},
        "defined": {"signal": "isValid(datum.a)"},
    }
    return {
        "type": "group",
        "from": {"facet": {"name": f"{data}_of", "data": data, "groupby": "of"}},
        "marks": [{"type": "line", "from": {"data": f"{data}_of"}, "encode": {"update": line}}],
    }


def _edges(space: bool) -> list[Row]:
    """Three edges of the box that holds the data, or two."""
    corner = (-1.0, -1.0, -1.0 if space else 0.0)
    rows = []
    for axis in range(3 if space else 2):
        end = list(corner)
        end[axis] = 1.0
        rows += [{"of": axis, **dict(zip("abc", at, strict=True))} for at in (corner, end)]
    return rows


def _names(names: Sequence[str], space: bool) -> list[Row]:
    """The names of the variables, beside the middle of these edges."""
    beyond = 1.15
    places = (
        [(0, -beyond, -beyond), (-beyond, 0, -beyond), (-beyond, -beyond, 0)]
        if space
        else [(0, -1.05, 0), (-1.04, 0, 0)]
    )
    return [
        {"name": name, **dict(zip("abc", at, strict=True))}
        for name, at in zip(names, places, strict=False)
    ]
