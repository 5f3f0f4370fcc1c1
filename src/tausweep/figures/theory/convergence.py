"""How long modes take to be learned, predicted and measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from tausweep.figures.figure import Figure, Style, Subject, listed
from tausweep.theory.analyses.convergence import Convergence

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib import figure as mpl


class ConvergenceFigure(Figure):
    """Measured against predicted times by mode, their ratio, and what descent changed."""

    kind: Literal["convergence"] = "convergence"

    version: ClassVar[int | None] = 1
    inputs: ClassVar[tuple[str, ...]] = ("convergence",)

    def caption(self, subject: Subject) -> str:  # noqa: D102
        convergence = subject.jobs["convergence"].settings
        assert isinstance(convergence, Convergence)
        return f"""\
**How long each mode takes to be learned, predicted from the data and measured.**
Systems of n = {listed(convergence.n)} variables, whose data have energy in
{convergence.excited:.0%} of all directions, over a factor of {10**convergence.decades:g}.
Left: the pseudo-time in which gradient descent took the error of a mode to 1/e, against that of
gradient flow, mn / σ² with σ its singular value; on the line they are the same. Middle: their ratio
against the number of steps that learning takes, each {convergence.step:g} of the largest size that
converges. Dashed: what steps of that size do in closed form. Right: by how much descent changed the
column of Â of each mode, of what it had to learn; modes in the order of their energies. Of each
system twelve modes with energy and twelve without are drawn, or all.

Look for: the same law at any size; descent that learns strong modes somewhat sooner than flow, as
its steps are finite; columns without energy that stay what they were, to rounding.
"""

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:  # noqa: D102
        from tausweep.figures.drawing.theory.convergence import convergence

        return convergence(inputs["convergence"], style)
