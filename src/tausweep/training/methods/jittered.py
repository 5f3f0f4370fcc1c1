"""Sparse teacher forcing at random intervals."""

from __future__ import annotations

from tausweep.engines.windows import cut
from tausweep.training.methods.moment import Moment, Update
from tausweep.training.settings import Jittered


def jittered(settings: Jittered, at: Moment) -> list[Update]:
    """As sparse teacher forcing, at an interval drawn uniformly from τ ± Δ, within 1 and L."""
    delta = round(settings.spread * at.tau)
    drawn = int(at.rng.integers(at.tau - delta, at.tau + delta, endpoint=True))
    return [[cut(at.length, min(max(drawn, 1), at.length))]]
