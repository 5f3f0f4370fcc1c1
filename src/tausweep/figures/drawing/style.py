"""How all figures look: fonts, sizes, colours, and how a number and a name are written."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl

from tausweep.figures.figure import Style

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's colours, told apart by the colour-blind; all but yellow, too pale for a line."""

MARKERS = ("o", "s", "^", "D", "v", "P", "p", "h")
LINES = ("-", "--", "-.", ":")

DATA = "0.70"
"""Grey of what is data and not model."""

QUIET = "0.40"
"""Grey of reference lines and remarks."""


@dataclass(frozen=True)
class Look:
    """How one model trained by one method is drawn, the same in all figures of an experiment."""

    colour: str
    marker: str
    line: str

    def seen(self, across: bool) -> tuple[str, ...]:
        """What it is told apart by: what is drawn across has no markers."""
        return (self.colour, self.line) if across else (self.colour, self.line, self.marker)


def looks(
    pairs: Sequence[tuple[str, str]], across: Collection[tuple[str, str]], style: Style
) -> dict[tuple[str, str], Look]:
    """Looks of models trained by methods, no two the same as long as there are enough.

    A model has its colour and marker, by its place or as `style` gives it, and a method its line;
    where there is one model only, methods have the colours. Where all that is taken, another line
    is, or marker, or at last another colour. What is drawn `across`, without markers, must differ
    by colour or line.
    """
    models = list(dict.fromkeys(model for model, _ in pairs))
    methods = list(dict.fromkeys(method for _, method in pairs))
    alone = len(models) == 1 < len(methods)
    found: dict[tuple[str, str], Look] = {}
    taken: set[tuple[str, ...]] = set()
    for model, method in pairs:
        i, j = models.index(model), methods.index(method)
        place, line, name = (j, 0, method) if alone else (i, j, model)
        bare = (model, method) in across
        choices = list(_choices(place, line, style.colours.get(name)))
        free = (choice for choice in choices if choice.seen(bare) not in taken)
        found[model, method] = chosen = next(free, choices[0])
        taken.add(chosen.seen(bare))
    return found


def _choices(place: int, line: int, colour: str | None) -> Iterator[Look]:
    """All looks, the most fitting first."""
    lines = line + place // len(PALETTE)
    for c in range(len(PALETTE)):
        own = PALETTE[(place + c) % len(PALETTE)] if c or colour is None else colour
        for m in range(len(MARKERS)):
            marker = MARKERS[(place + m) % len(MARKERS)]
            for k in range(len(LINES)):
                yield Look(own, marker, LINES[(lines + k) % len(LINES)])


def context(style: Style) -> AbstractContextManager[None]:
    """Matplotlib's settings while a figure is drawn and saved: both read them."""
    size, thin = style.font_size, 0.6
    own: dict[Any, Any] = style.matplotlib  # checked when the configuration was read
    return mpl.rc_context(
        {
            "font.family": "sans-serif",
            "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib, so is everywhere
            "mathtext.fontset": "dejavusans",
            "font.size": size,
            "axes.labelsize": size,
            "axes.titlesize": size,
            "legend.fontsize": 0.9 * size,
            "xtick.labelsize": 0.9 * size,
            "ytick.labelsize": 0.9 * size,
            "pdf.fonttype": 42,  # TrueType: journals refuse Type 3
            "svg.hashsalt": "tausweep",  # names of a file's parts must not be random
            "figure.dpi": style.dpi,
            "savefig.dpi": style.dpi,
            "axes.linewidth": thin,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "xtick.major.width": thin,
            "ytick.major.width": thin,
            "lines.linewidth": 1.2,
            "lines.markersize": 4,
            "legend.frameon": False,
            "legend.handlelength": 3.2,  # dashes, and dashes and dots, look alike around a marker
            **own,
        }
    )


def characters(style: Style) -> float:
    """How many characters fit side by side in the width of a figure, about."""
    return 72 * style.width / (0.5 * style.font_size)


def number(value: float) -> str:
    """Three significant digits, with a power of ten only where it is shorter."""
    if not math.isfinite(value):
        return {math.inf: "∞", -math.inf: "−∞"}.get(value, "unknown")
    if value != 0 and not 1e-4 <= abs(value) < 1e5:
        mantissa, exponent = f"{value:.2e}".split("e")
        return rf"${mantissa}\times 10^{{{int(exponent)}}}$"
    return f"{value:#.3g}".rstrip(".") if abs(value) < 1000 else f"{value:.0f}"


def shorten(name: str, length: int = 36) -> str:
    """Cut the middle out of a name longer than `length` characters."""
    half = (length - 1) // 2
    return name if len(name) <= length else f"{name[:half]}…{name[-half:]}"
