"""The analyses that a configuration can name: each is a class in a module of `theory.analyses`."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, TypeAlias, get_args

from pydantic import Field

from tausweep.settings import Settings
from tausweep.theory.analyses.continuous import Continuous
from tausweep.theory.analyses.convergence import Convergence
from tausweep.theory.analyses.depth import Depth
from tausweep.theory.analyses.forcing import Forcing
from tausweep.theory.analyses.modes import Modes
from tausweep.theory.analyses.remedies import Remedies
from tausweep.theory.analyses.spectra import Spectra
from tausweep.theory.analysis import Analysis


class Theory(Settings):
    """How linear systems are learned: the analyses with their settings. Null switches one off."""

    spectra: Spectra | None = Spectra()
    modes: Modes | None = Modes()
    remedies: Remedies | None = Remedies()
    forcing: Forcing | None = Forcing()
    convergence: Convergence | None = Convergence()
    continuous: Continuous | None = Continuous()
    depth: Depth | None = Depth()

    @property
    def chosen(self) -> dict[str, Analysis]:
        """Those that are on, by their name."""
        every = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: analysis for name, analysis in every.items() if analysis is not None}


KINDS: tuple[type[Analysis], ...] = tuple(
    kind
    for field in Theory.model_fields.values()
    for kind in get_args(field.annotation)
    if issubclass(kind, Analysis)
)
"""All analyses that there are."""

if TYPE_CHECKING:
    AnyAnalysis: TypeAlias = Analysis
else:
    AnyAnalysis = Annotated[reduce(or_, KINDS), Field(discriminator="analysis")]
