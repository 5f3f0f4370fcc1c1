"""What is said of a ratio of the best τ to τ_pred."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from jaxtyping import Float

from tausweep.best.median import Best
from tausweep.metrics.bounds import FAR

RESOLVED = 4.0
"""An interval of a ratio whose ends differ by more than this factor says neither near nor far."""

NOT_LEARNED, CANNOT_TELL, NOT_MEASURED = NOTHING = "not learned", "cannot tell", "not measured"
"""Verdicts on a best τ that says nothing."""


@dataclass(frozen=True)
class Ratio:
    """A best τ over τ_pred."""

    value: float
    interval: tuple[float, float]
    verdict: str
    """near one | below one | above one | not resolved | at the edge | not learned | cannot tell |
    not measured | unknown"""

    @classmethod
    def of(
        cls,
        value: float,
        draws: Float[np.ndarray, " resample"],
        confidence: float,
        edge: int,
        nothing: str = "",
    ) -> Self:
        """From its value, its bootstrap, and whether τ lies at an edge of what was tried.

        At the edge the best may lie beyond it, so that the ratio is a bound: a verdict stands if
        what lies beyond would only confirm it. `nothing` is the verdict where the best says
        nothing, as it is the best of what failed, or no better than others as far as can be told.
        """
        if not np.isfinite(value) or not np.isfinite(draws).any():
            verdict = "unknown" if nothing in ("", NOT_LEARNED) else nothing
            return cls(np.nan, (np.nan, np.nan), verdict)
        ends = np.nanquantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2])
        low, high = min(float(ends[0]), value), max(float(ends[1]), value)
        if nothing:
            verdict = nothing
        elif high < 1:
            verdict = "below one" if edge <= 0 else "at the edge"
        elif low > 1:
            verdict = "above one" if edge >= 0 else "at the edge"
        elif edge:
            verdict = "at the edge"
        else:
            verdict = "near one" if high <= RESOLVED * low else "not resolved"
        return cls(value, (low, high), verdict)


MEANING = {
    "near one": "which is near one",
    "below one": "so the best τ is shorter than τ_pred",
    "above one": "so the best τ is longer than τ_pred",
    "not resolved": "too wide to say whether it is near one",
    NOT_LEARNED: "but no τ taught it the attractor",
    "at the edge": "but the best τ is the smallest or largest tried, and may lie beyond",
}


def sentence(
    series: str,
    quantity: str,
    found: Sequence[Best],
    ratios: Sequence[Ratio],
    times_floor: float,
) -> str:
    """One sentence about a series.

    Parameters
    ----------
    found
        The best τ of its sweeps.
    ratios
        Of all to τ_pred from the data, and to that of the equations.
    times_floor
        How many times the floor the best of them comes to; NaN where there is no floor.
    """
    taus = sorted({best.tau for best in found if np.isfinite(best.tau)})
    if all(ratio.verdict == NOT_MEASURED for ratio in ratios):
        return f"{series}: {quantity} is not measured."
    if not taus:
        return f"{series}: no τ gave a finite {quantity}."
    if any(ratio.verdict == CANNOT_TELL for ratio in ratios):
        return (
            f"{series}: {quantity} says nothing of the best τ: its floor and ceiling nearly meet, "
            "so that it cannot tell models apart."
        )
    far = f"; even there it is {times_floor:.2g} times the floor" if times_floor > FAR else ""
    at = f"{taus[0]:g}" if len(taus) == 1 else f"{taus[0]:g} to {taus[-1]:g}"
    for ratio, source in zip(ratios, ("the data", "the equations"), strict=True):
        if ratio.verdict != "unknown":
            low, high = ratio.interval
            return (
                f"{series}: by {quantity} the best τ is {at} steps, {ratio.value:.2g} "
                f"[{low:.2g}, {high:.2g}] of τ_pred from {source}, {MEANING[ratio.verdict]}{far}."
            )
    none = "there is no τ_pred to compare with"
    return f"{series}: by {quantity} the best τ is {at} steps; {none}{far}."
