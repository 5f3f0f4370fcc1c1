"""What figures can show of trained models: variables of the collected results, by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import StringConstraints

if TYPE_CHECKING:
    from tausweep.figures.figure import Subject

Quantity = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*(@[0-9]{1,7})?$", max_length=64)
]
"""A variable of the metrics, as D_stsp; where it has a value at several places, with one of them,
as prediction_error@20 (after 20 steps) or lyapunov_spectrum@1 (the largest exponent)."""

WIDEST = 1_000
"""Variables of a signal: with so many, a metric has every place that it can have."""


def split(quantity: str) -> tuple[str, int | None]:
    """The variable's name, and the place where there are several."""
    name, _, place = quantity.partition("@")
    return name, int(place) if place else None


def known(path: str, quantities: Iterable[str], subject: Subject) -> None:
    """Raise ValueError, with the path, unless an experiment measures all of these."""
    allowed: dict[str, set[str]] = {}
    for metric in subject.experiment.metrics.chosen:
        for name, variable in metric.variables.items():
            if not variable.dims:
                allowed[name] = {name}
            elif (dim := variable.dims[0]) in (coordinates := metric.coordinates(WIDEST)):
                allowed[name] = {f"{name}@{place}" for place in coordinates[dim][0]}
    for quantity in quantities:
        name, _ = split(quantity)
        if quantity not in allowed.get(name, ()):
            names = [n if v == {n} else f"{n}@{_places(v)}" for n, v in allowed.items()]
            raise ValueError(
                f"{path} must be of what `metrics` measures, found {quantity!r}; allowed: "
                f"{', '.join(names)}"
            )


def _places(quantities: set[str]) -> str:
    """The places there are: all where they are few."""
    places = sorted(place for _, place in map(split, quantities) if place is not None)
    shown = [str(place) for place in places]
    return "(" + "|".join([*shown[:8], "…"] if len(shown) > 9 else shown) + ")"


def judged(subject: Subject) -> list[str]:
    """Variables with one value for each member that say how good it is: lower is better."""
    return [name for name, v in subject.measured.items() if v.reference and not v.dims]


def usual(subject: Subject) -> Sequence[str]:
    """What is shown unless something else is asked for: D_stsp and D_H where they are measured."""
    there = judged(subject)
    return [name for name in ("D_stsp", "D_H") if name in there] or there[:2]
