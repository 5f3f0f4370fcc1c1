"""Remedies against unstable learned dynamics, as curves and as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from tausweep.figures.figure import Figure, Style, Subject
from tausweep.figures.table import Table, written
from tausweep.theory.analyses.remedies import Remedies

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib import figure as mpl

    from tausweep.figures.table import Rows

NAMES = {
    "nothing": "nothing",
    "projection": "projection",
    "stable_initial": "stable start",
    "isotropic_noise": "isotropic noise",
    "weight_decay": "weight decay",
    "unexcited_noise": "noise, no energy only",
    "whitening": "whitening",
}
"""How remedies are called."""


class RemediesFigure(Figure):
    """Stability and error against pseudo-time, by remedy."""

    kind: Literal["remedies"] = "remedies"

    version: ClassVar[int | None] = 1
    inputs: ClassVar[tuple[str, ...]] = ("remedies",)

    def caption(self, subject: Subject) -> str:  # noqa: D102
        remedies = subject.jobs["remedies"].settings
        assert isinstance(remedies, Remedies)
        return f"""\
**Remedies against unstable learned dynamics.**
A system of {remedies.n} variables whose data have energy in {remedies.rank} directions, learned
from {remedies.draws} random initial matrices. Left: the share of them from which the learned
dynamics are unstable, against pseudo-time (steps times their size). Right: the median error where
the data have energy, relative to the truth. Lines: gradient flow in closed form, in the mean over
noise; of several strengths the one in the middle. Points: gradient descent, with noise that was
drawn once.

Look for: noise and weight decay, which are the same, make all stable and leave an error; noise
only where the data have no energy makes all stable and leaves none; stable initial weights stay
stable; with projection some are unstable on the way, while one direction is learned and another is
not yet; whitening learns sooner and helps no stability. Numbers of all strengths are in the table
beside this figure.
"""

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:  # noqa: D102
        from tausweep.figures.drawing.theory.remedies import remedies

        return remedies(inputs["remedies"], style)


class RemediesTable(Table):
    """Stability, bias and times of every remedy and strength."""

    kind: Literal["remedies_table"] = "remedies_table"

    version: ClassVar[int | None] = 1
    inputs: ClassVar[tuple[str, ...]] = ("remedies",)

    def caption(self, subject: Subject) -> str:  # noqa: D102
        return """\
**Remedies against unstable learned dynamics, in numbers.**
Of each remedy and strength, in the limit of long learning: the share of initial matrices that end
unstable and the error where the data have energy, relative to the truth; the pseudo-times in which
the weakest direction with energy is learned, and in which initial weights fade in the others.
"""

    def rows(self, inputs: Mapping[str, xr.Dataset]) -> Rows:  # noqa: D102
        dataset = inputs["remedies"]
        yield ("remedy", "strength", "unstable", "error", "time to learn", "time to forget")
        numbers = ("strength", "unstable_limit", "bias", "learning_time", "memory")
        for i, remedy in enumerate(dataset["remedy"].values):
            row = [float(dataset[name].values[i]) for name in numbers]
            row[2] = 0.0 if row[2] < ROUNDING else row[2]
            yield (NAMES[str(remedy)], *map(written, row))


ROUNDING = 1e-12
"""Errors below this are those of arithmetic."""
