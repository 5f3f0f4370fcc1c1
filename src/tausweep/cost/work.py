"""How much there is to do in a job, in numbers that are known before it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tausweep.cost.shapes import Shapes
from tausweep.job import Job
from tausweep.metrics.metric import Measurement

UNITS = 30
"""Latent units M of a model whose steps count as one each."""


@dataclass(frozen=True)
class Work:
    """What a job does, and how much of it."""

    kind: str
    """Its stage, and which system, cell, metric or figure it is about: what jobs of a kind cost is
    a matter of how much they do."""
    amount: float
    """In the unit of the stage: see `AMOUNTS`."""


def work(job: Job, shapes: Shapes) -> Work:
    """Kind and amount of a job's work."""
    about, amount = AMOUNTS[job.stage](job, shapes)
    return Work(f"{job.stage} {about}".strip(), float(amount))


def _series(job: Job, shapes: Shapes) -> tuple[str, float]:
    """Values."""
    settings: Any = job.settings
    shape = shapes.of(job)
    return settings.system, shape.samples * shape.variables


def _signal(job: Job, shapes: Shapes) -> tuple[str, float]:
    """Values of the series."""
    settings: Any = job.settings
    steps = [step.step for step in settings.steps]
    return "denoise" if "denoise" in steps else "", _values(job, shapes)[1]


def _values(job: Job, shapes: Shapes) -> tuple[str, float]:
    """Values of what is read."""
    shape = shapes.of_input(job)
    return "", shape.samples * shape.variables


def _truth(job: Job, shapes: Shapes) -> tuple[str, float]:
    """Trajectories."""
    settings: Any = job.settings
    series: Any = _input(job, "series", shapes).settings
    return series.system, settings.members


def _train(job: Job, shapes: Shapes) -> tuple[str, float]:
    """Steps of all members' models in all sequences; values of the signal, of others."""
    settings: Any = job.settings
    if not hasattr(settings, "method"):
        return settings.model.model, _values(job, shapes)[1]
    training, method = settings.training, settings.method
    length = training.sequence_length
    steps = method.steps(int(getattr(length, "least", length)))
    drawn = training.epochs * training.batches * training.batch_size * steps
    how = settings.model.cell if method.mixing is None else f"{settings.model.cell} mixed"
    return how, drawn * settings.members * _step(settings.model)


def _orbit(job: Job, shapes: Shapes) -> tuple[str, float]:
    """Steps of all members' models."""
    settings: Any = job.settings
    train: Any = _input(job, "train", shapes).settings
    name = getattr(train.model, "cell", None) or train.model.model
    steps = (_kept(job, shapes) + settings.transient) * train.members
    return name, steps * _step(train.model)


def _members(job: Job, shapes: Shapes) -> tuple[str, float]:
    """Members."""
    return "", sum(_count(train) for train in _several(job, "train", shapes))


def _metrics(job: Job, shapes: Shapes) -> tuple[str, float]:
    """Values of orbits; of a measurement steps of all members' models."""
    metric: Any = job.settings
    if isinstance(metric, Measurement):
        return metric.name, metric.steps_taken * _members(job, shapes)[1]
    orbits = _several(job, "orbit", shapes)
    steps = sum(_kept(orbit, shapes) * _count(_input(orbit, "train", shapes)) for orbit in orbits)
    return metric.name, steps * shapes.of_input(job).variables


def _reference(job: Job, shapes: Shapes) -> tuple[str, float]:
    """Values compared."""
    settings: Any = job.settings
    shape = shapes.of_input(job)
    return settings.metric.name, min(settings.steps, shape.samples) * shape.variables


def _theory(job: Job, _: Shapes) -> tuple[str, float]:
    """Analyses."""
    settings: Any = job.settings
    return settings.name, 1


def _figure(job: Job, shapes: Shapes) -> tuple[str, float]:
    """Files read."""
    settings: Any = job.settings
    return settings.figure.kind, _files(job, shapes)[1]


def _files(job: Job, _: Shapes) -> tuple[str, float]:
    """Files read."""
    return "", len(job.input_paths)


AMOUNTS: Mapping[str, Callable[[Job, Shapes], tuple[str, float]]] = {
    "series": _series,
    "signal": _signal,
    "truth": _truth,
    "lyapunov": _values,
    "train": _train,
    "orbit": _orbit,
    "members": _members,
    "metrics": _metrics,
    "reference": _reference,
    "best": _files,
    "collect": _files,
    "pool": _files,
    "claims": _files,
    "reproduction": _files,
    "theory": _theory,
    "figure": _figure,
    "report": _files,
}
"""What a job of each stage is about, and how much it does, by a function that says in what unit."""


def _step(model: Any) -> float:
    """What a step costs beside one of a model of 30 units: products grow as M², the rest as M."""
    M = getattr(model, "latent", UNITS)
    return float(M * M + M * UNITS) / (2 * UNITS * UNITS)


def _kept(orbit: Job, shapes: Shapes) -> int:
    """Steps of an orbit: at most as many as there are of an external input."""
    settings: Any = orbit.settings
    shape = shapes.of_input(orbit)
    return min(settings.steps, shape.samples) if shape.driven else int(settings.steps)


def _count(train: Job) -> int:
    """Members of a training job."""
    settings: Any = train.settings
    return int(settings.members)


def _input(job: Job, role: str, shapes: Shapes) -> Job:
    reference = job.inputs[role]
    assert isinstance(reference, str)
    return shapes.jobs[reference]


def _several(job: Job, role: str, shapes: Shapes) -> list[Job]:
    return [shapes.jobs[reference] for reference in job.inputs[role]]
