"""From a configuration to the jobs of every stage and their keys.

This and `dependencies` are the only places that know what depends on what. They are plain Python
and fast, because Snakemake builds a plan each time it parses the workflow.
"""

from __future__ import annotations

from tausweep.claims.settings import ClaimsOf
from tausweep.dependencies import Dependencies
from tausweep.drawn import REPORT
from tausweep.errors import ConfigError
from tausweep.experiment import Experiment
from tausweep.figures.figure import Style, Subject
from tausweep.figures.settings import Drawing, Figures
from tausweep.job import RESULTS, Job
from tausweep.jobs import Jobs
from tausweep.pool.settings import Pool
from tausweep.report.pages import pages
from tausweep.reproduction.settings import Reproduction
from tausweep.study import Study
from tausweep.sweeps import Sweeps

FIGURES = f"{RESULTS}/figures"
FORMATS = ("html", "rst")
"""Of the files of reports."""


class Plan:
    """All jobs and figures of an experiment, or of the experiments of a study.

    Raises ConfigError where an experiment names a file that cannot be read, or refers to a sweep
    that is not before it.
    """

    def __init__(self, asked: Experiment | Study) -> None:
        self.study = asked if isinstance(asked, Study) else Study.of(asked)
        self.jobs = Jobs()
        self.figures: dict[str, Job] = {}
        """By the name of their files without suffix, under results/figures/."""
        self.captions: dict[str, str] = {}
        """Of the figures, in reStructuredText."""
        self.judged: dict[str, Job] = {}
        """What all experiments say together, by role: `claims`, `reproduction`."""
        self.downloads = self.jobs.downloads
        sweeps = Sweeps()
        self.parts = [
            Dependencies(experiment, self.jobs, sweeps) for experiment in self.study.experiments
        ]
        """What depends on what in each experiment."""
        for part in self.parts:
            self._draw_experiment(part)
        self._judge([part for part in self.parts if part.collect is not None])
        self.pages = pages(self)
        """The reports, by the directory of figures that each lies in."""
        reports = {f"{name}/{REPORT}": page for name, page in self.pages.items()}
        self.rendered = self.figures | reports
        """Figures and reports, by the name of their files without suffix."""

    def job(self, stage: str, key: str) -> Job:
        """The job with this key.

        Raises
        ------
        ConfigError
            The experiment has no such job.
        """
        try:
            return self.jobs[f"{stage}/{key}"]
        except KeyError:
            raise ConfigError(
                f"results/{stage}/{key}.nc is no part of {self.study.kind} {self.study.name}: "
                "it was made with another configuration or version"
            ) from None

    def files(self, name: str) -> list[str]:
        """The files of a figure or a report, relative to the working directory."""
        formats = self._drawing(name).figure.formats if name in self.figures else FORMATS
        return [f"{FIGURES}/{name}.{suffix}" for suffix in formats]

    def marker(self, name: str) -> str:
        """The file that says, by its name alone, which key a figure or report was made with."""
        directory, file = name.split("/")
        return f"{FIGURES}/{directory}/.drawn/{file}.{self.rendered[name].key}"

    def drawn(self, name: str) -> list[str]:
        """All files of a figure or a report that is there."""
        return [*self.files(name), self.marker(name)]

    def __format__(self, key: str) -> str:
        """What the job with this key is about, for messages: `f"{plan:{key}}"`."""
        return self.jobs.labels.get(key, key)

    def _drawing(self, name: str) -> Drawing:
        drawing = self.figures[name].settings
        assert isinstance(drawing, Drawing)
        return drawing

    def _draw_experiment(self, part: Dependencies) -> None:
        """What is shown of each series, and of theory."""
        ex = part.experiment
        directory, figures = ex.experiment, ex.figures
        shared = {} if part.collect is None else {"collect": part.collect}
        for name, found in part.series.items():
            self._draw(Subject(name, ex, {**found, **shared}), directory, figures, f"_{name}")
            if name in part.noisy:
                subject = Subject(name, ex, part.noisy[name], "its noise was reduced")
                self._draw(subject, directory, figures, f"-noisy_{name}")
        self._draw(Subject(directory, ex, part.theory), directory, figures)

    def _judge(self, parts: list[Dependencies]) -> None:
        """What all experiments say together: of the claim, and beside published numbers."""
        study, roles = self.study, self.judged
        swept = [
            part
            for part in parts
            if part.experiment.sweeps_tau and part.experiment.judged(study.claims.quantities)
        ]
        if swept:
            names, collected = _collected(swept)
            claims = ClaimsOf(experiments=names, **study.claims.model_dump())
            roles["claims"] = self.jobs.add("claims", claims, collect=collected)
            self.jobs.label(f"the best τ of {study.name}", roles["claims"])
        if study.published and parts:
            names, collected = _collected(parts)
            points = Reproduction(experiments=names, published=list(study.published))
            roles["reproduction"] = self.jobs.add("reproduction", points, collect=collected)
            self.jobs.label(f"{study.name} beside published numbers", roles["reproduction"])
        if parts and any("pool" in figure.inputs for figure in study.figures.chosen.values()):
            names, collected = _collected(parts)
            roles["pool"] = self.jobs.add("pool", Pool(experiments=names), collect=collected)
            self.jobs.label(f"all trained members of {study.name}", roles["pool"])
        if roles:
            subject = Subject(study.name, study.experiments[0], roles)
            self._draw(subject, study.name, study.figures)

    def _draw(self, subject: Subject, directory: str, figures: Figures, about: str = "") -> None:
        """Every figure that a subject has the results for, by the name of its files."""
        for kind, figure in figures.chosen.items():
            if not subject.jobs.keys() >= set(figure.inputs):
                continue
            shown = [role for role in (*figure.inputs, *figure.extra) if role in subject.jobs]
            inputs = {role: subject.jobs[role].reference for role in shown}
            for variant, settings in figure.variants(subject).items():
                name = f"{directory}/{kind}{variant}{about}"
                style = figures.style if figure.styled else Style()
                drawing = Drawing(figure=settings, series=subject.series, style=style)
                self.figures[name] = Job("figure", drawing, inputs)
                self.captions[name] = settings.caption(subject)


def _collected(parts: list[Dependencies]) -> tuple[list[str], list[Job]]:
    """Names of experiments that train models, and what is known of these."""
    there = {part.experiment.experiment: part.collect for part in parts if part.collect is not None}
    return list(there), list(there.values())
