"""Trained models side by side, each at its best: metrics, forecasts, Lyapunov exponents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from tausweep.figures.figure import Figure, Style, Subject, rst
from tausweep.figures.quantities import judged, known, usual
from tausweep.metrics.quantities import Quantity

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib import figure as mpl

FORECASTS, EXPONENTS = "prediction_error", "lyapunov_spectrum"


class ModelsFigure(Figure):
    """Models side by side at their best values."""

    kind: Literal["models"] = "models"
    best_by: Quantity | None = None
    """What best means: the variable of the metrics whose median over members is least. Default:
    D_stsp, where it is measured."""

    version: ClassVar[int | None] = 6
    inputs: ClassVar[tuple[str, ...]] = ("collect",)

    def variants(self, subject: Subject) -> Mapping[str, Self]:
        """One, where there is more to see than in the sweep."""
        if self.best_by is not None:
            known("best_by", [self.best_by], subject)
        by = self.best_by or next(iter(judged(subject)), None)
        there = {FORECASTS, EXPONENTS} & set(subject.measured)
        return {"": self.model_copy(update={"best_by": by})} if by and there else {}

    def caption(self, subject: Subject) -> str:  # noqa: D102
        measured = subject.measured
        metrics = ", ".join(rst(name) for name in usual(subject))
        forecasts = (
            "Error of forecasts of the held-out data against the steps ahead: median and range of "
            "the members, in standard deviations; the dotted line forecasts the mean, the one of "
            "dots and dashes the last value. The state of a recurrent network starts from one "
            "sample, what else it remembers from zero, which takes some steps to settle: it may "
            "be worse after one step than after ten. "
            if FORECASTS in measured
            else ""
        )
        equations = "; black: of the system's equations" if "truth" in subject.jobs else ""
        exponents = (
            "Lyapunov exponents of the trained models along their own orbits, the largest first"
            f"{equations}. "
            if EXPONENTS in measured
            else ""
        )
        return f"""\
**Models trained on {subject.title}, side by side.**
Trained: {subject.trained}; of each sweep the best value, with the lowest median
{rst(self.best_by)} over members, given beside the name. {metrics}: every member
is a dot, a bar their median, a cross a
member that diverged; dashed (floor) and dotted (ceiling) lines are the data against other data of
the same length, and a constant orbit. {forecasts}{exponents}

Look for: metrics near the floor; forecasts that lose the data no sooner than the largest exponent
demands; exponents as many positive, zero and negative as the system has.
"""

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:  # noqa: D102
        from tausweep.figures.drawing.models import models

        return models(inputs["collect"], self, series, style)
