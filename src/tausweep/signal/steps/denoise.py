"""Nonlinear noise reduction as a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from tausweep.labelled import labelled
from tausweep.signal.settings import Denoise
from tausweep.signal.steps import parts

if TYPE_CHECKING:
    from tausweep.statespace.noise_reduction import Report

OF_ITERATIONS = {
    "noise": "noise that the iteration started from, in standard deviations",
    "correction": "root mean square of the correction, in standard deviations",
    "radius": "radius of neighbourhoods, in standard deviations",
    "stride": "every how many-th vector served as a neighbour",
    "mean_neighbours": "mean number of neighbours",
    "fewest_neighbours": "smallest number of neighbours",
    "untouched": "samples left as they were",
}
OF_VARIABLES = ("noise", "correction")
"""Those of them that each variable has its own of."""


def denoise(settings: Denoise, signal: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset]:
    """Take white measurement noise off the training and the held-out part, each by itself.

    Neighbours are sought in the same part only, and what is not given is chosen from it. An
    external input stays as it is.

    Returns
    -------
    The signal with less noise; and what was found and done in each `part`: `level` of the noise of
    each variable, whether it was `resolved`, `dimension` and `projected`, why it `stopped`, and for
    each `iteration` the fields of `noise_reduction.Iteration`, NaN where there was none. Levels
    are relative to a variable's standard deviation in the part, before the step.

    Raises
    ------
    ValueError
        If a part is too short, or constant in a variable, or `projected` too large.
    """
    from tausweep.statespace.noise_reduction import reduce_noise

    x = signal["x"]
    how: dict[str, Any] = settings.model_dump(exclude={"step"})
    clean, reports = [], []
    for name, part in zip(parts.NAMES, parts.split(x, int(signal["train_steps"])), strict=False):
        try:
            less_noisy, report = reduce_noise(part, **how)
        except ValueError as error:
            raise ValueError(f"in the {name} part, {error}") from None
        clean.append(less_noisy)
        reports.append(report)
    return signal.assign(x=parts.join(x, clean)), _record(reports, settings.iterations)


def _record(reports: Sequence[Report], iterations: int) -> xr.Dataset:
    noise = [report.noise for report in reports]
    found: dict[str, tuple[tuple[str, ...], Any, str]] = {
        "level": (
            ("part", "variable"),
            [[of.level for of in n] for n in noise],
            "noise, in standard deviations; an upper bound where it is not resolved",
        ),
        "resolved": (
            ("part", "variable"),
            [[int(of.resolved) for of in n] for n in noise],
            "1 where noise can be told from the dynamics",
        ),
        "dimension": (
            ("part",),
            [report.dimension for report in reports],
            "samples of each variable in a delay vector",
        ),
        "projected": (
            ("part",),
            [report.projected or 0 for report in reports],
            "dimensions projected onto; 0: no projection",
        ),
        "stopped": (
            ("part",),
            [report.stopped for report in reports],
            "why there were no more iterations",
        ),
    }
    for name, long_name in OF_ITERATIONS.items():
        own = ("variable",) if name in OF_VARIABLES else ()
        values = np.full((len(reports), iterations, *(len(noise[0]) for _ in own)), np.nan)
        for part, report in enumerate(reports):
            for i, done in enumerate(report.iterations):
                values[part, i] = getattr(done, name)
        found[name] = (("part", "iteration", *own), values, long_name)
    return xr.Dataset(
        labelled({name: (*about, "1") for name, about in found.items()}),
        coords={
            "part": (
                "part",
                list(parts.NAMES[: len(reports)]),
                {"long_name": "part of the series", "units": "1"},
            ),
            "iteration": (
                "iteration",
                1 + np.arange(iterations),
                {"long_name": "iteration", "units": "1"},
            ),
        },
    )
