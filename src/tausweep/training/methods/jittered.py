"""Sparse teacher forcing at random intervals."""

from __future__ import annotations

from typing import Literal

from tausweep.engines.windows import cut
from tausweep.settings import Fraction
from tausweep.training.methods.method import Moment, SweepsTau, Update


class Jittered(SweepsTau):
    """Sparse teacher forcing whose interval is drawn anew for every batch, from τ ± Δ."""

    method: Literal["jittered"]
    spread: Fraction = 0.5
    """Δ as a fraction of τ."""

    def updates(self, at: Moment) -> list[Update]:
        """At an interval drawn uniformly from τ ± Δ, within 1 and L."""
        return drawn_about(at.tau, round(self.spread * at.tau), at)


def drawn_about(tau: int, delta: int, at: Moment) -> list[Update]:
    """Windows of a length drawn uniformly from τ ± Δ, within 1 and L."""
    drawn = int(at.rng.integers(tau - delta, tau + delta, endpoint=True))
    return [[cut(at.length, min(max(drawn, 1), at.length))]]
