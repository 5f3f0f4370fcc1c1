"""The stages of the pipeline, and what is known of each without running it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tausweep.claims.settings import ClaimsOf
from tausweep.collect.settings import Collect
from tausweep.figures.settings import Drawing
from tausweep.lyapunov.settings import Lyapunov
from tausweep.members.settings import Members
from tausweep.metrics.settings import AnyMetric
from tausweep.orbit.settings import OrbitAlong
from tausweep.reference.settings import Reference
from tausweep.reproduction.settings import Reproduction
from tausweep.series.settings import Series
from tausweep.signal.settings import Signal
from tausweep.training.settings import TrainJob
from tausweep.truth.settings import Truth


@dataclass(frozen=True)
class Stage:
    """A kind of job: a package with `settings.py` and `stage.py`, and its entry in `STAGES`."""

    version: int
    """Raise it whenever a change of the stage's code changes its numbers."""
    settings: Any
    """Type of its jobs' settings."""
    module: str
    """Where its `run(settings, **inputs)` is; imported only when a job runs."""
    title: str
    """What it makes; the `title` of its files says of what, by their attribute `subject`."""

    def function(self) -> Callable[..., Any]:
        """What does the work: from settings and inputs to a Dataset, or to a figure."""
        run: Callable[..., Any] = importlib.import_module(self.module).run
        return run


STAGES = {
    "series": Stage(3, Series, "tausweep.series.stage", "Series"),
    "signal": Stage(3, Signal, "tausweep.signal.stage", "Signal"),
    "truth": Stage(1, Truth, "tausweep.truth.stage", "Exponents of the equations"),
    "lyapunov": Stage(6, Lyapunov, "tausweep.lyapunov.stage", "Largest Lyapunov exponent"),
    "train": Stage(3, TrainJob, "tausweep.training.stage", "Parameters"),
    "orbit": Stage(3, OrbitAlong, "tausweep.orbit.stage", "Orbits"),
    "members": Stage(2, Members, "tausweep.members.stage", "Trained members"),
    "metrics": Stage(3, AnyMetric, "tausweep.metrics.stage", "Metric"),
    "reference": Stage(1, Reference, "tausweep.reference.stage", "Floor and ceiling"),
    "collect": Stage(5, Collect, "tausweep.collect.stage", "All trained members of an experiment"),
    "claims": Stage(1, ClaimsOf, "tausweep.claims.stage", "The best learning interval"),
    "reproduction": Stage(
        1, Reproduction, "tausweep.reproduction.stage", "Results beside published numbers"
    ),
    "figure": Stage(5, Drawing, "tausweep.figures.stage", "Figure"),
}
"""All stages. A figure is no Dataset and no content-addressed file, but has a key like them."""
