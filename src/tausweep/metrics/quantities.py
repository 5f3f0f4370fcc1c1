"""Quantities: what a trained member has one number of, as configurations and figures name it.

A variable of the metrics, as `D_stsp`; of one that has a value at several places, one of these, as
`prediction_error@20` (after 20 steps) or `lyapunov_spectrum@1` (the largest exponent).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import StringConstraints

from tausweep.metrics.metric import Metric, Variable

if TYPE_CHECKING:
    import xarray as xr

Quantity = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*(@[0-9]{1,7})?$", max_length=64)
]

WIDEST = 1_000
"""Variables of a signal: with so many, a metric has every place that it can have."""


def split(quantity: str) -> tuple[str, int | None]:
    """The variable's name, and the place where there are several."""
    name, _, place = quantity.partition("@")
    return name, int(place) if place else None


def measured(metrics: Iterable[Metric]) -> dict[str, list[str]]:
    """Quantities of these metrics, by variable."""
    found: dict[str, list[str]] = {}
    for metric in metrics:
        for name, variable in metric.variables.items():
            places = _places(metric, variable)
            if places is not None:
                found[name] = [f"{name}@{place}" for place in places] or [name]
    return found


def _places(metric: Metric, variable: Variable) -> list[int] | None:
    """Where a variable has values; none at all of a single value, None if they cannot be named."""
    if not variable.dims:
        return []
    coordinates = metric.coordinates(WIDEST)
    return list(coordinates[variable.dims[0]][0]) if variable.dims[0] in coordinates else None


def listed(quantities: Mapping[str, list[str]]) -> str:
    """All of them in words, places of a variable together."""
    return ", ".join(
        name if of == [name] else f"{name}@{_alternatives(of)}" for name, of in quantities.items()
    )


def _alternatives(quantities: list[str]) -> str:
    """The places there are: all where they are few."""
    places = [str(split(quantity)[1]) for quantity in quantities]
    return "(" + "|".join([*places[:8], "…"] if len(places) > 9 else places) + ")"


def selected(dataset: xr.Dataset, quantity: str, suffix: str = "") -> xr.DataArray:
    """A quantity of a Dataset, at its place, or what is beside it, as its `_floor`.

    Raises
    ------
    ValueError
        The Dataset does not hold it.
    """
    name, place = split(quantity)
    if (stored := name + suffix) not in dataset:
        raise ValueError(f"the results do not hold {stored}")
    found = dataset[stored]
    (dim,) = [d for d in found.dims if d != "run"] or (None,)
    if dim is None or place is None:
        return found
    if place not in found[dim].to_numpy():
        raise ValueError(
            f"the results hold no {quantity}; of {name} there are {found[dim].to_numpy().tolist()}"
        )
    return found.sel({dim: place})
