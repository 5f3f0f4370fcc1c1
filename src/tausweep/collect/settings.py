"""Names under which results are collected."""

from __future__ import annotations

from tausweep.settings import Name, NaturalInt, Settings


class Sweep(Settings):
    """What was trained on one series: a model by a method, at all values of what that sweeps."""

    series: Name
    model: Name
    method: Name
    setting: str | None
    """What the method sweeps; None where it sweeps nothing."""
    metrics: NaturalInt
    """How many files of metrics are its own; those of all sweeps follow each other."""


class Collect(Settings):
    """The names under which results are collected; written by the plan, not by people."""

    series: list[Name]
    simulated: list[Name]
    """Those of them whose equations are known."""
    sweeps: list[Sweep]
