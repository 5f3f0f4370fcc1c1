"""Names under which results are collected."""

from __future__ import annotations

from tausweep.settings import Name, PositiveInt, Settings


class Sweep(Settings):
    """One curve of the collected results, made of `jobs` consecutive metrics files."""

    series: Name
    model: Name
    method: Name
    kind: str
    """What `method` of the configuration it is."""
    jobs: PositiveInt


class Collect(Settings):
    """The names under which results are collected; written by the plan, not by people."""

    series: list[Name]
    simulated: list[Name]
    """Those of them whose equations are known."""
    sweeps: list[Sweep]
