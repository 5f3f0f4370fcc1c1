"""The page of files, from those that the smallest experiment writes."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import xarray as xr

from tausweep import runner, store, study
from tausweep.plan import Plan
from tausweep.stages import STAGES

COMMON = {
    *(
        "title",
        "subject",
        "Conventions",
        "stage",
        "key",
        "job",
        "data_sha256",
        "source",
        "versions",
    ),
    *("history", "git_commit", "git_dirty", "host", "device", "seconds", "created"),
}
"""Attributes that files of all stages have."""
SMOKE = Path(__file__).parents[3] / "experiments" / "smoke.yaml"

START = """\
# Files

A result is `results/<stage>/<key>.nc`: NetCDF-4, named by the first 16 hex digits of the SHA-256 of
everything that its numbers depend on, its own settings and the keys of its inputs. Opened with xarray,
`ncdump` or anything else that reads NetCDF it says what it is.

| attribute of every file | says |
|---|---|
| `title`, `subject`, `stage`, `key` | what it is |
| `job` | what made it, as JSON: stage and version, settings, keys of inputs; its hash is the key |
| `source`, `git_commit`, `git_dirty`, `versions`, `host`, `device`, `created`, `seconds` | when, where and by what |
| `data_sha256` | of variables and their attributes, which is checked as well |
| `Conventions`, `history` | that names, units and coordinates follow CF; and as CF asks, when it was made |

CF has units that UDUNITS knows. What is counted in steps, nats or standard deviations has the units `1` in a file, and
`counted_in` says what of; `tausweep.open` and the tables below have the latter as its units.

It ends with the SHA-256 of its content, which is checked whenever it is read.

What follows are the variables of each stage, as `experiments/smoke.yaml` writes them: with other
metrics, models or steps there are others. What a stage reads, and what its numbers mean, is in the
description of its function `run` ([the library](library/index.rst)).
"""


def pages() -> Iterator[tuple[str, str]]:
    """The page."""
    yield "files.md", START + "".join(_stage(name, found) for name, found in _results().items())


def _results() -> dict[str, xr.Dataset]:
    """The first file of every stage."""
    out: dict[str, xr.Dataset] = {}
    with tempfile.TemporaryDirectory() as directory, contextlib.chdir(directory):
        for job in Plan(study.read(SMOKE)).jobs.values():
            runner.run(job, [Path(job.path)])
            out.setdefault(job.stage, store.read(Path(job.path)))
    return out


def _stage(name: str, found: xr.Dataset) -> str:
    rows = [
        f"| `{variable}` | {', '.join(map(str, data.dims))} | {_plain(data.attrs.get('units', ''))} "
        f"| {_plain(data.attrs.get('long_name', ''))} |\n"
        for variable, data in sorted(found.variables.items())
    ]
    own = sorted(set(found.attrs) - COMMON)
    attributes = ", ".join(f"`{name}`" for name in own)
    return (
        f"\n## {name}\n\n{STAGES[name].title}.\n\n| variable | dimensions | units | is |\n"
        f"|---|---|---|---|\n{''.join(rows)}\nAttributes: {attributes}.\n"
    )


def _plain(text: str) -> str:
    return str(text).replace("|", "\\|").replace("*", "\\*")
