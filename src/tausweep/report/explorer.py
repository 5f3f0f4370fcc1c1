"""What a reader explores of the trained models of a series: every member's values, its orbit and
its spectrum, as JSON can hold them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from tausweep.figures.drawing.collected import diverged, of_series
from tausweep.figures.figure import Style
from tausweep.figures.sweep import SweepFigure
from tausweep.report import members, panels
from tausweep.report.charts import spectrum, sweep
from tausweep.report.orbits import orbit


@dataclass(frozen=True)
class Explorer:
    """All of one series."""

    found: dict[str, Any]
    """As JSON can hold it: `curves`; `panels` with their specifications; of `runs` columns of
    values, `orbits`, `spectra` and `facts` to tell; `start`, the number of the run shown at first.
    """
    tables: list[dict[str, Any]]
    """Medians in numbers, one table for each panel: `title`, `head`, `rows`."""
    trained: int
    diverged: int
    """Members that did, of those."""


def explore(
    collect: xr.Dataset, sweeps: Sequence[SweepFigure], series: str, style: Style, share: float
) -> Explorer:
    """Gather it from collected results.

    Parameters
    ----------
    collect
        Collected results.
    sweeps
        The figures of sweeps, whose panels are shown.
    series, style
        Of which series, and its colours.
    share
        Of the bytes of a page that orbits may take.
    """
    own = np.cumsum(collect["series"].to_numpy() == series) - 1
    trained, rows, signal = of_series(collect.assign_coords(run=own), series, style)
    shown = [(figure, metric) for figure in sweeps for metric in figure.metrics or ()]
    metrics = list(dict.fromkeys(metric for _, metric in shown))
    excerpt, data, names = members.excerpts(rows, signal, share)
    found = {
        "curves": [panels.curve(each) for each in trained],
        "runs": members.runs(trained, rows, metrics),
        "facts": members.facts(rows, signal, metrics),
        "panels": [
            {
                "metric": metric,
                "title": panels.with_unit(rows, metric),
                "spec": sweep(panels.panel(trained, signal, figure, metric)),
            }
            for figure, metric in shown
        ],
        "orbits": members.packed(excerpt, data),
        "orbit": orbit(f"Orbit of the chosen member beside the held-out data of {series}", names),
        "spectra": members.spectra(excerpt, data),
        "spectrum": spectrum(f"Power spectra of the chosen member and of the data of {series}"),
        "start": members.start(trained, metrics[0]),
    }
    tables = [
        panels.table(trained, figure, metric)
        for figure, metric in shown
        if panels.on_axis(trained, figure)
    ]
    return Explorer(found, tables, rows.sizes["run"], int(diverged(rows).sum()))
