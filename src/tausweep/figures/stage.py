"""Stage `figure`: Datasets in, a drawn figure out."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import xarray as xr
from matplotlib import figure as mpl

from tausweep.figures.lyapunov import lyapunov
from tausweep.figures.reconstruction import reconstruction
from tausweep.figures.settings import Figure, Style
from tausweep.figures.signal import signal
from tausweep.figures.style import context
from tausweep.figures.sweep import sweep

FIGURES: dict[str, Callable[..., mpl.Figure]] = {
    "sweep": sweep,
    "reconstruction": reconstruction,
    "lyapunov": lyapunov,
    "signal": signal,
}
"""Each is called with its options and, by role, the Datasets it shows: most with one `dataset`."""

# Without a date, equal figures are equal files.
_METADATA: dict[str, dict[str, None]] = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}


@dataclass(frozen=True)
class Drawn:
    """A figure, and the style it is rendered in."""

    figure: mpl.Figure
    style: Style

    def render(self, suffix: str) -> bytes:
        """The content of a file of this format: pdf, png or svg; always the same bytes."""
        out = io.BytesIO()
        with context(self.style):
            self.figure.savefig(out, format=suffix.lower(), metadata=_METADATA.get(suffix.lower()))
        return out.getvalue()


def run(settings: Figure, **inputs: xr.Dataset) -> Drawn:
    """Draw one figure from the Datasets it shows, by role.

    Raises
    ------
    ValueError
        An option, or the series named by the options, is unknown.
    """
    style = Style.model_validate(settings.options.get("style", {}))
    with context(style):
        return Drawn(FIGURES[settings.kind](**inputs, options=settings.options), style)
