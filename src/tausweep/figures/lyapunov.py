"""How λ_max was found: divergence of neighbours, all estimates, and the choice of the embedding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from tausweep.figures.figure import LAMBDA_MAX, TAU_PRED, Figure, Style, Subject

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib import figure as mpl


class LyapunovFigure(Figure):
    """How λ_max was found."""

    kind: Literal["lyapunov"] = "lyapunov"

    version: ClassVar[int | None] = 6
    inputs: ClassVar[tuple[str, ...]] = ("lyapunov",)
    extra: ClassVar[tuple[str, ...]] = ("truth",)

    def caption(self, subject: Subject) -> str:  # noqa: D102
        settings = subject.experiment.lyapunov
        equations = (
            "; dotted: the slope that follows from the equations" if "truth" in subject.jobs else ""
        )
        surrogates = (
            f"Faint curves are of {settings.surrogates} surrogates, linear noise of the same "
            "spectrum. "
            if settings.surrogates
            else ""
        )
        return f"""\
**The largest Lyapunov exponent of {subject.title}, λ**\\ :sub:`max`\\ **, from the data.**
Above: mean log distance of neighbours in state space, measured across the flow, against the time
since they were neighbours. Bold: of nearest neighbours (Rosenstein, Collins and De Luca 1993), with
its standard error; thin: of all neighbours within a radius ε (Kantz 1994); m is the dimension of
the delay embedding. Where trajectories diverge exponentially the curves are straight lines of slope
{LAMBDA_MAX}; they end where distances reach the size of the attractor (horizontal lines). The
scaling range is shaded, and the line fitted to it drawn, where there is one. Dashed: the slope of
maps fitted to neighbours (Eckmann and others 1986), from which {LAMBDA_MAX} is taken where such
maps predict{equations}. {surrogates}Beside: the verdict, {LAMBDA_MAX} and the predictability time
{TAU_PRED} = ln 2 / {LAMBDA_MAX}, in which an error doubles.

Below, left: what every estimator found, with its {100 * settings.confidence:g} % interval,
or why it found nothing; the first row is the result. Middle and right: what the embedding
was chosen by. The delay is at the first minimum of the mutual information (of each variable; the
median of many), or
where the autocorrelation, dashed, falls below 1/e; the dimension is the least without false
neighbours (Kennel and others 1992). Cao's E\\ :sub:`1` stops changing at that dimension, and
E\\ :sub:`2` is 1 at every dimension for random numbers only.

Look for: estimators that agree; a scaling range on the straight part alone, without the bend at its
end; curves that run in parallel whatever their radius and dimension.
"""

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:  # noqa: D102
        from tausweep.figures.drawing.lyapunov import lyapunov

        return lyapunov(inputs["lyapunov"], style, inputs.get("truth"))
