"""From a configuration to the cells of every stage and their keys.

This is the only place that knows what depends on what. It is plain Python and fast, because
Snakemake builds a plan each time it parses the workflow.

A cell is one job of one stage. Its key is made from everything its numbers depend on: the stage,
the version of the stage's code, the cell's own settings and the keys of its inputs. A change
therefore flows downstream and never sideways or up.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from tausweep import config as cfg

RESULTS = "results"


@dataclass(frozen=True)
class Stage:
    """What is known of a stage without running it."""

    version: int
    """Raise it whenever a change of the stage's code changes its numbers."""
    settings: Any
    """Type of its cells' settings."""
    module: str
    """Where its `run(cell, **inputs)` is."""


STAGES = {
    "series": Stage(3, cfg.Series, "tausweep.series"),
    "signal": Stage(3, cfg.Signal, "tausweep.signal"),
    "lyapunov": Stage(2, cfg.Lyapunov, "tausweep.lyapunov"),
    "train": Stage(3, cfg.TrainCell, "tausweep.training"),
    "orbit": Stage(2, cfg.Orbit, "tausweep.orbit"),
    "metrics": Stage(2, cfg.Metrics, "tausweep.metrics"),
    "collect": Stage(3, cfg.Collect, "tausweep.collect"),
    "figure": Stage(4, cfg.FigureCell, "tausweep.figures"),
}
"""All stages. A figure is no Dataset and no content-addressed file, but has a key like them."""


def canonical(value: Any) -> str:
    """JSON with sorted keys, no spaces and no NaN: equal values give equal text."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False
    )


def file_reference(path: str | Path) -> str:
    """How a cell names a file from outside: by the digest of its content."""
    with open(path, "rb") as file:
        return f"file/{hashlib.file_digest(file, 'sha256').hexdigest()[:16]}"


@dataclass(frozen=True)
class Cell:
    """One job of one stage: its settings, and its inputs by role.

    A role is the name of the argument that the stage receives the input by. An input is named
    `stage/key`; a list of inputs is received as a list. Files from outside are its `sources`, and
    their names, as the input `raw`, are `file/digest`, or `published/name` where others publish
    them and they never change.
    """

    stage: str
    settings: cfg.Settings
    inputs: Mapping[str, str | list[str]] = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, text: str, sources: Sequence[str] = ()) -> Cell:
        """The cell that `text`, made by `json`, describes; `sources` are not part of it.

        Raises
        ------
        ConfigError
            `text` is no cell, or was made by another version of the stage.
        """
        try:
            identity = json.loads(text)
            stage = STAGES[identity["stage"]]
            settings, version = identity["settings"], identity["version"]
            if settings.get("system") == "file":
                settings = {**settings, "path": sources[0] if sources else ""}
            typed = TypeAdapter(stage.settings).validate_python(settings)
            cell = cls(identity["stage"], typed, identity["inputs"], tuple(sources))
        except (ValueError, KeyError, TypeError) as error:
            raise cfg.ConfigError(f"not a cell of a tausweep stage: {error!r:.200}") from None
        if version != stage.version:
            raise cfg.ConfigError(
                f"the cell was planned for version {version} of stage {cell.stage}, but this is "
                f"version {stage.version}: plan it again by running snakemake"
            )
        return cell

    @cached_property
    def json(self) -> str:
        """Everything the cell's numbers depend on, as canonical JSON: what its key is made of."""
        settings = self.settings.model_dump(mode="json", exclude=set(self.settings.place))
        identity = {
            "stage": self.stage,
            "version": STAGES[self.stage].version,
            "settings": settings,
            "inputs": dict(self.inputs),
        }
        return canonical(identity)

    @cached_property
    def key(self) -> str:
        """First 16 hex digits of the SHA-256 of `json`."""
        return hashlib.sha256(self.json.encode()).hexdigest()[:16]

    @property
    def reference(self) -> str:
        """How other cells name this one as their input."""
        return f"{self.stage}/{self.key}"

    @property
    def path(self) -> str:
        """Its file, relative to the working directory."""
        return f"{RESULTS}/{self.reference}.nc"

    @property
    def input_paths(self) -> list[str]:
        """The files it reads, relative to the working directory."""
        if self.sources:
            return list(self.sources)
        flat = [r for i in self.inputs.values() for r in ([i] if isinstance(i, str) else i)]
        return [f"{RESULTS}/{reference}.nc" for reference in flat]


class Plan:
    """All cells and figures of an experiment.

    Raises ConfigError where the experiment names a file that cannot be read.
    """

    def __init__(self, experiment: cfg.Experiment) -> None:
        self.experiment = experiment
        self.cells: dict[str, Cell] = {}
        self.figures: dict[str, Cell] = {}
        self.labels: dict[str, str] = {}
        self.downloads: dict[str, str] = {}
        """Where each file that others publish is fetched from, by its path here."""
        lyapunov: dict[str, Cell] = {}
        noisy: dict[str, Cell] = {}
        prepared: dict[str, dict[str, Cell]] = {}
        sweeps: list[cfg.Sweep] = []
        metrics: list[Cell] = []
        for name, series in experiment.series.items():
            raw = self._series(name, series)
            signal = self._add("signal", experiment.signal, series=raw)
            prepared[name] = {"series": raw, "signal": signal}
            lyapunov[name] = self._add("lyapunov", experiment.lyapunov, signal=signal)
            self._label(name, raw, signal, lyapunov[name])
            if (before := experiment.signal.without("denoise")) != experiment.signal:
                still_noisy = self._add("signal", before, series=raw)
                noisy[name] = self._add("lyapunov", experiment.lyapunov, signal=still_noisy)
                self._label(f"{name} before denoise", still_noisy, noisy[name])
            for label, model in experiment.models.items():
                for method in experiment.methods:
                    by = method.name or method.method
                    title = f"{label} on {name} by {by}"
                    done = self._sweep(title, model, method, signal, lyapunov[name])
                    metrics += done
                    sweeps.append(
                        cfg.Sweep(
                            series=name, model=label, method=by, kind=method.method, jobs=len(done)
                        )
                    )
        collected = None
        if metrics:
            collected = self._add(
                "collect",
                cfg.Collect(series=list(lyapunov), sweeps=sweeps),
                metrics=metrics,
                lyapunov=list(lyapunov.values()),
            )
        self._draw(prepared, lyapunov, noisy, collected)

    def cell(self, stage: str, key: str) -> Cell:
        """The cell with this key.

        Raises
        ------
        ConfigError
            The experiment has no such cell.
        """
        try:
            return self.cells[f"{stage}/{key}"]
        except KeyError:
            raise cfg.ConfigError(
                f"results/{stage}/{key}.nc is no part of experiment {self.experiment.experiment}: "
                "it was made with another configuration or version"
            ) from None

    def __format__(self, key: str) -> str:
        """What the cell with this key is about, for messages: `f"{plan:{key}}"`."""
        return self.labels.get(key, key)

    def _label(self, label: str, *cells: Cell) -> None:
        self.labels.update({cell.key: label for cell in cells})

    def _add(self, stage: str, settings: Any, **inputs: Cell | list[Cell]) -> Cell:
        references = {
            role: i.reference if isinstance(i, Cell) else [c.reference for c in i]
            for role, i in inputs.items()
        }
        return self._keep(Cell(stage, settings, references))

    def _keep(self, cell: Cell) -> Cell:
        return self.cells.setdefault(cell.reference, cell)

    def _series(self, name: str, series: cfg.Series) -> Cell:
        match series:
            case cfg.File():
                return self._file(name, series)
            case cfg.Published():
                return self._published(name, series)
            case _:
                return self._add("series", series)

    def _file(self, name: str, series: cfg.File) -> Cell:
        try:
            raw = file_reference(series.path)
        except OSError as error:
            raise cfg.ConfigError(
                f"series.{name}.path: cannot read {series.path!r} in {Path.cwd()}: "
                f"{error.strerror}; give the path of a .npy, .csv or .nc file"
            ) from None
        return self._keep(Cell("series", series, {"raw": raw}, (series.path,)))

    def _published(self, name: str, series: cfg.Published) -> Cell:
        files = series.files()
        paths = tuple(f"{series.directory.rstrip('/')}/{Path(file).name}" for file in files)
        for path, file in zip(paths, files, strict=True):
            url = f"{series.url.rstrip('/')}/{file}"
            if self.downloads.setdefault(path, url) != url:
                raise cfg.ConfigError(
                    f"series.{name}.url: {path} would come from {url} and, for another series, "
                    f"from {self.downloads[path]}: give both the same url, or directories"
                )
        raw = [f"published/{file}" for file in files]
        return self._keep(Cell("series", series, {"raw": raw}, paths))

    def _sweep(
        self, title: str, model: cfg.Model, method: cfg.Method, signal: Cell, lyapunov: Cell
    ) -> list[Cell]:
        """Cells from training to metrics of one model: one per τ and block of members."""
        ex = self.experiment
        done = []
        for single in method.single():
            tau = single.tau[0] if isinstance(single, cfg.Sweeps) else None
            for first in range(0, ex.members, ex.block):
                settings = cfg.TrainCell(
                    model=model,
                    method=single,
                    training=ex.training,
                    first_member=first,
                    members=ex.block,
                )
                relative = {"lyapunov": lyapunov} if isinstance(tau, cfg.RelativeTau) else {}
                train = self._add("train", settings, signal=signal, **relative)
                orbit = self._add("orbit", ex.orbit, train=train, signal=signal)
                done.append(
                    self._add("metrics", ex.metrics, orbit=orbit, signal=signal, train=train)
                )
                self._label(
                    f"{title}{_at(tau)}, members {first} to {first + ex.block - 1}",
                    *(train, orbit, done[-1]),
                )
        return done

    def _draw(
        self,
        prepared: Mapping[str, Mapping[str, Cell]],
        lyapunov: Mapping[str, Cell],
        noisy: Mapping[str, Cell],
        collected: Cell | None,
    ) -> None:
        figures = self.experiment.figures
        style = figures.style.model_dump(mode="json")
        for name, measured in lyapunov.items():
            shown: dict[str, tuple[Mapping[str, Cell], dict[str, Any]]] = {}
            if self.experiment.signal.steps:
                shown["signal"] = (prepared[name], figures.signal.model_dump(mode="json"))
            shown["lyapunov"] = ({"dataset": measured}, {})
            if name in noisy:
                shown["lyapunov-noisy"] = ({"dataset": noisy[name]}, {})
            if collected is not None:
                for kind in ("sweep", "reconstruction"):
                    own = getattr(figures, kind).model_dump(mode="json")
                    shown[kind] = ({"dataset": collected}, {**own, "series": name})
            for kind, (cells, options) in shown.items():
                settings = cfg.FigureCell(
                    kind=kind.removesuffix("-noisy"), options={**options, "style": style}
                )
                self.figures[f"{kind}_{name}"] = Cell(
                    "figure", settings, {role: cell.reference for role, cell in cells.items()}
                )


def _at(tau: cfg.Tau | None) -> str:
    match tau:
        case None:
            return ""
        case int():
            return f", tau = {tau}"
        case _:
            return f", tau = {tau.of_tau_pred:g} tau_pred"
