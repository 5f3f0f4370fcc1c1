"""Orbits of trained models beside the data (Mikhaeil et al. 2022, Fig. 3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field

from tausweep.figures.figure import Figure, Style, Subject, rst
from tausweep.figures.quantities import judged, known
from tausweep.metrics.quantities import Quantity
from tausweep.settings import Float, PositiveInt

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib import figure as mpl


class ReconstructionFigure(Figure):
    """Orbits at values too small, best and too large, of τ or what else is swept."""

    kind: Literal["reconstruction"] = "reconstruction"
    values: Literal["auto"] | Annotated[list[Float], Field(min_length=1, max_length=12)] = "auto"
    """Values of the swept setting, of each the nearest that was trained (τ in steps). Default: the
    smallest, the best and the largest."""
    best_by: Quantity | None = None
    """What best means: the variable of the metrics whose median over members is least. Default:
    D_stsp, where it is measured."""
    steps: PositiveInt = 2_000
    """Steps of each orbit drawn, at most metrics.excerpt."""

    version: ClassVar[int | None] = 5
    inputs: ClassVar[tuple[str, ...]] = ("collect",)

    def variants(self, subject: Subject) -> Mapping[str, Self]:
        """One, by a metric that there is."""
        if self.best_by is not None:
            known("best_by", [self.best_by], subject)
        by = self.best_by or next(iter(judged(subject)), None)
        return {"": self.model_copy(update={"best_by": by})} if by else {}

    def caption(self, subject: Subject) -> str:  # noqa: D102
        by = rst(self.best_by)
        if self.values == "auto":
            shown = (
                "at the smallest value of what was swept, at the best (lowest median "
                f"{by} over members) and at the largest"
            )
        else:
            values = ", ".join(f"{value:g}" for value in self.values)
            shown = f"at the values of what was swept that are nearest to {values}"
        return f"""\
**Orbits of models trained on {subject.title}.**
Rows: {subject.trained}. Grey: held-out data. Colour: a freely generated orbit of the model,
{shown}; a method that sweeps nothing has one. Each orbit is that of the member whose {by}, given
above the panel, is the median. All are equally long, at most {self.steps} steps, and in standard
deviations of the data. An orbit that comes to rest ends in a dot; one that leaves the neighbourhood
of the data is not drawn beyond.

Look for: at the best value, the shape of the attractor. Orbit and data need not coincide in time,
for the system is chaotic.
"""

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:  # noqa: D102
        from tausweep.figures.drawing.reconstruction import reconstruction

        return reconstruction(inputs["collect"], self, series, style)
