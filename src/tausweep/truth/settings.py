"""Settings of the exponents of equations."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict

from tausweep.settings import PositiveFloat, PositiveInt, Seed, Settings


class Truth(Settings):
    """λ of the equations of a simulated series, by tangent dynamics with QR."""

    members: Annotated[int, Strict(), Field(gt=1, le=100_000)] = 256
    """Independent trajectories; their spread gives the standard errors."""
    exponents: PositiveInt | None = None
    """How many exponents are measured, from the largest on; all where a system has no more.
    Default: 10, which is all of most systems, and 4 for a feedback with a delay."""
    time: PositiveFloat | None = None
    """Length of each trajectory, in units of the system's time. Default: 200 timescales; one is
    1 for most flows, 4 delays for Mackey-Glass, 10 steps for maps, and for a flow of dysts the time
    in which its dominant oscillation turns by a radian."""
    transient: PositiveFloat | None = None
    """Time run before that and dropped, in units of the system's time. Default: 50 timescales."""
    seed: Seed = 0
