"""What depends on what in one experiment: its jobs, from series to collected results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tausweep.best.settings import Judging
from tausweep.collect.settings import Collect, Sweep
from tausweep.errors import ConfigError
from tausweep.experiment import Experiment
from tausweep.job import Job, file_reference
from tausweep.jobs import Jobs
from tausweep.members.settings import Members
from tausweep.metrics.metric import Comparison, Metric
from tausweep.metrics.quantities import split
from tausweep.models.dynamics import Fitted
from tausweep.models.settings import Model
from tausweep.orbit.settings import Part
from tausweep.reference.settings import Reference
from tausweep.series.settings import File, Published, Series
from tausweep.settings import Settings
from tausweep.sweeps import Sweeps, Trial
from tausweep.systems.system import Simulated
from tausweep.training.methods.method import BestTau, RelativeTau, TrainingMethod
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


class Dependencies:
    """All jobs of an experiment, added to those there are, and its sweeps of τ to those before.

    Raises ConfigError where the experiment names a file that cannot be read, or refers to a sweep
    that is not there.
    """

    def __init__(self, experiment: Experiment, jobs: Jobs, sweeps: Sweeps) -> None:
        self.experiment = experiment
        self.jobs = jobs
        self.sweeps = sweeps
        self.sweeps.of[experiment.experiment] = {}
        self.series: dict[str, dict[str, Job]] = {}
        """Of each series, by role: `series`, `signal`, `lyapunov`; `truth` of simulated ones."""
        self.noisy: dict[str, dict[str, Job]] = {}
        """λ_max of the signal before its noise was reduced, of series where it is."""
        self.collect: Job | None = None
        """All that is known of trained models; None where none are trained."""
        self.theory: dict[str, Job] = {}
        """Analyses of how linear systems are learned, by name."""
        for name, series in experiment.series.items():
            self._prepare(name, series)
        for name, analysis in experiment.theory.chosen.items() if experiment.theory else ():
            self.theory[name] = jobs.add("theory", analysis)
            jobs.label(f"theory: {name}", self.theory[name])
        if experiment.models:
            self._collect()

    def _prepare(self, name: str, series: Series) -> None:
        """From a series to its λ_max."""
        ex, jobs = self.experiment, self.jobs
        raw = self._series(name, series)
        signal = jobs.add("signal", ex.signal, series=raw)
        lyapunov = jobs.add("lyapunov", ex.lyapunov, signal=signal)
        known = {}
        if isinstance(series, Simulated):
            known["truth"] = jobs.add("truth", ex.truth, series=raw)
        self.series[name] = {"series": raw, "signal": signal, "lyapunov": lyapunov, **known}
        jobs.label(name, *self.series[name].values())
        if (before := ex.signal.without("denoise")) != ex.signal:
            still_noisy = jobs.add("signal", before, series=raw)
            measured = jobs.add("lyapunov", ex.lyapunov, signal=still_noisy)
            self.noisy[name] = {"lyapunov": measured, **known}
            jobs.label(f"{name} before denoise", still_noisy, measured)

    def _collect(self) -> None:
        """From signals to trained models, what they are worth, and all of it in one job."""
        sweeps: list[Sweep] = []
        members: list[Job] = []
        metrics: list[Job] = []
        for name, found in self.series.items():
            for label, model in self.experiment.models.items():
                for method in self._methods(model):
                    by = made_by(model, method)
                    title = f"{label} on {name} by {by}"
                    at = Trial(name, label, by, kind_of(method))
                    trained = self._train(title, model, method, at)
                    measured = self._measure(title, trained, found["signal"])
                    self._best(title, method, at, trained, measured)
                    members.append(self._members(title, method, trained, found["signal"]))
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
        truth = {name: found["truth"] for name, found in self.series.items() if "truth" in found}
        self.collect = self.jobs.add(
            "collect",
            Collect(series=list(self.series), simulated=list(truth), sweeps=sweeps),
            members=members,
            metrics=metrics,
            reference=[job for name in self.series for job in self._reference(name)],
            lyapunov=[found["lyapunov"] for found in self.series.values()],
            truth=list(truth.values()),
        )
        self.jobs.label(self.experiment.experiment, self.collect)

    def _series(self, name: str, series: Series) -> Job:
        match series:
            case File():
                return self._file(name, series)
            case Published():
                return self._published(name, series)
            case _:
                return self.jobs.add("series", series)

    def _file(self, name: str, series: File) -> Job:
        _no_braces(f"series.{name}.path", series.path)
        try:
            raw = file_reference(series.path)
        except OSError as error:
            raise ConfigError(
                f"series.{name}.path: cannot read {series.path!r} in {Path.cwd()}: "
                f"{error.strerror}; give the path of a .npy, .csv or .nc file"
            ) from None
        return self.jobs.keep(Job("series", series, {"raw": raw}, (series.path,)))

    def _published(self, name: str, series: Published) -> Job:
        _no_braces(f"series.{name}.directory", series.directory)
        files = series.files()
        paths = tuple(f"{series.directory.rstrip('/')}/{Path(file).name}" for file in files)
        for path, file in zip(paths, files, strict=True):
            url = f"{series.url.rstrip('/')}/{file}"
            if self.jobs.downloads.setdefault(path, url) != url:
                raise ConfigError(
                    f"series.{name}.url: {path} would come from {url} and, for another series, "
                    f"from {self.jobs.downloads[path]}: give both the same url, or directories"
                )
        raw = [f"published/{file}" for file in files]
        return self.jobs.keep(Job("series", series, {"raw": raw}, paths))

    def _methods(self, model: Model) -> Sequence[Method | None]:
        """The methods that a model is trained by: none for one that is fitted in one go."""
        return [None] if isinstance(model, Fitted) else self.experiment.methods

    def _train(
        self, title: str, model: Model, method: TrainingMethod | None, at: Trial
    ) -> list[Trained]:
        """Training and orbits of one model by one method: for each value and block of members."""
        ex, signal = self.experiment, self.series[at.series]["signal"]
        done = []
        for place, (value, single) in enumerate(_singles(method)):
            best = self._referred(value, place, method, at)
            for first in range(0, ex.members, ex.block):
                settings = self._training(model, single, first)
                relative = settings.of_tau_pred
                more = {"lyapunov": self.series[at.series]["lyapunov"]} if relative else {}
                train = self.jobs.add("train", settings, signal=signal, **more, **best)
                orbits = {
                    part: self.jobs.add("orbit", ex.orbit_along(part), train=train, signal=signal)
                    for part in ex.parts
                }
                done.append(Trained(single, train, orbits))
                self.jobs.label(
                    f"{title}{_at(method, value)}, members {first} to {first + ex.block - 1}",
                    *(train, *orbits.values()),
                )
        return done

    def _referred(
        self, value: Any, place: int, method: TrainingMethod | None, at: Trial
    ) -> dict[str, Job]:
        """The job that finds the τ of a training job, where it is the best of another sweep."""
        if method is None or not isinstance(value, BestTau):
            return {}
        ex = self.experiment
        methods: Sequence[TrainingMethod] = ex.methods
        path = f"methods[{methods.index(method)}].tau[{place}]"
        return {"best": self.sweeps.find(value, path, ex.experiment, at)}

    def _best(
        self,
        title: str,
        method: TrainingMethod | None,
        at: Trial,
        trained: list[Trained],
        measured: list[Job],
    ) -> None:
        """The best τ of what sweeps it, if any of the quantities to judge it by is measured."""
        ex = self.experiment
        quantities = ex.judged(ex.claims.quantities)
        if method is None or method.setting != "tau" or len(method.values) < 2 or not quantities:
            return
        bounds = self._reference(at.series)
        job = self.jobs.add(
            "best",
            Judging(**{**ex.claims.model_dump(), "quantities": quantities}),
            train=[each.train for each in trained],
            metrics=[job for job in measured if _measures(job.settings, quantities)],
            reference=[job for job in bounds if _measures(_metric_of(job), quantities)],
        )
        self.jobs.label(title, job)
        self.sweeps.of[ex.experiment][at] = job

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
        job = self.jobs.add(
            "members",
            settings,
            signal=signal,
            train=[each.train for each in trained],
            orbit=[each.orbits["held_out"] for each in trained],
        )
        self.jobs.label(title, job)
        return job

    def _measure(self, title: str, trained: list[Trained], signal: Job) -> list[Job]:
        """Every metric of a sweep: one job, or, where it is costly, one per training job."""
        done = []
        for metric in self.experiment.metrics.chosen:
            jobs = [each.measured(metric) for each in trained]
            for part in [[job] for job in jobs] if metric.costly else [jobs]:
                done.append(self.jobs.add("metrics", metric, signal=signal, **{metric.needs: part}))
                self.jobs.label(f"{metric.name} of {title}", done[-1])
        return done

    def _reference(self, name: str) -> list[Job]:
        """Floor and ceiling of every metric on a signal."""
        ex, signal = self.experiment, self.series[name]["signal"]
        done = []
        for metric in ex.metrics.chosen:
            settings = Reference(metric=metric, steps=ex.orbit.steps)
            done.append(self.jobs.add("reference", settings, signal=signal))
            self.jobs.label(f"{metric.name} on {name}", done[-1])
        return done


def _no_braces(path: str, value: str) -> None:
    """Snakemake takes what is in braces for a wildcard, and knows no way to say otherwise."""
    if "{" in value or "}" in value:
        raise ConfigError(f"{path}: found {value!r}, and braces cannot be used: rename it")


def made_by(model: Model, method: TrainingMethod | None) -> str:
    """How figures name what a model is made by."""
    if method is None:
        assert isinstance(model, Fitted)
        return model.by
    return method.name or kind_of(method)


def kind_of(method: TrainingMethod | None) -> str:
    """What kind of method it is; none where a model is fitted in one go."""
    return str(getattr(method, "method", ""))


def _measures(metric: Settings, quantities: list[str]) -> bool:
    """Whether a metric gives any of the quantities."""
    assert isinstance(metric, Metric)
    return not metric.variables.keys().isdisjoint(split(each)[0] for each in quantities)


def _metric_of(reference: Job) -> Metric:
    """Whose floor and ceiling it is."""
    assert isinstance(reference.settings, Reference)
    return reference.settings.metric


def _singles(method: TrainingMethod | None) -> list[tuple[Any, TrainingMethod | None]]:
    """The values that a method sweeps, as asked for, each with the method of its job."""
    if method is None:
        return [(None, None)]
    return list(zip(method.values or [None], method.single(), strict=True))


def _at(method: TrainingMethod | None, value: Any) -> str:
    match value:
        case None:
            return ""
        case RelativeTau(of_tau_pred=multiple):
            return f", tau = {multiple:g} tau_pred"
        case BestTau(best_of=sweep, times=multiple):
            times = "" if multiple == 1 else f"{multiple:g} of "
            return f", tau = {times}the best of {sweep}"
        case _:
            assert method is not None
            return f", {method.setting} = {value}"
