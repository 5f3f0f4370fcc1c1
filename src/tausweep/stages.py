"""Running a stage on files: read its inputs, run it, write its output.

The stages themselves are pure functions of Datasets; this is the input and output around them.
"""

from __future__ import annotations

import importlib
import inspect
import time
from collections.abc import Callable
from pathlib import Path

import xarray as xr

from tausweep import provenance, series, store
from tausweep.config import File, OutsideSeries
from tausweep.execution import Execution
from tausweep.plan import STAGES, Cell, file_reference


def run(
    cell: Cell,
    output: Path,
    *,
    engine: str = "auto",
    threads: int = 1,
    every: float = 60.0,
) -> None:
    """Run the stage of `cell` and write its Dataset to `output`.

    `engine` and `threads` are for stages that train or run models; what training has not finished
    is kept in `<results>/state/<key>.nc` every so many seconds, and removed when it has.

    Inputs are looked for beside the output: `output` is `<results>/<stage>/<key>.nc`, an input
    `<results>/<its stage>/<its key>.nc`.

    Raises
    ------
    StoreError
        An input is missing or damaged, or the output cannot be written.
    ValueError
        The stage cannot work with what it was given, or `output` is not named by the key.
    """
    if output.stem != cell.key:
        raise ValueError(f"{output}: the output of this cell must be named {cell.key}.nc")
    began = time.perf_counter()
    results = output.parent.parent
    inputs: dict[str, xr.Dataset | list[xr.Dataset]]
    if isinstance(cell.settings, OutsideSeries):
        inputs = {"raw": _raw(cell, cell.settings)}
    else:
        inputs = {role: _read(results, names) for role, names in cell.inputs.items()}
    stage: Callable[..., xr.Dataset] = importlib.import_module(STAGES[cell.stage].module).run
    state = results / "state" / f"{cell.key}.nc"
    execution = Execution(engine, threads, state, every)
    how = {"execution": execution} if "execution" in inspect.signature(stage).parameters else {}
    dataset = stage(cell.settings, **inputs, **how)
    store.write(
        dataset,
        output,
        stage=cell.stage,
        key=cell.key,
        provenance={"cell": cell.json, **provenance.collect(time.perf_counter() - began)},
    )
    state.unlink(missing_ok=True)


def _raw(cell: Cell, settings: OutsideSeries) -> xr.Dataset:
    """What the files from outside hold that a series is made from."""
    named = cell.inputs["raw"]
    names = [named] if isinstance(named, str) else named
    if len(cell.sources) != len(names):
        raise ValueError(
            f"this series is made from {len(names)} files and was given {len(cell.sources)}: name "
            "them after --source"
        )
    if isinstance(settings, File):
        found = [file_reference(source) for source in cell.sources]
        if found != names:
            raise ValueError(
                f"{settings.path}: has changed since this job was planned: run snakemake again"
            )
    else:
        for source, name in zip(cell.sources, names, strict=True):
            if Path(source).name != Path(name).name:
                raise ValueError(f"{source}: is not {Path(name).name}, which comes in this place")
    return series.read(settings, cell.sources)


def _read(results: Path, names: str | list[str]) -> xr.Dataset | list[xr.Dataset]:
    if isinstance(names, str):
        return _input(results, names)
    return [_input(results, name) for name in names]


def _input(results: Path, name: str) -> xr.Dataset:
    stage, _ = name.split("/")
    return store.without_bookkeeping(store.read(results / f"{name}.nc", stage=stage))
