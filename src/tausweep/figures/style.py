"""How all figures look: fonts, sizes, colours, and how a number and a name are written."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

import matplotlib as mpl

from tausweep.figures.settings import Style

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


def look(name: str, place: int, line: int, style: Style) -> Look:
    """Look by the place among what is compared, or in the colour that its name is given."""
    return Look(
        colour=style.colours.get(name, PALETTE[place % len(PALETTE)]),
        marker=MARKERS[place % len(MARKERS)],
        line=LINES[line % len(LINES)],
    )


def context(style: Style) -> AbstractContextManager[None]:
    """Matplotlib's settings while a figure is drawn and saved: both read them."""
    size, thin = style.font_size, 0.6
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
        }
    )


def characters(style: Style) -> float:
    """How many characters fit side by side in the width of a figure, about."""
    return 72 * style.width / (0.5 * style.font_size)


def number(value: float) -> str:
    """Three significant digits, with a power of ten only where it is shorter."""
    if value != 0 and not 1e-4 <= abs(value) < 1e5:
        mantissa, exponent = f"{value:.2e}".split("e")
        return rf"${mantissa}\times 10^{{{int(exponent)}}}$"
    return f"{value:#.3g}".rstrip(".") if abs(value) < 1000 else f"{value:.0f}"


def shorten(name: str, length: int = 36) -> str:
    """Cut the middle out of a name longer than `length` characters."""
    half = (length - 1) // 2
    return name if len(name) <= length else f"{name[:half]}…{name[-half:]}"
