"""The exact model in continuous time beside forward Euler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from tausweep.figures.figure import Figure, Style, Subject, listed
from tausweep.theory.analyses.continuous import Continuous

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib import figure as mpl


class ContinuousFigure(Figure):
    """Modes while they are learned, rates near the truth, and a mode of noise alone."""

    kind: Literal["continuous"] = "continuous"

    version: ClassVar[int | None] = 1
    inputs: ClassVar[tuple[str, ...]] = ("continuous",)

    def caption(self, subject: Subject) -> str:  # noqa: D102
        continuous = subject.jobs["continuous"].settings
        assert isinstance(continuous, Continuous)
        return f"""\
**Learning in continuous time: the matrix exponential beside its expansion, forward Euler.**
Left: modes âΔt of the learned matrix against pseudo-time, in units of 1 / cΔt² with c the energy
over n. The system has modes λΔt = {listed(f"{each:g}" for each in continuous.truth)}; learning
begins at zero. Lines: gradient flow of the exact loss in closed form. Points: gradient descent of
it. Dashed: forward Euler, of data expanded as it is; triangles: what it goes to of exact data.
Middle: the rate at which a mode is learned near the truth, of that of forward Euler. Right: a mode
of which data hold noise alone; points are of {continuous.samples:,} samples, drawn once. Shaded:
modes that grow.

Look for: agreement where λΔt is small; modes that decay within Δt, which the exact model hardly
learns, and growing ones, which it learns sooner; noise that damps the exact model for ever, more
and more slowly, where forward Euler stops at −1.
"""

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:  # noqa: D102
        from tausweep.figures.drawing.theory.continuous import continuous

        return continuous(inputs["continuous"], style)
