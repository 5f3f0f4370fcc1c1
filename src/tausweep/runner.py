"""Running a job on files: read its inputs, run its stage, write what that returns.

The stages themselves are pure functions of Datasets; this is the input and output around them.
"""

from __future__ import annotations

import contextlib
import inspect
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from tausweep import drawn, provenance, store, whole
from tausweep.execution import Execution
from tausweep.job import Job, file_reference
from tausweep.stages import RENDERED, STAGES


def run(
    job: Job,
    outputs: Sequence[Path],
    *,
    marker: Path | None = None,
    engine: str = "auto",
    threads: int = 1,
    every: float = 60.0,
) -> None:
    """Run the stage of `job` and write what it returns.

    A Dataset goes to `<results>/<stage>/<key>.nc`, the one output. A figure or a report goes to
    outputs in `<results>/figures/<experiment>/`, whose suffixes name formats; its `marker`, a file
    named NAME.KEY that says what drew it, replaces all other NAME.* in its directory, and goes
    before it is drawn.
    Inputs are `<results>/<their stage>/<their key>.nc`.

    `engine` and `threads` are for stages that train or run models; what training has not finished
    is kept in `<results>/state/<key>.nc` every so many seconds, and removed when it has.

    Raises
    ------
    StoreError
        An input is missing or damaged, or the output cannot be written.
    ValueError
        The stage cannot work with what it was given, or the output is not named by the key.
    """
    if job.stage in RENDERED:
        _draw(job, outputs, marker)
    elif [path.stem for path in outputs] != [job.key]:
        raise ValueError(f"{outputs[0]}: the output of this job must be named {job.key}.nc")
    else:
        _make(job, outputs[0], engine, threads, every)


def _make(job: Job, output: Path, engine: str, threads: int, every: float) -> None:
    stage = _function(job)
    began = time.perf_counter()
    results = output.parent.parent
    state = results / "state" / f"{job.key}.nc"
    takes = inspect.signature(stage).parameters
    execution = Execution(engine, threads, state, every, job.json)
    how = {"execution": execution} if "execution" in takes else {}
    dataset = stage(job.settings, **_inputs(job, results), **how)
    subject = dataset.attrs.get("subject")
    title = STAGES[job.stage].title + (f": {subject}" if subject else "")
    store.write(
        dataset.assign_attrs(title=title),
        output,
        stage=job.stage,
        key=job.key,
        job=job.json,
        provenance=provenance.collect(time.perf_counter() - began),
    )
    with contextlib.suppress(OSError):  # the result is there, so what stands here harms nobody
        state.unlink()


def _draw(job: Job, outputs: Sequence[Path], marker: Path | None) -> None:
    """A figure that is there stays until the new one is whole; its marker goes before.

    So wherever drawing ends, a marker stands only beside the figure that it is about.
    """
    began = time.perf_counter()
    results = outputs[0].parents[2]
    if marker is not None:
        for other in marker.parent.glob(f"{marker.stem}.{'?' * 16}"):
            other.unlink()
    figure = _function(job)(job.settings, **_inputs(job, results))
    rendered = [figure.render(output.suffix.removeprefix(".")) for output in outputs]
    for output, content in zip(outputs, rendered, strict=True):
        with whole.replacing(output) as part:
            part.write_bytes(content)
    if marker is not None:
        drawn.write(marker, job, outputs, provenance.collect(time.perf_counter() - began))


def _function(job: Job) -> Callable[..., Any]:
    """What does the job, if it takes the inputs that the job has: one or a list, by annotation."""
    function = STAGES[job.stage].function()
    signature = inspect.signature(function)
    wrong = f"not a job of stage {job.stage}: inputs"
    try:
        signature.bind(job.settings, **job.inputs)
    except TypeError as error:
        raise ValueError(f"{wrong}: {error!s:.200}") from None
    for role, names in job.inputs.items() if job.stage != "series" else ():
        if role not in signature.parameters:
            continue  # a figure or a report, which take any
        several = "[xr.Dataset]" in str(signature.parameters[role].annotation)
        if several != isinstance(names, list):
            raise ValueError(f"{wrong}: {role}: must be {'a list' if several else 'one'}")
    return function


def _inputs(job: Job, results: Path) -> dict[str, xr.Dataset | list[xr.Dataset]]:
    if job.stage == "series":
        return _raw(job)
    return {role: _read(results, names) for role, names in job.inputs.items()}


def _read(results: Path, names: str | list[str]) -> xr.Dataset | list[xr.Dataset]:
    if isinstance(names, str):
        return _input(results, names)
    return [_input(results, name) for name in names]


def _input(results: Path, name: str) -> xr.Dataset:
    stage, _ = name.split("/")
    path = results / f"{name}.nc"
    whole.not_of_the_future(path)
    return store.without_bookkeeping(store.read(path, stage=stage))


def _raw(job: Job) -> dict[str, xr.Dataset | list[xr.Dataset]]:
    """What the files from outside hold that a series is made from, if it is."""
    from tausweep.series import stage as series  # here: other jobs need not wait for it
    from tausweep.series.settings import File, OutsideSeries

    settings = job.settings
    if not isinstance(settings, OutsideSeries):
        return {}
    named = job.inputs.get("raw", [])
    names = [named] if isinstance(named, str) else named
    if len(job.sources) != len(names):
        raise ValueError(
            f"this series is made from {len(names)} files and was given {len(job.sources)}: name "
            "them after --source"
        )
    if isinstance(settings, File):
        found = [file_reference(source) for source in job.sources]
        if found != names:
            raise ValueError(
                f"{settings.path}: has changed since this job was planned: run snakemake again"
            )
    else:
        for source, name in zip(job.sources, names, strict=True):
            if Path(source).name != Path(name).name:
                raise ValueError(f"{source}: is not {Path(name).name}, which comes in this place")
    return {"raw": series.read(settings, job.sources)}
