"""How good trained models are against the setting that was swept (Mikhaeil et al. 2022, Fig. 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field

from tausweep.figures.figure import LAMBDA_MAX, TAU_PRED, Figure, Style, Subject, listed, rst
from tausweep.figures.quantities import known, usual
from tausweep.metrics.quantities import Quantity, split
from tausweep.settings import Fraction, Name

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib import figure as mpl

TAU = "tau"
"""The setting that τ_pred is a value of."""


class SweepFigure(Figure):
    """The sweep: metrics against τ, or what else is swept."""

    kind: Literal["sweep"] = "sweep"
    metrics: Annotated[list[Quantity], Field(min_length=1, max_length=12)] | None = None
    """What is shown, each in a panel: variables of the metrics, as D_stsp_legacy, or
    prediction_error@20 where there are several steps ahead. Default: D_stsp and D_H."""
    setting: Name | None = None
    """What is on the axis below. Default: there is a figure for each setting that methods sweep."""
    band: Fraction = 0.5
    """Fraction of members inside the shaded band around the median."""
    log_tau: bool = True
    """Whether the axis of τ is logarithmic."""

    version: ClassVar[int | None] = 7
    inputs: ClassVar[tuple[str, ...]] = ("collect",)

    def variants(self, subject: Subject) -> Mapping[str, Self]:
        """One for each setting that is swept; that of τ has the plain name."""
        if self.metrics is not None:
            known("metrics", self.metrics, subject)
        swept = subject.swept or [TAU]
        if self.setting is not None and self.setting not in swept:
            raise ValueError(
                f"setting must be swept by a method, found {self.setting!r}; allowed: "
                f"{', '.join(swept)}"
            )
        metrics = self.metrics or list(usual(subject))
        return {
            "" if setting == TAU else f"-{setting}": self.model_copy(
                update={"setting": setting, "metrics": metrics}
            )
            for setting in ([self.setting] if self.setting else swept)
            if metrics
        }

    def caption(self, subject: Subject) -> str:  # noqa: D102
        names = {split(quantity)[0]: split(quantity)[1] for quantity in self.metrics or ()}
        about = [
            f"{_quantity(name, place)} ({rst(subject.measured[name].long_name)})"
            for name, place in names.items()
        ]
        every = subject.experiment.methods
        methods = [method for method in every if method.setting == self.setting]
        across = [m.name or m.method for m in every if m.setting != self.setting]
        across += list(dict.fromkeys(subject.fitted.values()))
        others = (
            f"What does not sweep it ({listed(across)}) is a line and a band across; what sweeps "
            "another setting, at its best value.\n"
            if across
            else ""
        )
        tau = self.setting == TAU
        return f"""\
**Quality of the reconstruction of {subject.title} against {in_words(self.setting)}.**
Trained: {subject.trained}. {_values(self.setting, methods)}Panels: {"; ".join(about)}.
{_beware(names)}Lines are medians over the {subject.experiment.members} independently trained
members, bands their central {100 * self.band:g} %; every member is a dot, drawn a little beside its
value, and a cross if its orbit diverged (at the upper edge where it has no value). Diverged members
count in the medians. The dashed line (floor) compares the data with other data of the same system
and length: a perfect model comes out about there. The dotted line (ceiling) is a constant orbit.
Where the two nearly meet, the panel says that its metric cannot tell models apart.
{others}{_tau_pred() if tau else ""}
Look for: where the metrics have their minimum{f", relative to {TAU_PRED}," if tau else ""} and how
close to the floor they come.
"""

    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:  # noqa: D102
        from tausweep.figures.drawing.sweep import sweep

        return sweep(inputs["collect"], self, series, style)


def in_words(setting: str | None) -> str:
    """A setting as captions name it."""
    named = {
        "tau": "the learning interval τ, after which a model is put back on the data",
        "alpha": "the strength α with which states are drawn towards the data at every step",
        "threshold": "the threshold at which gradients are clipped",
        "spread": "the jitter Δ of the learning interval, drawn for every batch from τ ± Δ",
    }
    return named.get(str(setting), rst(setting))


def _values(setting: str | None, methods: list[Any]) -> str:
    """The values that are swept, as they were asked for."""
    values = {_value(value): None for method in methods for value in method.values}
    if not values:
        return ""
    steps = " (in steps)" if setting == TAU else ""
    return f"Its values{steps}: {', '.join(values)}. "


def _value(value: Any) -> str:
    if (sweep := getattr(value, "best_of", None)) is not None:
        times = "" if value.times == 1 else f"{value.times:g} of "
        return f"{times}the best of {rst(sweep)}"
    relative = getattr(value, "of_tau_pred", None)
    return f"{value:g}" if relative is None else f"{relative:g} {TAU_PRED}"


def _quantity(name: str, place: int | None) -> str:
    """The name of a variable with its index below."""
    letter, _, below = name.partition("_")
    if letter == "D":
        index, _, more = below.partition("_")
        return rf"D\ :sub:`{index}`" + (f", {rst(more)}" if more else "")
    return rst(name) + ("" if place is None else f" at {place}")


def _beware(names: Mapping[str, Any]) -> str:
    """How the metrics are to be read."""
    said = ""
    if {"D_stsp", "D_H"} <= set(names):
        said += (
            "Lower is better for both, and neither suffices alone: D\\ :sub:`H` is blind to "
            "amplitudes, D\\ :sub:`stsp` to time. "
        )
    if any(name.endswith("_legacy") for name in names):
        said += (
            "Those called legacy are computed as in the published code of Mikhaeil, Monfared and "
            "Durstewitz (2022), to compare with published numbers. "
        )
    return said


def _tau_pred() -> str:
    return (
        f"The vertical line is the predictability time {TAU_PRED} = ln 2 / {LAMBDA_MAX} of the "
        "data with its confidence interval; the thin dotted one follows from the equations, where "
        "the series has any.\n"
    )
