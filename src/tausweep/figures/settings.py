"""Settings of the figures and their style."""

from __future__ import annotations

from typing import Any, Literal

from tausweep.settings import Colour, Fraction, Name, PositiveFloat, PositiveInt, Settings


class Style(Settings):
    """How figures look. Nothing here changes a number, so nothing here is in a key."""

    colours: dict[Name, Colour] = {}
    """Colour of a model by its name, '#rrggbb' or a name; Okabe-Ito's colours otherwise. Where one
    model is trained by several methods, of a method by its name."""
    width: PositiveFloat = 7.0
    """Width of a figure, in inches."""
    font_size: PositiveFloat = 8.0
    """In points."""
    dpi: PositiveInt = 200
    """Of the PNG files."""


class SweepFigure(Settings):
    """The sweep: metrics against τ."""

    band: Fraction = 0.5
    """Fraction of members inside the shaded band around the median."""
    log_tau: bool = True
    show_legacy: bool = False
    """Draw the published code's metrics instead of the design's."""


class ReconstructionFigure(Settings):
    """Orbits at τ too small, best and too large."""

    steps: PositiveInt = 2_000
    """Steps of each orbit drawn, at most metrics.excerpt."""


class SignalFigure(Settings):
    """A series before and after the steps that made it a signal."""

    steps: PositiveInt | None = None
    """Steps of the signal drawn, around the first held-out one. Default: all where a trend or
    cycle was removed, else 500."""


class Figure(Settings):
    """One figure: its kind and all its settings; written by the plan, not by people."""

    kind: Literal["sweep", "reconstruction", "lyapunov", "signal"]
    options: dict[str, Any]


class Figures(Settings):
    """Everything about the figures."""

    style: Style = Style()
    signal: SignalFigure = SignalFigure()
    sweep: SweepFigure = SweepFigure()
    reconstruction: ReconstructionFigure = ReconstructionFigure()
