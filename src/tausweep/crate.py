"""An experiment and its results as an RO-Crate: a ZIP file that says in JSON-LD what is in it, and
which job made each file from which, for archives and programs that never heard of tausweep.

It follows the profile Process Run Crate (https://w3id.org/ro/wfrun/process): every job is an action
of this software, with files it read and files it wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tausweep.job import Job
from tausweep.whole import replacing

if TYPE_CHECKING:
    from rocrate.rocrate import ROCrate

    from tausweep.plan import Plan

PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
REPOSITORY = "https://github.com/tausweep/tausweep"
KINDS = {
    **{"nc": "application/x-netcdf", "pdf": "application/pdf", "png": "image/png"},
    **{"svg": "image/svg+xml", "csv": "text/csv", "md": "text/markdown", "html": "text/html"},
    **{"rst": "text/x-rst", "yaml": "application/yaml"},
}
"""Media types by what names of files end with."""


def write(plan: Plan, configuration: Path, out: Path) -> int:
    """Pack a configuration, all its results and figures, and what made them.

    Parameters
    ----------
    plan
        Of the configuration; its results are looked for in the working directory.
    configuration
        The file of the experiment or study.
    out
        The ZIP file, whose name ends with .zip.

    Returns
    -------
    int
        How many files were packed.

    Raises
    ------
    ValueError
        rocrate is not installed, results are not there yet, or `out` is no name of a ZIP file.
    StoreError
        A result is damaged, or the place cannot be written to.
    """
    try:
        from rocrate.rocrate import ROCrate
    except ModuleNotFoundError:
        raise ValueError("crates are made by rocrate: pip install 'tausweep[crate]'") from None
    if out.suffix != ".zip":
        raise ValueError(f"{out}: a crate is a ZIP file: give it a name that ends with .zip")
    written = _files(plan)
    paths = [path for _, of_job in written for path in of_job]
    missing = [path for path in paths if not Path(path).is_file()]
    if missing:
        raise ValueError(
            f"{configuration}: {len(missing)} of its files are not there, {missing[0]} the first; "
            f"make them: snakemake --configfile {configuration}"
        )
    crate = ROCrate()
    _describe(crate, plan, configuration)
    for job, of_job in written:
        _add(crate, plan, job, of_job)
    with replacing(out) as part:
        crate.write_zip(part)
    return len(paths) + 1


def _files(plan: Plan) -> list[tuple[Job, list[str]]]:
    """Every job with its files, in an order in which they can be made."""
    made = [(job, [job.path]) for job in plan.jobs.values()]
    return [*made, *((job, plan.files(name)) for name, job in plan.rendered.items())]


def _describe(crate: ROCrate, plan: Plan, configuration: Path) -> None:
    """What the whole is, by what it was made, and its configuration."""
    from importlib.metadata import version

    from rocrate.model import ContextEntity, SoftwareApplication

    crate.name = plan.study.name
    crate.description = f"Results of the {plan.study.kind} {plan.study.name!r} by tausweep"
    crate.add(ContextEntity(crate, PROFILE, {"@type": "CreativeWork", "name": "Process Run Crate"}))
    crate.root_dataset["conformsTo"] = {"@id": PROFILE}
    about = {"name": "tausweep", "version": version("tausweep"), "url": REPOSITORY}
    crate.add(SoftwareApplication(crate, REPOSITORY, about))
    _file(crate, str(configuration), configuration.name, {"name": "configuration"})


def _add(crate: ROCrate, plan: Plan, job: Job, paths: list[str]) -> None:
    """A job, and the files it wrote."""
    about = _about(job, paths)
    written = [_file(crate, path, path, about) for path in paths]
    crate.add_action(
        instrument=crate.dereference(REPOSITORY),
        identifier=f"#{job.reference}",
        object=[crate.dereference(path) for path in job.input_paths if crate.dereference(path)],
        result=written,
        properties={"name": f"{job.stage}: {plan:{job.key}}", "description": job.json}
        | ({"endTime": about["dateModified"]} if "dateModified" in about else {}),
    )


def _about(job: Job, paths: list[str]) -> dict[str, Any]:
    """What a result says of itself; pages and figures have names for people."""
    from tausweep import store
    from tausweep.stages import RENDERED

    if job.stage in RENDERED:
        return {}
    found: Mapping[str, Any] = store.read(Path(paths[0]), stage=job.stage).attrs
    return {
        "name": found["title"],
        "identifier": job.key,
        "dateModified": found["created"],
    }


def _file(crate: ROCrate, path: str, name: str, about: Mapping[str, Any]) -> Any:
    kind = KINDS.get(name.rpartition(".")[2])
    properties = {"contentSize": str(Path(path).stat().st_size), "name": Path(name).stem, **about}
    kinds = {"encodingFormat": kind} if kind else {}
    return crate.add_file(path, name, properties=properties | kinds)
