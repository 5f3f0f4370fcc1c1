"""D_stsp as the main paper's published code computes it (DurstewitzLab/ChaosRNN): an orbit from the
first sample on, without a transient, against all data, those trained on included.

It is kept so that published numbers can be compared, and has known faults: boxes lie about zero
wherever the data are; samples in the lowest box of any variable or outside are dropped, and what is
left is renormalised, so that an orbit is judged by the part of it that stays near the data.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from jaxtyping import Float
from pydantic import Field, Strict

from tausweep.metrics.histogram import MOST_BOXED, Histogram, divergence
from tausweep.metrics.metric import Comparison, Trajectory, Values, Variable
from tausweep.orbit.settings import Part

ALPHA = 1e-5
"""Laplace smoothing: added to the count of every box, the lowest ones included."""


class DStspLegacy(Comparison):
    """D_stsp as the main paper's published code computes it; none above five variables."""

    metric: Literal["d_stsp_legacy"] = "d_stsp_legacy"
    bins: Annotated[int, Strict(), Field(gt=1, le=1_000)] = 10
    """Boxes along each variable."""

    within: Literal["series", "signal"] = "series"
    """What orbit and data are compared in. The published code does not standardise, so the series'
    own; the signal's where its scaling is the published one, as `jointly` is of Lorenz."""

    version: ClassVar[int | None] = 4  # of whole orbits and signals
    part: ClassVar[Part] = "whole"
    variables: ClassVar[Mapping[str, Variable]] = {
        "D_stsp_legacy": Variable("D_stsp as the published code computes it", "nat")
    }

    def about(self, variables: int) -> dict[str, Any]:  # noqa: D102
        return {
            "bins": self.bins,
            "compared_in": f"coordinates of the {self.within}",
            "alpha": ALPHA,
            "range": "two standard deviations of the data about zero; lowest boxes and outside "
            "dropped",
            "direction": "KL(data || orbit)",
        }

    @property
    def coordinates_of(self) -> Literal["series", "signal"]:  # noqa: D102
        return self.within

    def describe(self, x: Trajectory, data: Trajectory) -> Histogram | None:  # noqa: D102
        if data.shape[1] > MOST_BOXED:
            return None
        return histogram(x, data.std(axis=0, ddof=1), self.bins)

    def distance(self, p: Histogram | None, q: Histogram | None) -> Values:
        """D_stsp, in nats; NaN where nothing was kept of data or orbit."""
        if p is None or q is None or not (p.count.size and q.count.size):
            return {"D_stsp_legacy": math.nan}
        return {"D_stsp_legacy": divergence(p, q, ALPHA)}


def histogram(x: Trajectory, scale: Float[np.ndarray, " variable"], bins: int) -> Histogram:
    """Visits to `bins` boxes per variable over ±2 `scale` about zero.

    Samples outside (NaN included) and in the lowest box of any variable are left out.

    Parameters
    ----------
    x
        Trajectory.
    scale
        Standard deviation of each variable of the data, n − 1 in its denominator.
    bins
        Boxes along each variable.
    """
    with np.errstate(divide="ignore", invalid="ignore"):  # of a constant variable nothing is kept
        box = (x + 2 * scale) / (4 * scale) * bins
    kept = box[((box >= 1) & (box < bins)).all(axis=1)].astype(np.int64)
    shape = (bins,) * x.shape[1]
    return Histogram.of(np.ravel_multi_index(tuple(kept.T), shape), math.prod(shape))
