"""Sparse teacher forcing of a linear network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from tausweep.figures.figure import TAU_PRED, Figure, Style, Subject, listed
from tausweep.theory.analyses.forcing import Forcing

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib import figure as mpl


class ForcingFigure(Figure):
    """Rates of learning, steps to learn and what becomes of descent, against τ."""

    kind: Literal["forcing"] = "forcing"

    version: ClassVar[int | None] = 1
    inputs: ClassVar[tuple[str, ...]] = ("forcing",)

    def caption(self, subject: Subject) -> str:  # noqa: D102
        forcing = subject.jobs["forcing"].settings
        assert isinstance(forcing, Forcing)
        truth = listed(f"{value:g}" for value in forcing.truth)
        return f"""\
**Sparse teacher forcing of a linear network: which modes are learned, against τ.**
Left: rate of learning of a mode of modulus abs(λ) near the truth, per unit of its energy, relative
to that at τ = 1. Lines: {TAU_PRED} = ln 2 / ln abs(λ) of modes that grow, and
1.69 / abs(ln abs(λ)), at which modes that decay are learned fastest. Middle: a system with the
eigenvalues {truth} of equal energy, learned with a step size of {forcing.step:g} of the largest
with which descent converges: steps in which an error of each mode shrinks to 1/e, in theory (lines)
and counted (points). Right: what has become of {forcing.starts} random initial matrices after
{forcing.steps:,} such steps. Dotted: {TAU_PRED} of the mode that grows fastest.

Look for: a growing mode, whose rate grows by a factor of four with each {TAU_PRED}, and which
dictates the step size, so that all others are learned ever more slowly: without end beyond a few
{TAU_PRED}. From random initial weights, more and more runs diverge before that.
"""

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:  # noqa: D102
        from tausweep.figures.drawing.theory.forcing import forcing

        return forcing(inputs["forcing"], style)
