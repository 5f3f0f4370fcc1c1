"""What a figure is: settings, what it is drawn from, when, its drawing, and its caption.

A figure is one class in a module of its own, and a field of `settings.Figures`. Modules with these
classes are imported when a workflow is parsed: what is heavy, matplotlib above all, is imported in
`draw`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, TypeAlias

from pydantic import Field, Strict, StrictBool, StrictFloat, StrictInt, StrictStr, field_validator

from tausweep.figures.colours import Colour
from tausweep.models.dynamics import Fitted
from tausweep.settings import Name, Settings

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib import figure as mpl

    from tausweep.experiment import Experiment
    from tausweep.job import Job
    from tausweep.metrics.metric import Variable

LAMBDA_MAX = r"λ\ :sub:`max`"
TAU_PRED = r"τ\ :sub:`pred`"
"""In captions."""


CYCLES = ("axes.prop_cycle",)
"""Settings of matplotlib that it evaluates as Python."""
Scalar: TypeAlias = StrictBool | StrictInt | StrictFloat | StrictStr
Sheet: TypeAlias = Scalar | list[Scalar]
"""What one of matplotlib's settings can be."""


class Style(Settings):
    """How figures look. Nothing here changes a number, so nothing here is in a key of results."""

    colours: dict[Name, Colour] = {}
    """Colour of a model by its name, '#rrggbb' or a name of CSS; Okabe-Ito's colours otherwise.
    Where one model is trained by several methods, of a method by its name."""
    width: Annotated[float, Strict(), Field(ge=1, le=50)] = 7.0
    """Width of a figure, in inches."""
    font_size: Annotated[float, Strict(), Field(ge=1, le=72)] = 8.0
    """In points."""
    dpi: Annotated[int, Strict(), Field(ge=10, le=1200)] = 200
    """Of the PNG files; fewer where these would have more than 12 000 pixels on a side."""
    matplotlib: dict[str, Sheet] = {}
    """Matplotlib's own settings, as in its style sheets, laid over ours: `axes.grid: true`."""

    @field_validator("matplotlib")
    @classmethod
    def _known(cls, sheet: dict[str, Sheet]) -> dict[str, Sheet]:
        if sheet:
            import matplotlib as mpl  # here: few configurations ask for it

            for name, value in sheet.items():
                if name in CYCLES:
                    raise ValueError(f"{name}: colours of models are set by `colours`")
                try:
                    mpl.RcParams({name: value})
                except KeyError:
                    raise ValueError(f"{name!r} is no setting of matplotlib") from None
                except ValueError as error:
                    raise ValueError(str(error).removeprefix("Key ")) from None
        return sheet


@dataclass(frozen=True)
class Subject:
    """A series whose figures are planned: all that is known before anything ran."""

    series: str
    experiment: Experiment
    jobs: Mapping[str, Job]
    """What figures can be drawn from, by role: the outputs of the stages `series`, `signal`,
    `lyapunov`, `truth` (of simulated series) and `collect` (where models are trained)."""
    before: str = ""
    """The step of the signal before which these are of, where they are not of the whole signal."""

    @property
    def title(self) -> str:
        """The series as captions name it."""
        return f'"{rst(self.series)}"' + (f" before {self.before}" if self.before else "")

    @property
    def swept(self) -> list[str]:
        """The settings that methods sweep, in their order."""
        settings = (method.setting for method in self.experiment.methods)
        return list(dict.fromkeys(setting for setting in settings if setting is not None))

    @property
    def measured(self) -> dict[str, Variable]:
        """What is known of each variable that the metrics give for every trained member."""
        metrics = self.experiment.metrics.chosen
        return {name: v for metric in metrics for name, v in metric.variables.items()}

    @property
    def trained(self) -> str:
        """What was trained, for captions."""
        ex = self.experiment
        methods = [method.name or method.method for method in ex.methods]
        recurrent = [name for name in ex.models if name not in self.fitted]
        parts = [f"{listed(recurrent)} by {listed(methods)}"] if recurrent else []
        parts += [f"{rst(name)} by {by}" for name, by in self.fitted.items()]
        members = f"{ex.members} {'members' if ex.members > 1 else 'member'} each"
        return f"{', '.join(parts)}; {members}"

    @property
    def fitted(self) -> dict[str, str]:
        """The models that no method trains, and how they are fitted."""
        models = self.experiment.models.items()
        return {name: model.by for name, model in models if isinstance(model, Fitted)}


class Figure(Settings, ABC):
    """Settings of a figure, and its code.

    A class has a field `kind`, the literal name under which `settings.Figures` holds it, and a
    `version` of its own, to be raised when figures shall be drawn anew by changed code.
    """

    inputs: ClassVar[tuple[str, ...]]
    """Roles (see `Subject.jobs`) of what it is drawn from: it is drawn of series that have all."""
    formats: ClassVar[tuple[str, ...]] = ("pdf", "png")
    """Of the files it is written to."""
    styled: ClassVar[bool] = True
    """Whether `Style` changes it."""
    extra: ClassVar[tuple[str, ...]] = ()
    """Roles of what it shows as well where a series has it."""

    def variants(self, subject: Subject) -> Mapping[str, Self]:
        """What is drawn of a series: settings in full, by what is added to the name of the file.

        Raises
        ------
        ValueError
            A setting cannot be, with this experiment; the message begins with the setting's name.
        """
        return {"": self}

    @abstractmethod
    def caption(self, subject: Subject) -> str:
        """What it shows and what to look for, in reStructuredText; of settings from `variants`.

        Names of series, models and methods are written by `rst`, or they could be markup.
        """

    @abstractmethod
    def draw(self, inputs: Mapping[str, xr.Dataset], series: str, style: Style) -> mpl.Figure:
        """Draw it from outputs of stages, by role.

        Raises
        ------
        ValueError
            The inputs hold no such series, or not what a setting asks for.
        """


def rst(text: Any) -> str:
    """Text that reStructuredText shall not take for markup, such as the name noisy_."""
    return re.sub(r"([^\w\s]|_)", r"\\\1", str(text))


def listed(names: Any) -> str:
    """Names for a caption: a, b and c."""
    *most, last = [rst(name) for name in names]
    return f"{', '.join(most)} and {last}" if most else last
