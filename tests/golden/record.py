"""What is kept of a job's numbers, how it is compared, and the file it is kept in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .runs import Result

FILE = Path(__file__).with_name("golden.json")

TRAINED = frozenset({"train", "orbit", "members", "metrics", "best", "collect"})
"""Stages that compute in single precision, or with what did."""
TOLERANCE = 1e-6
TOLERANCE_TRAINED = 1e-3
"""Largest difference, relative to the size of the variable. Instruction sets differ by less."""

ATTRIBUTES = ("verdict", "estimated_by", "dt")
"""Attributes that later stages or readers depend on."""


@dataclass(frozen=True)
class Difference:
    """Something that is not as it was recorded."""

    job: str
    what: str
    """`key`, or the name of a variable or attribute."""
    recorded: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.job}: {self.what}: recorded {self.recorded}, found {self.found}"


def entry(result: Result) -> dict[str, Any]:
    """What is recorded of a job: label, key, attributes, and all its variables in brief."""
    attrs = {
        name: result.dataset.attrs[name] for name in ATTRIBUTES if name in result.dataset.attrs
    }
    numbers = {
        str(name): summary(variable.values)
        for name, variable in sorted(result.dataset.data_vars.items())
        if variable.dtype.kind in "fiub"
    }
    return {"label": result.label, "key": result.key, **attrs, "numbers": numbers}


def summary(values: np.ndarray) -> str:
    """Shape, mean, standard deviation, first and last of the finite values, to seven digits.

    Of a single value, itself. Values that are not finite are counted.
    """
    finite = values[np.isfinite(values)].astype(float)
    bad = f" not finite: {values.size - finite.size}" if finite.size < values.size else ""
    if values.size == 1:
        return f"{values.item():.7g}"
    shape = "x".join(map(str, values.shape))
    if not finite.size:
        return f"{shape}:{bad}"
    numbers = finite.mean(), finite.std(), finite[0], finite[-1]
    return f"{shape}: {' '.join(f'{number:.7g}' for number in numbers)}{bad}"


def equal(recorded: str, found: str, tolerance: float) -> bool:
    """Whether two summaries are the same but for `tolerance` times the size of the variable."""
    if recorded == found:
        return True
    (shape, before, bad), (shape_now, now, bad_now) = _parts(recorded), _parts(found)
    if shape != shape_now or bad != bad_now or len(before) != len(now):
        return False
    size = np.max(np.abs([*before, *now]), initial=0.0)
    size = size if np.isfinite(size) else 0.0
    return bool(np.allclose(before, now, rtol=0, atol=tolerance * size, equal_nan=True))


def _parts(text: str) -> tuple[str, list[float], str]:
    text, _, bad = text.partition(" not finite: ")
    shape, colon, numbers = text.rpartition(":")
    return shape + colon, [float(number) for number in numbers.split()], bad


def differences(job: str, recorded: dict[str, Any], found: dict[str, Any]) -> list[Difference]:
    """Everything in which a job is not as recorded; its label may change."""
    different = [
        Difference(job, name, recorded.get(name), found.get(name))
        for name in ("key", *ATTRIBUTES)
        if recorded.get(name) != found.get(name)
    ]
    before, now = recorded["numbers"], found["numbers"]
    different += [
        Difference(job, name, before.get(name, "nothing"), now.get(name, "nothing"))
        for name in sorted(before.keys() | now.keys())
        if not _holds(job, name, before, now)
    ]
    return different


def renewed(job: str, recorded: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """What was found, with the numbers as they are recorded where these still hold."""
    before, now = recorded.get("numbers", {}), found["numbers"]
    numbers = {name: before[name] if _holds(job, name, before, now) else now[name] for name in now}
    return {**found, "numbers": numbers}


def _holds(job: str, name: str, before: dict[str, str], now: dict[str, str]) -> bool:
    tolerance = TOLERANCE_TRAINED if job.split()[0] in TRAINED else TOLERANCE
    return name in before and name in now and equal(before[name], now[name], tolerance)


def compare(recorded: dict[str, Any], results: Iterable[Result]) -> list[Difference]:
    """Everything in which an experiment is not as recorded."""
    found = {result.name: entry(result) for result in results}
    different = [
        Difference(
            name, "job", "one" if name in recorded else "none", "one" if name in found else "none"
        )
        for name in sorted(recorded.keys() ^ found.keys())
    ]
    for name in sorted(recorded.keys() & found.keys()):
        different += differences(name, recorded[name], found[name])
    return different


def read() -> dict[str, Any]:
    """The recorded file: `changes`, and the experiments by name."""
    return json.loads(FILE.read_text()) if FILE.exists() else {"changes": [], "experiments": {}}


def write(golden: dict[str, Any]) -> None:
    FILE.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")
