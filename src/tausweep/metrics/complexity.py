"""Entropy and complexity of an orbit's ordinal patterns, beside those of the data.

Both say how an orbit goes on, whatever its shape and amplitude: one that came to rest has neither,
a cycle has little of both, noise much entropy and no complexity, chaos much of both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self, TypeAlias

import numpy as np
from jaxtyping import Float
from pydantic import Field, Strict

from tausweep.metrics.d_h import RESOLUTION
from tausweep.metrics.metric import Comparison, Trajectory, Values, Variable
from tausweep.settings import PositiveInt

if TYPE_CHECKING:
    import xarray as xr

Shares: TypeAlias = Float[np.ndarray, "pattern variable"]


class Complexity(Comparison):
    """Permutation entropy (Bandt & Pompe 2002) and Jensen-Shannon statistical complexity (Rosso et
    al. 2007) of every variable.

    Of few samples both differ from those of many: data and orbits are compared over one length,
    which should be many times the order! patterns that there are.
    """

    metric: Literal["complexity"] = "complexity"
    order: Annotated[int, Strict(), Field(ge=3, le=7)] = 5
    """Samples of a pattern."""
    delay: Annotated[PositiveInt, Field(le=1_000_000)] | None = None
    """Steps between them. Default: as for an embedding, from the mutual information of the held-out
    data, so that a flow's patterns do not depend on how often it is sampled."""

    version: ClassVar[int | None] = 1
    variables: ClassVar[Mapping[str, Variable]] = {
        "permutation_entropy": Variable(
            "permutation entropy H", "1", ("variable",), np.nan, reference=False, of_data=True
        ),
        "statistical_complexity": Variable(
            "statistical complexity C", "1", ("variable",), np.nan, reference=False, of_data=True
        ),
    }

    def suited(self, signal: xr.Dataset) -> Self:
        """See `Metric`: the delay is chosen from all of the held-out data."""
        if self.delay is not None:
            return self
        from tausweep.metrics.compare import stretches
        from tausweep.statespace.embedding import common_delay, dependence

        data, _ = stretches(self, signal, signal.sizes["time"])
        longest = (len(data) - 1) // (self.order - 1)
        return self.model_copy(update={"delay": min(common_delay(*dependence(data)), longest)})

    def describe(self, x: Trajectory, data: Trajectory) -> Shares:
        """Shares of all patterns. Samples that single precision cannot tell apart are equal."""
        from tausweep.statespace.ordinal import distribution, patterns

        assert self.delay is not None, "these are no settings in full: see `suited`"
        x = np.asarray(x, dtype=np.float64)
        resolution = RESOLUTION * np.abs(x).max(axis=0)
        try:
            code = patterns(x, self.order, self.delay, resolution)
        except ValueError as error:
            raise ValueError(f"metrics.complexity.delay: {error}; lower it, or order") from None
        return distribution(code, self.order)

    def distance(self, p: Shares, q: Shares) -> Values:
        """Entropy and complexity of the orbit: what the data's are is read beside."""
        from tausweep.statespace.ordinal import entropy_and_complexity

        h, c = entropy_and_complexity(q)
        return {"permutation_entropy": h, "statistical_complexity": c}
