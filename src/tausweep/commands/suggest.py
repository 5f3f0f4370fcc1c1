"""`tausweep suggest CONFIG`: the τ to use for each series, as far as results are there."""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tausweep.commands.options import add_configuration, add_json

if TYPE_CHECKING:
    import xarray as xr

    from tausweep.dependencies import Dependencies
    from tausweep.job import Job


def add(commands: Any) -> None:
    """Add the command to those of `argparse`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "suggest",
        help="say which τ to use, from λ_max and from sweeps that were run",
        description="Say of every series of an experiment or a study which learning interval τ to "
        "use: from λ_max alone, τ_pred; after a sweep, the best τ with its interval and what it "
        "costs to use another. Only results that are there are read; nothing is run.",
    )
    add_configuration(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print what is known, and how to find what is not.

    Raises
    ------
    ValueError, OSError
        One line: the configuration is wrong, a result is damaged, or none is there.
    """
    from tausweep.plan import Plan  # here: --help need not wait for it
    from tausweep.study import read

    plan = Plan(read(options.config))
    found = [
        {"experiment": part.experiment.experiment, "series": name, **_of_series(part, name)}
        for part in plan.parts
        for name in part.series
    ]
    command = f"snakemake --configfile {shlex.quote(str(options.config))}"
    if not any(each["before"] or any(s["after"] for s in each["sweeps"]) for each in found):
        raise ValueError(f"{options.config}: there are no results in {Path.cwd()} yet: {command}")
    if options.json:
        print(json.dumps({"series": found, "command": command}, indent=2, ensure_ascii=False))
    else:
        _tell(found, command, several=len(plan.parts) > 1)


def _tell(found: list[dict[str, Any]], command: str, *, several: bool) -> None:
    from tausweep.best import report

    for each in found:
        name = f"{each['experiment']}/{each['series']}" if several else each["series"]
        print("\n".join(report.told(name, each)))
    parts = [part for each in found for part in (each["before"], *_afters(each))]
    if any(after for each in found for after in _afters(each)):
        print("\n".join(report.legend()))
    if None in parts:
        print(f"for what is not there yet: {command}")


def _afters(found: Mapping[str, Any]) -> list[Any]:
    return [sweep["after"] for sweep in found["sweeps"]]


def _of_series(part: Dependencies, series: str) -> dict[str, Any]:
    """What is known of a series before and after each of its sweeps; None where that is not."""
    from tausweep.best import report

    lyapunov = _read(part.series[series]["lyapunov"])
    before = None if lyapunov is None else report.before(lyapunov)
    tau_pred = None if before is None else before["tau_pred"]
    sweeps = []
    for trial, job in part.sweeps.of[part.experiment.experiment].items():
        if trial.series == series:
            best = _read(job)
            after = None if best is None else report.after(best, tau_pred)
            sweeps.append({"model": trial.model, "method": trial.method, "after": after})
    return {"before": before, "sweeps": sweeps}


def _read(job: Job) -> xr.Dataset | None:
    """The result of a job; None where it is not there."""
    from tausweep import store

    path = Path(job.path)
    return store.read(path, stage=job.stage) if path.exists() else None
