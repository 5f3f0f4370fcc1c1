"""How a page writes names, numbers and captions."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from docutils.core import publish_parts
from markupsafe import Markup, escape

from tausweep.figures.figure import rst

SYMBOLS = {
    "D_stsp": Markup("<i>D</i><sub>stsp</sub>"),
    "D_H": Markup("<i>D</i><sub>H</sub>"),
    "τ_pred": Markup("τ<sub>pred</sub>"),
    "λ_max": Markup("λ<sub>max</sub>"),
}
ZERO = 1e-12
"""What is less is a rounding error."""
_SYMBOL = re.compile(rf"(?<!\w)({'|'.join(SYMBOLS)})(?![\w])")

RST = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "halt_level": 3,
    "report_level": 3,
    "embed_stylesheet": False,
    "smart_quotes": False,
}
"""A caption is text of ours with names of others in it: nothing in it may read files."""


def symbols(text: str) -> Markup:
    """Text with the quantities in it set as such, and all else as it stands."""
    parts = _SYMBOL.split(text)
    return Markup("").join(SYMBOLS.get(part, escape(part)) for part in parts)


def in_rst(text: str) -> str:
    """The same in reStructuredText."""

    def set_as_such(name: str) -> str:
        letter, below = name.split("_")
        return rf"{letter}\ :sub:`{below}`\ "

    parts = _SYMBOL.split(text)
    return "".join(set_as_such(part) if part in SYMBOLS else rst(part) for part in parts)


def html_of(caption: str) -> Markup:
    """A caption in reStructuredText as HTML."""
    html = publish_parts(caption, writer="html5", settings_overrides=RST)["fragment"]
    return Markup(_SYMBOL.sub(lambda found: SYMBOLS[found[0]], html))


def line_of(text: str) -> Markup:
    """A paragraph of reStructuredText, without its being one."""
    return Markup(re.sub(r"</?p[^>]*>", "", html_of(text)).strip())


def title_of(caption: Markup) -> str:
    """Its first words, which are bold, as plain text."""
    bold = re.search(
        r"<strong>.*?</strong>(?:<[^>]*>[^<]*</[^>]*>\s*(?:<strong>.*?</strong>)?)?",
        caption,
        re.DOTALL,
    )
    return Markup(bold[0] if bold else caption).striptags().strip()


def known(value: float) -> float | None:
    """To five digits, as JSON can hold it: None where there is none."""
    return float(f"{value:.5g}") if math.isfinite(value) else None


def number(value: float | None) -> str:
    """To three digits; a dash where there is none."""
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if abs(value) < ZERO:
        return "0"
    text = f"{value:.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"
    return text.replace("-", "−")


def interval(ends: Iterable[float | None]) -> str:
    """In brackets; nothing where there is none."""
    low, high = ends
    known = [end for end in (low, high) if end is not None and not math.isnan(end)]
    return f"[{number(low)}, {number(math.inf if high is None else high)}]" if known else ""


def count(value: int) -> str:
    """In groups of three digits."""
    return f"{value:_}".replace("_", "\u202f") if value >= 10_000 else str(value)


def span(values: Iterable[float]) -> str:
    """Of the finite ones the smallest, or "smallest to largest"."""
    known = sorted({value for value in values if math.isfinite(value)})
    if not known:
        return "–"
    return number(known[0]) + (f" to {number(known[-1])}" if len(known) > 1 else "")
