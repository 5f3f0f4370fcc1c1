"""Settings of floors and ceilings."""

from __future__ import annotations

from tausweep.metrics.settings import AnyMetric
from tausweep.settings import PositiveInt, Settings


class Reference(Settings):
    """The floor and ceiling of a metric; written by the plan, not by people."""

    metric: AnyMetric
    steps: PositiveInt
    """Length of the orbits that are compared with the data."""

    @property
    def version(self) -> int | None:  # type: ignore[override]
        """That of the metric, whose code they are computed by."""
        return self.metric.version
