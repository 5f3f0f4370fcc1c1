"""What figures can show of trained models: quantities that its experiment measures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tausweep.metrics.quantities import listed, measured, split

if TYPE_CHECKING:
    from tausweep.figures.figure import Subject


def known(path: str, quantities: Iterable[str], subject: Subject) -> None:
    """Raise ValueError, with the path, unless an experiment measures all of these."""
    allowed = measured(subject.experiment.metrics.chosen)
    for quantity in quantities:
        if quantity not in allowed.get(split(quantity)[0], ()):
            raise ValueError(
                f"{path} must be of what `metrics` measures, found {quantity!r}; allowed: "
                f"{listed(allowed)}"
            )


def judged(subject: Subject) -> list[str]:
    """Variables with one value for each member that say how good it is: lower is better."""
    return [name for name, v in subject.measured.items() if v.reference and not v.dims]


def usual(subject: Subject) -> Sequence[str]:
    """What is shown unless something else is asked for: D_stsp and D_H where they are measured."""
    there = judged(subject)
    return [name for name in ("D_stsp", "D_H") if name in there] or there[:2]
