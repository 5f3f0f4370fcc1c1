"""How depth of a linear network changes what is learned when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from tausweep.figures.figure import Figure, Style, Subject, listed
from tausweep.theory.analyses.depth import Depth

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib import figure as mpl


class DepthFigure(Figure):
    """Losses against steps by depth, and steps to learn against depth."""

    kind: Literal["depth"] = "depth"

    version: ClassVar[int | None] = 1
    inputs: ClassVar[tuple[str, ...]] = ("depth",)

    def caption(self, subject: Subject) -> str:  # noqa: D102
        depth = subject.jobs["depth"].settings
        assert isinstance(depth, Depth)
        return f"""\
**How long deep linear networks take to learn (Saxe, McClelland and Ganguli 2014).**
Left: the loss above its least, of that at first, against the number of steps, of networks of N =
{listed(depth.followed)} layers that learn modes of strength
{listed(f"{each:g}" for each in depth.strengths)} on white data, all from p(0) = {depth.small:g}.
Right: steps in which a mode of strength 1 is learned to 0.9 against the number of layers, from that
p(0) and from orthogonal layers whose product has singular values of {depth.orthogonal:g}. Lines:
gradient flow in closed form, time over step size; points: gradient descent of the layers. Steps are
{depth.step:g} of the largest that converge at that depth.

Look for: a single layer that learns all modes at once and deeper ones one after the other, with
plateaus the longer and drops the steeper the deeper they are; from small weights, times that grow
with depth; from orthogonal layers, times that hardly do.
"""

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:  # noqa: D102
        from tausweep.figures.drawing.theory.depth import depth

        return depth(inputs["depth"], style)
