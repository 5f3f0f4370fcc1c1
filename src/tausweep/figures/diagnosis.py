"""Why models fail: what their orbits do, how they stretch, how far they foresee, their speed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from tausweep.figures.figure import LAMBDA_MAX, TAU_PRED, Figure, Style, Subject
from tausweep.figures.sweep import TAU, in_words
from tausweep.settings import Name

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib import figure as mpl

KIND, EXPONENTS, FORECASTS, SPEED = (
    "behaviour", "lyapunov_spectrum", "prediction_error", "mean_frequency"
)  # fmt: skip
"""What is shown, each in a row, where it is measured."""


class DiagnosisFigure(Figure):
    """What becomes of every model against what was swept, in small panels."""

    kind: Literal["diagnosis"] = "diagnosis"
    setting: Name | None = None
    """What is on the axis below. Default: there is a figure for each setting that methods sweep."""

    version: ClassVar[int | None] = 1
    inputs: ClassVar[tuple[str, ...]] = ("collect",)

    def variants(self, subject: Subject) -> Mapping[str, Self]:
        """One for each setting that is swept, where `behaviour` is measured."""
        swept = subject.swept if set(subject.experiment.models) - set(subject.fitted) else []
        if self.setting is not None and self.setting not in swept:
            raise ValueError(
                f"setting must be swept by a method, found {self.setting!r}; allowed: "
                f"{', '.join(swept) or 'none, as nothing is swept'}"
            )
        if KIND not in subject.measured:
            return {}
        return {
            "" if setting == TAU else f"-{setting}": self.model_copy(update={"setting": setting})
            for setting in ([self.setting] if self.setting else swept)
        }

    def caption(self, subject: Subject) -> str:  # noqa: D102
        rows = [about for name, about in _ROWS.items() if name in subject.measured]
        tau_pred = (
            f" The vertical line is {TAU_PRED} of the data with its interval, the dotted one that "
            "of the equations."
            if self.setting == TAU
            else ""
        )
        return f"""\
**What becomes of models trained on {subject.title}, against {in_words(self.setting)}.**
Trained: {subject.trained}; a column for each that sweeps that setting. Dots are members, lines the
medians of those that have a value; what is beyond an axis is at its edge.{tau_pred} Rows:
{" ".join(rows)}

Look for: why a model fails where it does. At rest or on a cycle it has not learned to stretch; if
it diverges, nothing folds it back; where all of it moves as the data do and forecasts are good, but
the largest exponent or the speed is off, geometry was learned and time was not.
"""

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:  # noqa: D102
        from tausweep.figures.drawing.diagnosis import diagnosis

        return diagnosis(inputs["collect"], self, series, style)


_ROWS = {
    KIND: (
        "Share of members whose orbit diverged, came to rest at a fixed point, repeats itself, or "
        "does neither (aperiodic: chaotic, on a torus, or still on its way)."
    ),
    EXPONENTS: (
        "The two largest Lyapunov exponents of the trained models; black, and grey its interval: "
        f"{LAMBDA_MAX} of the data; dotted: both of the equations."
    ),
    FORECASTS: (
        "Error of forecasts, in standard deviations, after the steps that are nearest to one "
        f"Lyapunov time 1 / {LAMBDA_MAX}; dotted: of forecasting the mean."
    ),
    SPEED: (
        "Mean frequency of the orbits (weighted by power) as a multiple of that of the data; none "
        "where they rest or diverged."
    ),
}
