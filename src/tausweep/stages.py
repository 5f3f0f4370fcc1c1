"""The stages of the pipeline, and what is known of each without running it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True)
class Stage:
    """A kind of job: a package with `settings.py` and `stage.py`, and its entry in `STAGES`."""

    version: int
    """Raise it whenever a change of the stage's code changes its numbers."""
    package: str
    """Where its modules `settings` and `stage` are; imported only where it is about a job of it."""
    kind: str
    """Name of the type of its jobs' settings."""
    title: str
    """What it makes; the `title` of its files says of what, by their attribute `subject`."""

    @property
    def settings(self) -> Any:
        """Type of its jobs' settings."""
        return getattr(import_module(f"{self.package}.settings"), self.kind)

    @property
    def module(self) -> str:
        """Where its `run(settings, **inputs)` is."""
        return f"{self.package}.stage"

    def function(self) -> Callable[..., Any]:
        """What does the work: from settings and inputs to a Dataset, or to a figure."""
        run: Callable[..., Any] = import_module(self.module).run
        return run


STAGES = {
    "series": Stage(3, "tausweep.series", "Series", "Series"),
    "signal": Stage(3, "tausweep.signal", "Signal", "Signal"),
    "truth": Stage(1, "tausweep.truth", "Truth", "Exponents of the equations"),
    "lyapunov": Stage(9, "tausweep.lyapunov", "Lyapunov", "Largest Lyapunov exponent"),
    "train": Stage(4, "tausweep.training", "TrainJob", "Parameters"),
    "orbit": Stage(4, "tausweep.orbit", "OrbitAlong", "Orbits"),
    "members": Stage(2, "tausweep.members", "Members", "Trained members"),
    "metrics": Stage(3, "tausweep.metrics", "AnyMetric", "Metric"),
    "reference": Stage(2, "tausweep.reference", "Reference", "Floor and ceiling"),
    "best": Stage(3, "tausweep.best", "Judging", "The learning interval to use"),
    "collect": Stage(5, "tausweep.collect", "Collect", "All trained members of an experiment"),
    "pool": Stage(1, "tausweep.pool", "Pool", "All trained members of a study"),
    "claims": Stage(4, "tausweep.claims", "ClaimsOf", "The best learning interval"),
    "reproduction": Stage(
        1, "tausweep.reproduction", "Reproduction", "Results beside published numbers"
    ),
    "theory": Stage(1, "tausweep.theory", "AnyAnalysis", "How linear systems are learned"),
    "figure": Stage(7, "tausweep.figures", "Drawing", "Figure"),
    "report": Stage(2, "tausweep.report", "Page", "Report"),
}
"""All stages. Figures and reports are no Datasets with a file named by a key, but have keys too."""

RENDERED = frozenset({"figure", "report"})
"""Stages whose results have names for people: files of several formats, and a marker."""
