"""Members in the plane of entropy and complexity (Rosso et al. 2007), beside the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from tausweep.figures.figure import Figure, Style, Subject
from tausweep.figures.sweep import TAU, in_words
from tausweep.settings import Name

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib import figure as mpl

ENTROPY, COMPLEXITY = "permutation_entropy", "statistical_complexity"


class ComplexityFigure(Figure):
    """Entropy and complexity of orbits and data."""

    kind: Literal["complexity"] = "complexity"
    setting: Name | None = None
    """What colours stand for. Default: there is a figure for each setting that methods sweep."""

    version: ClassVar[int | None] = 1
    inputs: ClassVar[tuple[str, ...]] = ("collect",)

    def variants(self, subject: Subject) -> Mapping[str, Self]:
        """One for each setting that is swept, or one, where `complexity` is measured."""
        swept = subject.swept or [TAU]
        if self.setting is not None and self.setting not in swept:
            raise ValueError(
                f"setting must be swept by a method, found {self.setting!r}; allowed: "
                f"{', '.join(swept)}"
            )
        if ENTROPY not in subject.measured:
            return {}
        return {
            "" if setting == TAU else f"-{setting}": self.model_copy(update={"setting": setting})
            for setting in ([self.setting] if self.setting else swept)
        }

    def caption(self, subject: Subject) -> str:  # noqa: D102
        colours = (
            f" Colours: {in_words(self.setting)}; what sweeps nothing has one of its own."
            if subject.swept
            else ""
        )
        return f"""\
**Entropy and complexity of models trained on {subject.title}.**
Trained: {subject.trained}. Of the ordinal patterns of each variable: normalised permutation entropy
(Bandt and Pompe 2002) and statistical complexity (Rosso et al. 2007); of more than four variables,
the mean over them. Small: orbits of members; those that diverged have none.{colours} Large, open:
the held-out data, over the same length. The thin lines are the least and the largest complexity
that any patterns with that entropy can have.

Look for: members on top of the data. Fixed points are at zero, cycles low and on the left, noise in
the lower right corner, chaos near the upper bound.
"""

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:  # noqa: D102
        from tausweep.figures.drawing.complexity import complexity

        return complexity(inputs["collect"], self, series, style)
