"""The command that makes a result again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from tausweep.catalogue.catalogue import Catalogue, chosen
from tausweep.catalogue.entry import Entry, is_result
from tausweep.job import Job
from tausweep.plan import Plan
from tausweep.stages import RENDERED

DEFAULT = Path("config.yaml")
"""The configuration that Snakemake takes where it is given none."""


def again(asked: str, catalogue: Catalogue, plans: Mapping[Path, Plan]) -> str:
    """A line for a shell in the directory of results/, which deletes a result and makes it.

    Snakemake makes it where a configuration plans it, with what it is made from if that is not
    there; else its own job does, from what is there.

    Parameters
    ----------
    asked
        A key, as for `Catalogue.find`; what is planned need not be there.
    catalogue
        What is there.
    plans
        By the path of their configuration.

    Raises
    ------
    ValueError
        Nothing is called so, or several are, or nothing can make it again.
    """
    entries = catalogue.entries
    planned = {(name, key): path for path, plan in plans.items() for name, key in _keys(plan)}
    keys = dict(planned) | {(name, entry.key): None for name, entry in entries.items()}
    where = ", ".join([str(catalogue.results), *map(str, plans)])
    name, key = chosen(asked, list(keys), where)
    there = [str(entries[name].path)] if name in entries and entries[name].key == key else []
    if (name, key) not in planned:
        return _line(there, _by_its_job(entries[name]))
    configuration = planned[name, key]
    plan = plans[configuration]
    target = (
        plan.jobs[name].path if name in plan.jobs else plan.marker(name.removeprefix("figures/"))
    )
    given = [] if configuration == DEFAULT else ["--configfile", str(configuration)]
    return _line(there, ["snakemake", *given, target])


def _keys(plan: Plan) -> list[tuple[str, str]]:
    """References and keys of all results and figures."""
    figures = [(f"figures/{name}", job.key) for name, job in plan.rendered.items()]
    return [*((name, job.key) for name, job in plan.jobs.items()), *figures]


def _by_its_job(entry: Entry) -> list[str]:
    """The command of a job that no configuration plans."""
    advice = "name the configuration that it belongs to after it"
    if entry.job is None:
        raise ValueError(f"{entry.path}: what made it cannot be read from it: {advice}")
    if not all(map(is_result, entry.job.references)):
        raise ValueError(f"{entry.path}: made from files that are no results: {advice}")
    text = entry.job_text()
    assert text is not None
    job = Job.from_json(text)
    outputs, marker = [str(path) for path in entry.files], []
    if entry.stage in RENDERED:
        *outputs, last = outputs
        marker = ["--marker", last]
    return ["tausweep", "stage", job.stage, "--job", text, "--output", *outputs, *marker]


def _line(there: Sequence[str], command: Sequence[str]) -> str:
    made = shlex.join(command)
    return f"{shlex.join(['rm', *there])} && {made}" if there else made
