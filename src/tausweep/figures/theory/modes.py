"""Eigenvalues of what is learned, while it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from tausweep.figures.figure import Figure, Style, Subject, listed
from tausweep.theory.analyses.modes import Modes

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib import figure as mpl


class ModesFigure(Figure):
    """Real parts of eigenvalues against pseudo-time, without and with noise."""

    kind: Literal["modes"] = "modes"

    version: ClassVar[int | None] = 1
    inputs: ClassVar[tuple[str, ...]] = ("modes",)

    def caption(self, subject: Subject) -> str:  # noqa: D102
        modes = subject.jobs["modes"].settings
        assert isinstance(modes, Modes)
        return f"""\
**How the eigenvalues of a linear system are learned.**
Real parts of the eigenvalues of Â against pseudo-time (number of steps times their size); left
without noise, right with noise of standard deviation {modes.noise:g}. The data have energies
{listed(f"{energy:g}" for energy in modes.energies)}; a direction without energy is not learnable.
Lines: gradient flow in closed form, with noise in the mean over it. Points: gradient descent on
{modes.samples:,} samples, with noise that was drawn once. Dotted: the eigenvalues of the system.
Ticks above: the times in which a mode is learned, n / energy, and noise damps, n / σ². Shaded:
unstable.

Look for: modes that are learned in the order of their energies; the unlearnable one that stays
unstable without noise; with noise, that one damped and the others biased towards zero, the one of
little energy more.
"""

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:  # noqa: D102
        from tausweep.figures.drawing.theory.modes import modes

        return modes(inputs["modes"], style)
