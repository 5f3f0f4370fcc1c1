"""From a configuration to the jobs of every stage and their keys.

This is the only place that knows what depends on what. It is plain Python and fast, because
Snakemake builds a plan each time it parses the workflow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tausweep.collect.settings import Collect, Sweep
from tausweep.errors import ConfigError
from tausweep.experiment import Experiment
from tausweep.figures.figure import Subject
from tausweep.figures.settings import Drawing
from tausweep.job import Job, file_reference
from tausweep.members.settings import Members
from tausweep.metrics.metric import Comparison, Metric
from tausweep.models.dynamics import Fitted
from tausweep.models.settings import Model
from tausweep.orbit.settings import Part
from tausweep.reference.settings import Reference
from tausweep.series.settings import File, Published, Series
from tausweep.systems.system import Simulated
from tausweep.training.methods.method import RelativeTau, TrainingMethod
from tausweep.training.methods.registry import Method
from tausweep.training.settings import Fit, Train


class Trained(NamedTuple):
    """A training job and what follows from it alone."""

    method: TrainingMethod | None
    """None where a model is fitted in one go."""
    train: Job
    orbits: Mapping[Part, Job]
    """By the part of the signal they are compared with."""

    def measured(self, metric: Metric) -> Job:
        """What a metric is measured of."""
        return self.orbits[metric.part] if isinstance(metric, Comparison) else self.train


class Plan:
    """All jobs and figures of an experiment.

    Raises ConfigError where the experiment names a file that cannot be read.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.jobs: dict[str, Job] = {}
        self.figures: dict[str, Job] = {}
        """By the name of their files."""
        self.captions: dict[str, str] = {}
        """Of the figures, in reStructuredText."""
        self.labels: dict[str, str] = {}
        self.downloads: dict[str, str] = {}
        """Where each file that others publish is fetched from, by its path here."""
        lyapunov: dict[str, Job] = {}
        truth: dict[str, Job] = {}
        noisy: dict[str, Job] = {}
        prepared: dict[str, dict[str, Job]] = {}
        sweeps: list[Sweep] = []
        members: list[Job] = []
        metrics: list[Job] = []
        reference: list[Job] = []
        for name, series in experiment.series.items():
            raw = self._series(name, series)
            signal = self._add("signal", experiment.signal, series=raw)
            lyapunov[name] = self._add("lyapunov", experiment.lyapunov, signal=signal)
            if isinstance(series, Simulated):
                truth[name] = self._add("truth", experiment.truth, series=raw)
                self._label(name, truth[name])
            prepared[name] = {"series": raw, "signal": signal, "lyapunov": lyapunov[name]}
            prepared[name] |= {"truth": truth[name]} if name in truth else {}
            self._label(name, raw, signal, lyapunov[name])
            if (before := experiment.signal.without("denoise")) != experiment.signal:
                still_noisy = self._add("signal", before, series=raw)
                noisy[name] = self._add("lyapunov", experiment.lyapunov, signal=still_noisy)
                self._label(f"{name} before denoise", still_noisy, noisy[name])
            for label, model in experiment.models.items():
                for method in self._methods(model):
                    by = _name(model, method)
                    title = f"{label} on {name} by {by}"
                    trained = self._train(title, model, method, signal, lyapunov[name])
                    measured = self._measure(title, trained, signal)
                    members.append(self._members(title, method, trained, signal))
                    metrics += measured
                    sweeps.append(
                        Sweep(
                            series=name,
                            model=label,
                            method=by,
                            setting=method and method.setting,
                            metrics=len(measured),
                        )
                    )
            if experiment.models:
                reference += self._reference(name, signal)
        collected = None
        if members:
            collected = self._add(
                "collect",
                Collect(series=list(lyapunov), simulated=list(truth), sweeps=sweeps),
                members=members,
                metrics=metrics,
                reference=reference,
                lyapunov=list(lyapunov.values()),
                truth=list(truth.values()),
            )
        shared = {} if collected is None else {"collect": collected}
        for name, found in prepared.items():
            self._draw(Subject(name, experiment, {**found, **shared}))
            if name in noisy:
                known = {"truth": truth[name]} if name in truth else {}
                roles = {"lyapunov": noisy[name], **known}
                self._draw(Subject(name, experiment, roles, "its noise was reduced"), "-noisy")

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
                f"results/{stage}/{key}.nc is no part of experiment {self.experiment.experiment}: "
                "it was made with another configuration or version"
            ) from None

    def __format__(self, key: str) -> str:
        """What the job with this key is about, for messages: `f"{plan:{key}}"`."""
        return self.labels.get(key, key)

    def _label(self, label: str, *jobs: Job) -> None:
        self.labels.update({job.key: label for job in jobs})

    def _add(self, stage: str, settings: Any, **inputs: Job | list[Job]) -> Job:
        references = {
            role: i.reference if isinstance(i, Job) else [c.reference for c in i]
            for role, i in inputs.items()
        }
        return self._keep(Job(stage, settings, references))

    def _keep(self, job: Job) -> Job:
        return self.jobs.setdefault(job.reference, job)

    def _series(self, name: str, series: Series) -> Job:
        match series:
            case File():
                return self._file(name, series)
            case Published():
                return self._published(name, series)
            case _:
                return self._add("series", series)

    def _file(self, name: str, series: File) -> Job:
        _no_braces(f"series.{name}.path", series.path)
        try:
            raw = file_reference(series.path)
        except OSError as error:
            raise ConfigError(
                f"series.{name}.path: cannot read {series.path!r} in {Path.cwd()}: "
                f"{error.strerror}; give the path of a .npy, .csv or .nc file"
            ) from None
        return self._keep(Job("series", series, {"raw": raw}, (series.path,)))

    def _published(self, name: str, series: Published) -> Job:
        _no_braces(f"series.{name}.directory", series.directory)
        files = series.files()
        paths = tuple(f"{series.directory.rstrip('/')}/{Path(file).name}" for file in files)
        for path, file in zip(paths, files, strict=True):
            url = f"{series.url.rstrip('/')}/{file}"
            if self.downloads.setdefault(path, url) != url:
                raise ConfigError(
                    f"series.{name}.url: {path} would come from {url} and, for another series, "
                    f"from {self.downloads[path]}: give both the same url, or directories"
                )
        raw = [f"published/{file}" for file in files]
        return self._keep(Job("series", series, {"raw": raw}, paths))

    def _methods(self, model: Model) -> Sequence[Method | None]:
        """The methods that a model is trained by: none for one that is fitted in one go."""
        return [None] if isinstance(model, Fitted) else self.experiment.methods

    def _train(
        self, title: str, model: Model, method: TrainingMethod | None, signal: Job, lyapunov: Job
    ) -> list[Trained]:
        """Training and orbits of one model by one method: for each value and block of members."""
        ex = self.experiment
        done = []
        for single in [None] if method is None else method.single():
            for first in range(0, ex.members, ex.block):
                settings = self._training(model, single, first)
                relative = {"lyapunov": lyapunov} if settings.of_tau_pred else {}
                train = self._add("train", settings, signal=signal, **relative)
                orbits = {
                    part: self._add("orbit", ex.orbit_along(part), train=train, signal=signal)
                    for part in ex.parts
                }
                done.append(Trained(single, train, orbits))
                self._label(
                    f"{title}{_at(single)}, members {first} to {first + ex.block - 1}",
                    *(train, *orbits.values()),
                )
        return done

    def _training(self, model: Model, single: TrainingMethod | None, first: int) -> Train | Fit:
        """What makes a block of members."""
        ex = self.experiment
        block = {"model": model, "first_member": first, "members": ex.block}
        if single is None:
            return Fit(**block)
        return Train(**block, method=single, training=ex.resolved_training)

    def _members(
        self, title: str, method: TrainingMethod | None, trained: list[Trained], signal: Job
    ) -> Job:
        """What is kept of the members of a sweep."""
        swept = [each.method and each.method.swept for each in trained]
        settings = Members(
            setting=method and method.setting,
            values=[value if isinstance(value, int | float) else None for value in swept],
            excerpt=self.experiment.metrics.excerpt,
        )
        job = self._add(
            "members",
            settings,
            signal=signal,
            train=[each.train for each in trained],
            orbit=[each.orbits["held_out"] for each in trained],
        )
        self._label(title, job)
        return job

    def _measure(self, title: str, trained: list[Trained], signal: Job) -> list[Job]:
        """Every metric of a sweep: one job, or, where it is costly, one per training job."""
        done = []
        for metric in self.experiment.metrics.chosen:
            jobs = [each.measured(metric) for each in trained]
            for part in [[job] for job in jobs] if metric.costly else [jobs]:
                done.append(self._add("metrics", metric, signal=signal, **{metric.needs: part}))
                self._label(f"{metric.name} of {title}", done[-1])
        return done

    def _reference(self, name: str, signal: Job) -> list[Job]:
        """Floor and ceiling of every metric on a signal."""
        ex = self.experiment
        done = []
        for metric in ex.metrics.chosen:
            settings = Reference(metric=metric, steps=ex.orbit.steps)
            done.append(self._add("reference", settings, signal=signal))
            self._label(f"{metric.name} on {name}", done[-1])
        return done

    def _draw(self, subject: Subject, suffix: str = "") -> None:
        """Every figure that a series has the results for, by the name of its files."""
        figures = self.experiment.figures
        for kind, figure in figures.chosen.items():
            if not subject.jobs.keys() >= set(figure.inputs):
                continue
            shown = [role for role in (*figure.inputs, *figure.extra) if role in subject.jobs]
            inputs = {role: subject.jobs[role].reference for role in shown}
            for variant, settings in figure.variants(subject).items():
                name = f"{kind}{variant}{suffix}_{subject.series}"
                drawing = Drawing(figure=settings, series=subject.series, style=figures.style)
                self.figures[name] = Job("figure", drawing, inputs)
                self.captions[name] = settings.caption(subject)


def _no_braces(path: str, value: str) -> None:
    """Snakemake takes what is in braces for a wildcard, and knows no way to say otherwise."""
    if "{" in value or "}" in value:
        raise ConfigError(f"{path}: found {value!r}, and braces cannot be used: rename it")


def _name(model: Model, method: TrainingMethod | None) -> str:
    """How figures name what a model is made by."""
    if method is None:
        assert isinstance(model, Fitted)
        return model.by
    return method.name or str(getattr(method, "method"))  # noqa: B009  # a literal in each class


def _at(method: TrainingMethod | None) -> str:
    if method is None:
        return ""
    match method.swept:
        case None:
            return ""
        case RelativeTau(of_tau_pred=multiple):
            return f", tau = {multiple:g} tau_pred"
        case value:
            return f", {method.setting} = {value}"
