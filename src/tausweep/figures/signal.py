"""A series before and after the steps that made it a signal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from tausweep.figures.figure import LAMBDA_MAX, Figure, Style, Subject, listed
from tausweep.settings import PositiveInt

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib import figure as mpl

VARIABLES = 4
"""At most so many are shown, the first."""


class SignalFigure(Figure):
    """A series before and after the steps that made it a signal."""

    kind: Literal["signal"] = "signal"
    steps: PositiveInt | None = None
    """Steps of the signal drawn, around the first held-out one. Default: all where a trend or
    cycle was removed, else 500."""

    version: ClassVar[int | None] = 5
    inputs: ClassVar[tuple[str, ...]] = ("series", "signal")

    def variants(self, subject: Subject) -> Mapping[str, Self]:
        """None where a signal is its series, only scaled."""
        return {"": self} if subject.experiment.signal.steps else {}

    def caption(self, subject: Subject) -> str:  # noqa: D102
        prepared = subject.experiment.signal
        steps = listed(step.step for step in prepared.steps)
        held_out = (
            "The shaded part is held out: trend and cycle there are extrapolated from the training "
            "part. "
            if prepared.held_out
            else ""
        )
        return f"""\
**The series {subject.title} before and after its preparation, by {steps}.**
For every variable (the first {VARIABLES}, if there are more), above: the series in its own units,
grey, and the trend and cycle found in it, on the level of the training part; where something was
smoothed or filtered away for good, the series without that is drawn over it. Middle: what every
step took away, in the same units and about its mean. Below: the signal that {LAMBDA_MAX} is
measured from and models learn, scaled as the axis says. {held_out}Right: power
spectra of the series and of the signal in the same units.

Look for: no structure of the dynamics in what was taken away, and no trend or cycle left in the
signal, above all not in its held-out part.
"""

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:  # noqa: D102
        from tausweep.figures.drawing.signal import signal

        return signal(inputs["series"], inputs["signal"], self, style)
