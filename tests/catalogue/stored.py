"""A small store of results: a chain of sealed files, of no stage that was run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from tausweep import store
from tausweep.job import canonical, key_of

Inputs = dict[str, str | list[str]]


def write(results: Path, stage: str, inputs: Inputs, seed: int = 0, **attrs: object) -> Path:
    """The file of a made-up job."""
    job = canonical({"stage": stage, "version": 1, "settings": {"seed": seed}, "inputs": inputs})
    x = np.random.default_rng(seed).standard_normal((4, 3))
    dataset = xr.Dataset({"x": (("t", "n"), x, {"units": "m"})}, attrs={"dt": 0.1, **attrs})
    path = results / stage / f"{key_of(job)}.nc"
    store.write(dataset, path, stage=stage, key=path.stem, job=job, provenance={"host": "here"})
    return path


def reference(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def chain(results: Path) -> list[Path]:
    """Two series, a signal of each, and what was made from both."""
    series = [write(results, "series", {}, seed) for seed in range(2)]
    signals = [write(results, "signal", {"series": reference(path)}) for path in series]
    both = write(results, "collect", {"signal": [reference(path) for path in signals]})
    return [*series, *signals, both]
