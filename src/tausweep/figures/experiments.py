"""The experiments of a study side by side: what is different in them, and what that does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from tausweep.figures.figure import Figure, Style, Subject, listed
from tausweep.figures.table import Table, written
from tausweep.members.quantile import quantile
from tausweep.metrics.quantities import Quantity, selected

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib import figure as mpl

    from tausweep.figures.table import Rows

Quantities = Annotated[tuple[Quantity, ...], Field(min_length=1, max_length=12)]
DISTANCES: Quantities = ("D_stsp", "D_H")
LABELS = ("experiment", "series", "model", "method")


class ExperimentsFigure(Figure):
    """Members of all experiments of a study."""

    kind: Literal["experiments"] = "experiments"
    quantities: Quantities = DISTANCES
    """What is shown: variables of the metrics, a column of panels each."""

    version: ClassVar[int | None] = 1
    inputs: ClassVar[tuple[str, ...]] = ("pool",)

    def caption(self, subject: Subject) -> str:  # noqa: D102
        return f"""\
**The experiments of {subject.title} side by side**, by {listed(self.quantities)}. Rows of panels:
models, each on its series. Every member is a dot, a bar the median of a setting's members; a cross
stands at the right edge for a member that has no finite value. Dashed (floor) and dotted (ceiling)
lines are the data against other data of the same length, and a constant orbit; the thin line is
zero.

Look for: medians that differ by more than the members of each.
"""

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:  # noqa: D102
        from tausweep.figures.drawing.experiments import experiments

        return experiments(inputs["pool"], self, style)


class ExperimentsTable(Table):
    """The same in numbers."""

    kind: Literal["experiments_table"] = "experiments_table"
    quantities: Quantities = DISTANCES
    """What is shown: variables of the metrics, three columns each."""

    version: ClassVar[int | None] = 1
    inputs: ClassVar[tuple[str, ...]] = ("pool",)

    def caption(self, subject: Subject) -> str:  # noqa: D102
        return f"""\
**The experiments of {subject.title} side by side**: medians of the members, and the least and the
largest of them.

Look for: medians that differ by more than the members of each.
"""

    def rows(self, inputs: Mapping[str, xr.Dataset]) -> Rows:
        """One row for each value of each sweep."""
        pool = inputs["pool"]
        ends = [f"{name}{end}" for name in self.quantities for end in ("", " least", " largest")]
        yield (*LABELS, "value", "members", "diverged", *ends)
        for label, value, rows in sweeps(pool):
            numbers = [
                written(quantile(values(rows, name), q))
                for name in self.quantities
                for q in (0.5, 0.0, 1.0)
            ]
            lost = str(int((rows["diverged"] == 1).sum()))
            yield (*label, written(value), str(rows.sizes["run"]), lost, *numbers)


def sweeps(pool: xr.Dataset) -> Iterator[tuple[tuple[str, ...], float, xr.Dataset]]:
    """The members of each value of each sweep: labels, value (of τ, in steps), rows."""
    swept = np.where(pool["setting"] == "tau", pool["tau"], pool["value"])
    labels = zip(*(pool[name].to_numpy().astype(str) for name in LABELS), strict=True)
    keys = list(zip(labels, swept.tolist(), strict=True))
    for label, value in dict.fromkeys((label, _key(value)) for label, value in keys):
        here = [name == label and _key(v) == value for name, v in keys]
        yield label, np.nan if value is None else value, pool.isel(run=here)


def values(rows: xr.Dataset, quantity: str) -> np.ndarray:
    """Those of a quantity, NaN where it has none.

    Raises
    ------
    ValueError
        The results do not hold it.
    """
    return np.asarray(selected(rows, quantity).to_numpy(), float)


def _key(value: float) -> float | None:
    """A value that equals itself."""
    return None if np.isnan(value) else value
