"""Norms of loss gradients while models are trained, with sparse forcing and without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from tausweep.figures.figure import Figure, Style, Subject, listed
from tausweep.models.rnn.settings import Recurrent

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib import figure as mpl


class GradientsFigure(Figure):
    """Norms of loss gradients against epochs, by method and value of its sweep."""

    kind: Literal["gradients"] = "gradients"
    log_epochs: bool = True
    """Whether the axis of epochs is logarithmic."""

    version: ClassVar[int | None] = 1
    inputs: ClassVar[tuple[str, ...]] = ("collect",)

    def variants(self, subject: Subject) -> Mapping[str, Self]:
        """One, where there are models that are trained step by step."""
        models = subject.experiment.models.values()
        return {"": self} if any(isinstance(model, Recurrent) for model in models) else {}

    def caption(self, subject: Subject) -> str:  # noqa: D102
        ex = subject.experiment
        names = [method.name or method.method for method in ex.methods if method.setting is None]
        plain = f"what sweeps nothing ({listed(names)}) is dashed. " if names else ""
        return f"""\
**Loss gradients of models while they were trained on {subject.title}.**
Trained: {subject.trained}. Panels: models, one for each method that sweeps a setting; colours are
its values; {plain}Heavy lines: Euclidean norm of the gradient over all parameters, before any
clipping, mean over an epoch and median over nearby epochs and over members. Thin lines: the largest
norm that any member met. A cross at the upper edge is where norms ceased to be finite for half of
the members.

Look for: norms that grow with the number of steps that gradients are followed back over, and thin
lines far above the heavy ones, which are gradients that exploded.
"""

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:  # noqa: D102
        from tausweep.figures.drawing.gradients import gradients

        return gradients(inputs["collect"], self, series, style)
