"""Sparse teacher forcing that lets go little by little."""

from __future__ import annotations

from tausweep.engines.windows import cut
from tausweep.training.methods.moment import Moment, Update
from tausweep.training.settings import Annealed


def annealed(settings: Annealed, at: Moment) -> list[Update]:
    """As sparse teacher forcing, at 1 in the first epoch and τ from `until` of the epochs on."""
    progress = min(1.0, at.epoch / max(1.0, settings.until * (at.epochs - 1)))
    return [[cut(at.length, 1 + round(progress * (at.tau - 1)))]]
