"""The metrics that a configuration can name: each is a class in a module beside this."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, TypeAlias, get_args

from pydantic import Field

from tausweep.metrics.behaviour import Behaviour
from tausweep.metrics.complexity import Complexity
from tausweep.metrics.d_h import DH
from tausweep.metrics.d_h_legacy import DHLegacy
from tausweep.metrics.d_stsp import DStsp
from tausweep.metrics.d_stsp_legacy import DStspLegacy
from tausweep.metrics.jacobian_norm import JacobianNorm
from tausweep.metrics.lyapunov_spectrum import LyapunovSpectrum
from tausweep.metrics.metric import Metric
from tausweep.metrics.prediction_error import PredictionError
from tausweep.metrics.transverse import Transverse
from tausweep.settings import PositiveInt, Settings


class Metrics(Settings):
    """How trained models are judged: the metrics with their settings. Null switches one off."""

    d_stsp: DStsp | None = DStsp()
    d_h: DH | None = DH()
    d_stsp_legacy: DStspLegacy | None = None
    """Off unless it is named, as it needs orbits of its own."""
    d_h_legacy: DHLegacy | None = None
    """Off unless it is named, likewise."""
    prediction_error: PredictionError | None = None
    """Off unless it is named."""
    lyapunov_spectrum: LyapunovSpectrum | None = None
    """Off unless it is named."""
    behaviour: Behaviour | None = None
    """Off unless it is named."""
    complexity: Complexity | None = None
    """Off unless it is named."""
    jacobian_norm: JacobianNorm | None = None
    """Off unless it is named."""
    transverse: Transverse | None = None
    """Off unless it is named."""
    excerpt: PositiveInt = 2_000
    """Steps of each orbit kept beside its metrics, for the figures."""

    @property
    def chosen(self) -> list[Metric]:
        """Those that are on."""
        every = (getattr(self, name) for name in type(self).model_fields)
        return [metric for metric in every if isinstance(metric, Metric)]


KINDS: tuple[type[Metric], ...] = tuple(
    kind
    for field in Metrics.model_fields.values()
    for kind in get_args(field.annotation)
    if issubclass(kind, Metric)
)
"""All metrics that there are."""

if TYPE_CHECKING:
    AnyMetric: TypeAlias = Metric
else:
    AnyMetric = Annotated[reduce(or_, KINDS), Field(discriminator="metric")]
