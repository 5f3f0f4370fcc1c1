"""Published numbers beside ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from tausweep.figures.figure import Figure, Style, Subject
from tausweep.figures.table import Table, written

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib import figure as mpl

    from tausweep.figures.table import Rows


class ReproductionFigure(Figure):
    """Published metrics against τ, and ours."""

    kind: Literal["reproduction"] = "reproduction"

    version: ClassVar[int | None] = 1
    inputs: ClassVar[tuple[str, ...]] = ("reproduction",)

    def caption(self, subject: Subject) -> str:  # noqa: D102
        return f"""\
**Published numbers and those of {subject.title}.** Rows: metrics, as the published code computes
them; columns: series. Open marks on thin dashed lines: published means. Filled marks on full lines:
means over our members that have a value, with 95 % intervals by a bootstrap of the members. At the
right: methods that have no τ.

Look for: intervals that hold the published means; the same shape over τ where they do not.
"""

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:  # noqa: D102
        from tausweep.figures.drawing.reproduction import reproduction

        return reproduction(inputs["reproduction"], style)


class ReproductionTable(Table):
    """Every published number, ours, and what comes of it."""

    kind: Literal["reproduction_table"] = "reproduction_table"

    version: ClassVar[int | None] = 1
    inputs: ClassVar[tuple[str, ...]] = ("reproduction",)

    def caption(self, subject: Subject) -> str:  # noqa: D102
        return f"""\
**Published numbers and those of {subject.title}**, point by point, with a verdict.

Look for: what is worse, and what its note says.
"""

    def rows(self, inputs: Mapping[str, xr.Dataset]) -> Rows:
        """One row for each published number."""
        found = inputs["reproduction"]
        texts = ("series", "model", "method", "metric")
        numbers = ("tau", "published", "ours", "lower", "upper", "median", "difference")
        counts, ends = ("members", "lost"), ("verdict", "experiment", "note")
        yield (*texts, *numbers, *counts, *ends)
        for i in range(found.sizes["point"]):
            row = found.isel(point=i)
            yield (
                *(str(row[name].values) for name in texts),
                *(written(row[name]) for name in (*numbers, *counts)),
                *(str(row[name].values) for name in ends),
            )

    def remarks(self, inputs: Mapping[str, xr.Dataset]) -> list[str]:
        """How many points came out how, by series and metric."""
        found = inputs["reproduction"]
        verdict = found["verdict"].values
        keys = list(zip(found["series"].values, found["metric"].values, strict=True))
        told = []
        for series, metric in dict.fromkeys(keys):
            here = [v for v, key in zip(verdict, keys, strict=True) if key == (series, metric)]
            counts = ", ".join(f"{here.count(v)} {v}" for v in dict.fromkeys(here))
            told.append(f"{series}, {metric}: {counts}")
        return told
