"""Figures: one function per figure, Datasets in and matplotlib Figure out; `draw` writes files."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from tausweep.config import Style
from tausweep.figures.lyapunov import lyapunov
from tausweep.figures.reconstruction import reconstruction
from tausweep.figures.signal import signal
from tausweep.figures.style import context
from tausweep.figures.sweep import sweep

FIGURES: dict[str, Callable[..., Figure]] = {
    "sweep": sweep,
    "reconstruction": reconstruction,
    "lyapunov": lyapunov,
    "signal": signal,
}
"""Each is called with its options and, by role, the Datasets it shows: most with one `dataset`."""

# Without a date, equal figures are equal files.
_METADATA: dict[str, dict[str, None]] = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}


def draw(
    kind: str, inputs: Mapping[str, xr.Dataset], options: Mapping[str, Any], outputs: list[Path]
) -> None:
    """Draw one figure and write it to every output, each whole or not at all.

    The same inputs and options give the same bytes.

    Parameters
    ----------
    kind
        A key of `FIGURES`.
    inputs
        What the figure shows, by role.
    options
        How it looks: the settings of its kind and `style`.
    outputs
        Files to write. Their suffix names the format: .pdf, .png, .svg.

    Raises
    ------
    ValueError
        The kind, an option, a suffix or the series named by the options is unknown.
    OSError
        An output cannot be written.
    """
    if kind not in FIGURES:
        raise ValueError(f"figure {kind!r} is unknown; allowed are {', '.join(FIGURES)}")
    with context(Style.model_validate(options.get("style", {}))):
        figure = FIGURES[kind](**inputs, options=options)
        for output in outputs:
            _save(figure, output)


def _save(figure: Figure, output: Path) -> None:
    suffix = output.suffix.removeprefix(".").lower()
    temporary = output.with_name(f".{output.name}.{os.getpid()}.part")
    output.parent.mkdir(parents=True, exist_ok=True)
    try:
        figure.savefig(temporary, format=suffix, metadata=_METADATA.get(suffix))
        temporary.replace(output)
    finally:
        temporary.unlink(missing_ok=True)
