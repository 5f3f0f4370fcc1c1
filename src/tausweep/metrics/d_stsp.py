"""D_stsp: how far an orbit's distribution in state space lies from the data's.

D_stsp = ∫ p ln(p / q), the Kullback-Leibler divergence of the data (p) from the orbit (q) (Koppe et
al. 2019; Mikhaeil, Monfared, Durstewitz 2022, Appx. A.5).

Its value depends on length, boxes and smoothing: it means something only beside its floor, the data
against another stretch of the same system, and its ceiling, the data against a constant orbit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, Strict

from tausweep.metrics import histogram, mixture
from tausweep.metrics.histogram import MOST_BOXED, Histogram, Partition
from tausweep.metrics.metric import Comparison, Trajectory, Values, Variable
from tausweep.metrics.mixture import Mixture
from tausweep.settings import HUGE, PositiveFloat, PositiveInt


class DStsp(Comparison):
    """D_stsp: Kullback-Leibler divergence of the data from the orbit, over boxes of state space; by
    Gaussian mixtures where there are more than five variables.
    """

    metric: Literal["d_stsp"] = "d_stsp"
    bins: Annotated[int, Strict(), Field(gt=1, le=10_000)] = 30
    """Boxes along each variable."""
    margin: Annotated[float, Strict(), Field(ge=0, le=HUGE)] = 0.1
    """How far the boxes reach beyond the data's range, in standard deviations."""
    alpha: PositiveFloat = 1e-5
    """Laplace smoothing: added to the count of every box."""
    variance: PositiveFloat = 1.0
    """Of each Gaussian of a mixture along each variable, in variances of the data."""
    centres: Annotated[PositiveInt, Field(le=10_000_000)] = 10_000
    """Gaussians of a mixture, at most: points spread evenly over data and orbit."""
    samples: Annotated[PositiveInt, Field(le=10_000_000)] = 1_000
    """Points drawn from the data's mixture, at which it is compared with the orbit's."""

    version: ClassVar[int | None] = 2
    variables: ClassVar[Mapping[str, Variable]] = {
        "D_stsp": Variable("divergence of data from orbit in state space, D_stsp", "nat")
    }

    def about(self, variables: int) -> dict[str, Any]:  # noqa: D102
        if variables > MOST_BOXED:
            return {
                "method": "gaussian mixture",
                "variance": self.variance,
                "centres": self.centres,
                "samples": self.samples,
                "space": "standardised by the data",
                "direction": "KL(data || orbit)",
            }
        return {
            "method": "histogram",
            "bins": self.bins,
            "alpha": self.alpha,
            "margin": self.margin,
            "range": "minimum to maximum of the n held-out samples, and margin standard deviations "
            "more on each side; one overflow box for all outside",
            "direction": "KL(data || orbit)",
        }

    def describe(self, x: Trajectory, data: Trajectory) -> Histogram | Mixture:  # noqa: D102
        if data.shape[1] > MOST_BOXED:
            return mixture.around(x, data, self.variance, self.centres)
        return Partition.around(data, self.bins, self.margin).histogram(x)

    def distance(self, p: Any, q: Any) -> Values:  # noqa: D102
        if isinstance(p, Mixture):
            return {"D_stsp": mixture.divergence(p, q, self.samples)}
        return {"D_stsp": histogram.divergence(p, q, self.alpha)}
