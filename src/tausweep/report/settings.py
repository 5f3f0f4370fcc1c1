"""What a page tells of; written by the plan, not by people."""

from __future__ import annotations

from typing import Literal

from tausweep.figures.settings import Drawing
from tausweep.settings import Name, Settings


class Shown(Settings):
    """A figure or a table on a page."""

    name: str
    """Of its files without suffix, under results/figures/."""
    key: str
    """It was drawn with; a page is written anew when its figures are drawn anew."""
    caption: str
    """In reStructuredText."""
    drawing: Drawing
    inputs: dict[str, str]
    """What it is drawn from, by role."""

    @property
    def kind(self) -> str:
        """Of the figure."""
        return str(type(self.drawing.figure).model_fields["kind"].default)


class Chapter(Settings):
    """A series of an experiment."""

    series: Name
    inputs: dict[str, str]
    """Its results by role: `series`, `signal`, `lyapunov`; `truth` of simulated ones."""
    figures: list[Shown]


class Page(Settings):
    """A page on an experiment, or on the experiments of a study together."""

    name: Name
    kind: Literal["experiment", "study"]
    trained: str
    """What was trained, in reStructuredText; empty where nothing was, or on the page of a study."""
    chapters: list[Chapter]
    """One for each series; none on the page of a study."""
    inputs: dict[str, str]
    """What is told of all series together, by role: `collect`, `claims`, `reproduction`."""
    unjudged: str
    """Why no τ is called the best; empty where one is."""
    figures: list[Shown]
    """Of all series together."""
    pages: list[Name]
    """The experiments of a study."""
    study: Name | None
    """The study that an experiment is part of; None where it stands alone."""
    configuration: str
    """What is not a default, in YAML."""

    @property
    def references(self) -> list[str]:
        """The results that it tells of and shows, each once."""
        told = [self.inputs, *(chapter.inputs for chapter in self.chapters)]
        shown = [
            *self.figures,
            *(figure for chapter in self.chapters for figure in chapter.figures),
        ]
        told += [figure.inputs for figure in shown]
        return list(dict.fromkeys(name for inputs in told for name in inputs.values()))
