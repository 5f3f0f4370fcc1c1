"""Windows that do not begin on the data (main paper, appendix A.6.4, Fig. 10)."""

from __future__ import annotations

from typing import Literal

from tausweep.engines.windows import Pass, cut
from tausweep.training.methods.method import Moment, SweepsTau, Update


class Windowing(SweepsTau):
    """Windows of τ steps that do not begin on the data."""

    method: Literal["windowing"]
    initial: Literal["zero", "last"]
    """Whether a window begins at zero or where the last one ended; then the gradient is cut there,
    and the first window of a sequence begins on the data."""

    def updates(self, at: Moment) -> list[Update]:
        """Windows from zero, side by side; or each from where the last one ended, in turn."""
        if self.initial == "zero":
            return [[cut(at.length, at.tau, "zero")]]
        return [chain(at.length, at.tau)]


def chain(length: int, tau: int) -> list[Pass]:
    """The windows of a sequence one after the other, the first forced, the others carried on."""
    windows = cut(length, tau)
    return [
        Pass((offset,), (steps,), "carried" if offset else "forced")
        for offset, steps in zip(windows.offsets, windows.steps, strict=True)
    ]
