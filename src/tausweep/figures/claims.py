"""The claim under test, over all series: the best τ beside τ_pred."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from tausweep.claims.settings import Claims
from tausweep.figures.figure import TAU_PRED, Figure, Style, Subject
from tausweep.figures.table import Table, written

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib import figure as mpl

    from tausweep.figures.table import Rows

Source = Literal["data", "equations"]


LABELS = ("experiment", "series", "model", "method")


class ClaimsFigure(Figure):
    """The best τ of every sweep over τ_pred, with its interval."""

    kind: Literal["claims"] = "claims"
    source: Source = "data"
    """Where τ_pred is from; of series without known equations, always from the data."""
    sentences: bool = True
    """Whether what is said of every series stands below."""

    version: ClassVar[int | None] = 3
    inputs: ClassVar[tuple[str, ...]] = ("claims",)

    def caption(self, subject: Subject) -> str:  # noqa: D102
        claims = subject.jobs["claims"].settings
        assert isinstance(claims, Claims)
        return f"""\
**The best τ of {subject.title} beside** {TAU_PRED}.
Each row is a sweep of one model on one series. Dots: the τ with the lowest median over members,
over {TAU_PRED} of the {self.source}; an open dot lies at an edge of what was tried, and the best
may lie beyond. Bars: {100 * claims.confidence:g} % intervals from a bootstrap of the members,
widened to the neighbouring τ, as only some were tried, and the uncertainty of {TAU_PRED}. Pale
bands: τ whose medians are at most {claims.good:g} times the lowest. Grey: the best says nothing,
as at no τ did the models learn the attractor, or as floor and ceiling of the metric nearly meet, so
that it cannot tell them apart. Vertical line: the best τ is {TAU_PRED}.

Look for: bars that hold the line; whether models agree on a series; how wide the bands are, that
is, how much it matters.
"""

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:  # noqa: D102
        from tausweep.figures.drawing.claims import claims

        return claims(inputs["claims"], self, style)


class ClaimsTable(Table):
    """The best τ of every sweep, in numbers and in words."""

    kind: Literal["claims_table"] = "claims_table"

    version: ClassVar[int | None] = 1
    inputs: ClassVar[tuple[str, ...]] = ("claims",)

    def caption(self, subject: Subject) -> str:  # noqa: D102
        return f"""\
**The best τ of every sweep of {subject.title}**, its interval, and its ratio to {TAU_PRED}.

Look for: verdicts other than near one.
"""

    def rows(self, inputs: Mapping[str, xr.Dataset]) -> Rows:
        """One row for each sweep, quantity and source of τ_pred."""
        found = inputs["claims"]
        yield (
            *LABELS,
            *("by", "best_tau", "lower", "upper"),
            *("good_from", "good_to", "tau_pred", "from", "ratio", "ratio_lower", "ratio_upper"),
            "verdict",
        )
        for i in range(found.sizes["sweep"]):
            for q, quantity in enumerate(found["quantity"].values.tolist()):
                for s, source in enumerate(found["source"].values.tolist()):
                    sweep = found.isel(sweep=i)
                    yield (
                        *(str(sweep[name].values) for name in LABELS),
                        quantity,
                        written(sweep["best_tau"][q]),
                        *map(written, sweep["best_tau_interval"][q]),
                        *map(written, sweep["good"][q]),
                        written(sweep["tau_pred"][s]),
                        source,
                        written(sweep["ratio"][q, s]),
                        *map(written, sweep["ratio_interval"][q, s]),
                        str(sweep["verdict"][q, s].values),
                    )

    def remarks(self, inputs: Mapping[str, xr.Dataset]) -> list[str]:
        """One sentence for each series."""
        return [str(text) for text in inputs["claims"]["sentence"].values.ravel()]
