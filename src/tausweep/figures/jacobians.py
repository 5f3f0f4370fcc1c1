"""How products of Jacobians of trained models grow in time (Mikhaeil et al. 2022, Fig. 1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field

from tausweep.figures.figure import LAMBDA_MAX, Figure, Style, Subject, rst
from tausweep.figures.quantities import judged, known
from tausweep.metrics.quantities import Quantity
from tausweep.settings import Float

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib import figure as mpl


class JacobiansFigure(Figure):
    """Norms of products of Jacobians against the separation in time, by model and method."""

    kind: Literal["jacobians"] = "jacobians"
    values: Literal["best"] | Annotated[list[Float], Field(min_length=1, max_length=6)] = "best"
    """Values of the swept setting, of each the nearest that was trained (τ in steps). Default: the
    best of each method."""
    best_by: Quantity | None = None
    """What best means: the variable of the metrics whose median over members is least. Default:
    D_stsp, where it is measured."""

    version: ClassVar[int | None] = 1
    inputs: ClassVar[tuple[str, ...]] = ("collect",)

    def variants(self, subject: Subject) -> Mapping[str, Self]:
        """One, where the norms are measured."""
        if self.best_by is not None:
            known("best_by", [self.best_by], subject)
        by = self.best_by or next(iter(judged(subject)), None)
        if "jacobian_norm" not in subject.measured or (by is None and self.values == "best"):
            return {}
        return {"": self.model_copy(update={"best_by": by})}

    def caption(self, subject: Subject) -> str:  # noqa: D102
        if self.values == "best":
            shown = (
                f"at the best value of what is swept (lowest median {rst(self.best_by)} "
                "over members)"
            )
        else:
            values = ", ".join(f"{value:g}" for value in self.values)
            shown = f"at the values of what is swept that are nearest to {values}"
        return f"""\
**Jacobians of models trained on {subject.title}, against the separation in time.**
Trained: {subject.trained}. Panels: models by method, {shown}.
Lines: the spectral norm of the product of the Jacobians between two states of a free orbit that are
T steps apart, as its geometric mean over starting states. The heavy line is the member whose
largest Lyapunov exponent {LAMBDA_MAX} is the median, with a band of one standard deviation (of the
logarithm) over starting states; thin lines are the other members. Dashed: what theory says of that
member, exp({LAMBDA_MAX} T), with {LAMBDA_MAX} measured along the same orbits and given with its
95 % interval, in nats per step. Both axes are logarithmic, so that this is no straight line. A
member that diverged has no line.

Look for: norms that explode where the model is chaotic ({LAMBDA_MAX} > 0) and vanish where it has
settled on a stable cycle ({LAMBDA_MAX} < 0), and run beside the dashed line at large T. The
gradients of a loss that is followed back over T steps are made of these products.
"""

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:  # noqa: D102
        from tausweep.figures.drawing.jacobians import jacobians

        return jacobians(inputs["collect"], self, series, style)
