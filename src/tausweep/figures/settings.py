"""The figures that a configuration can name: each is a class in a module beside this."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, TypeAlias, get_args

from pydantic import Field, StrictBool

from tausweep.figures.claims import ClaimsFigure, ClaimsTable
from tausweep.figures.complexity import ComplexityFigure
from tausweep.figures.diagnosis import DiagnosisFigure
from tausweep.figures.experiments import ExperimentsFigure, ExperimentsTable
from tausweep.figures.figure import Figure, Style
from tausweep.figures.gradients import GradientsFigure
from tausweep.figures.jacobians import JacobiansFigure
from tausweep.figures.lyapunov import LyapunovFigure
from tausweep.figures.models import ModelsFigure
from tausweep.figures.reconstruction import ReconstructionFigure
from tausweep.figures.reproduction import ReproductionFigure, ReproductionTable
from tausweep.figures.signal import SignalFigure
from tausweep.figures.sweep import SweepFigure
from tausweep.figures.theory.continuous import ContinuousFigure
from tausweep.figures.theory.convergence import ConvergenceFigure
from tausweep.figures.theory.depth import DepthFigure
from tausweep.figures.theory.forcing import ForcingFigure
from tausweep.figures.theory.modes import ModesFigure
from tausweep.figures.theory.remedies import RemediesFigure, RemediesTable
from tausweep.figures.theory.spectra import SpectraFigure, UnstableFigure
from tausweep.settings import Name, Settings


class Figures(Settings):
    """Everything about the figures: each with its settings. Null switches one off."""

    style: Style = Style()
    report: StrictBool = True
    """Whether a page is written that tells all of it."""
    signal: SignalFigure | None = SignalFigure()
    lyapunov: LyapunovFigure | None = LyapunovFigure()
    sweep: SweepFigure | None = SweepFigure()
    reconstruction: ReconstructionFigure | None = ReconstructionFigure()
    models: ModelsFigure | None = ModelsFigure()
    claims: ClaimsFigure | None = ClaimsFigure()
    claims_table: ClaimsTable | None = ClaimsTable()
    reproduction: ReproductionFigure | None = ReproductionFigure()
    reproduction_table: ReproductionTable | None = ReproductionTable()
    experiments: ExperimentsFigure | None = None
    """Of a study; off unless it is named, as the next."""
    experiments_table: ExperimentsTable | None = None
    diagnosis: DiagnosisFigure | None = DiagnosisFigure()
    """Where metrics.behaviour is measured."""
    complexity: ComplexityFigure | None = ComplexityFigure()
    """Where metrics.complexity is."""
    jacobians: JacobiansFigure | None = JacobiansFigure()
    gradients: GradientsFigure | None = None
    """Off unless it is named."""
    spectra: SpectraFigure | None = SpectraFigure()
    """Of theory, as all that follow."""
    unstable: UnstableFigure | None = UnstableFigure()
    modes: ModesFigure | None = ModesFigure()
    remedies: RemediesFigure | None = RemediesFigure()
    remedies_table: RemediesTable | None = RemediesTable()
    forcing: ForcingFigure | None = ForcingFigure()
    convergence: ConvergenceFigure | None = ConvergenceFigure()
    continuous: ContinuousFigure | None = ContinuousFigure()
    depth: DepthFigure | None = DepthFigure()

    @property
    def chosen(self) -> dict[str, Figure]:
        """Those that are on, by their kind."""
        every = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: figure for name, figure in every.items() if isinstance(figure, Figure)}


KINDS: dict[str, type[Figure]] = {
    name: kind
    for name, field in Figures.model_fields.items()
    for kind in get_args(field.annotation)
    if issubclass(kind, Figure)
}
"""All figures that there are, by their kind."""

if TYPE_CHECKING:
    AnyFigure: TypeAlias = Figure
else:
    AnyFigure = Annotated[reduce(or_, KINDS.values()), Field(discriminator="kind")]


class Drawing(Settings):
    """One figure of one series; written by the plan, not by people."""

    figure: AnyFigure
    series: Name
    style: Style

    @property
    def version(self) -> int | None:  # type: ignore[override]
        """That of the figure, whose code draws it."""
        return self.figure.version
