"""Spectra of initial weights: where eigenvalues are, and how often one is unstable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from tausweep.figures.figure import Figure, Style, Subject, listed
from tausweep.theory.analyses.spectra import Spectra

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib import figure as mpl


class SpectraFigure(Figure):
    """Histograms of eigenvalues over the plane, by kind and size of matrices."""

    kind: Literal["spectra"] = "spectra"

    version: ClassVar[int | None] = 1
    inputs: ClassVar[tuple[str, ...]] = ("spectra",)

    def caption(self, subject: Subject) -> str:  # noqa: D102
        spectra = subject.jobs["spectra"].settings
        assert isinstance(spectra, Spectra)
        return f"""\
**Eigenvalues of random initial weights.**
Rows: {listed(spectra.initial)} matrices; columns: number of variables n. Colour: density of the
eigenvalues of as many matrices as have {spectra.eigenvalues:,} in all, logarithmic and the same in
all panels; white: none. Dashed: the circle inside of which the dynamics are stable. φ: the share of
eigenvalues outside.

Look for: eigenvalues outside the circle for Glorot's matrices, fewer for larger n; none for those
by Gershgorin's circle theorem, which however fill only a part of it; orthogonal ones on it.
"""

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:  # noqa: D102
        from tausweep.figures.drawing.theory.spectra import spectra

        return spectra(inputs["spectra"], style)


class UnstableFigure(Figure):
    """How often initial weights are unstable, whole and as data leave them."""

    kind: Literal["unstable"] = "unstable"

    version: ClassVar[int | None] = 1
    inputs: ClassVar[tuple[str, ...]] = ("spectra",)

    def caption(self, subject: Subject) -> str:  # noqa: D102
        spectra = subject.jobs["spectra"].settings
        assert isinstance(spectra, Spectra)
        return """\
**How often initial weights are unstable.**
Left, against the number of variables n: the share φ of eigenvalues outside the circle of stability,
with what is expected of Glorot's normal matrices (line; Edelman 1997), and the share of matrices
that have any. Right: the share of matrices that training leaves unstable, against the part of all
directions in which the data have no energy: there the initial weights are kept, as a block whose
directions were drawn at random. Bars: one standard error. Not drawn: what was in none of the
matrices drawn; which, is said.

Look for: a share of eigenvalues that falls with n while ever more matrices are unstable, as one
eigenvalue is enough; kept blocks that are stable where many directions are excited, as a part of a
matrix is smaller than the whole.
"""

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:  # noqa: D102
        from tausweep.figures.drawing.theory.spectra import unstable

        return unstable(inputs["spectra"], style)
