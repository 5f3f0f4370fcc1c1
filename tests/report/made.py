"""Experiments that are run whole, as small as they can be, and what their pages hold."""

from __future__ import annotations

import base64
import contextlib
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np

from tausweep import runner
from tausweep.drawn import REPORT
from tausweep.plan import Plan
from tausweep.study import load

SMALL: dict[str, Any] = {
    "experiment": "small",
    "series": {"h": {"system": "henon", "steps": 4_000}},
    "models": {"P": {"cell": "plrnn", "latent": 5}},
    "methods": [{"method": "sparse_tf", "tau": [3, 9]}],
    "training": {"epochs": 2, "batches": 2, "batch_size": 2},
    "members": 2,
    "block": 2,
    "orbit": {"steps": 600, "transient": 10},
    "metrics": {"d_stsp": {"bins": 8}, "excerpt": 300},
    "lyapunov": {"reference_points": 200, "bootstrap": 10},
    "truth": {"members": 2, "time": 10.0},
    "figures": {"lyapunov": None, "reconstruction": None, "claims": None},
}
"""Of its figures only the sweep and the table, as drawing takes longest."""


def written(directory: Path, config: dict[str, Any]) -> Plan:
    """Run all jobs of an experiment or a study and write its pages in a directory."""
    plan = Plan(load(config, directory))
    with contextlib.chdir(directory):
        for job in plan.jobs.values():
            runner.run(job, [Path(job.path)], engine="eager")
        for name in plan.pages:
            write(plan, name)
    return plan


def write(plan: Plan, name: str) -> None:
    """One page, in the working directory."""
    *files, marker = map(Path, plan.drawn(f"{name}/{REPORT}"))
    runner.run(plan.pages[name], files, marker=marker)


class Read(HTMLParser):
    """What a browser makes of a page."""

    INLINE = frozenset({"a", "cite", "code", "i", "small", "span", "strong", "sub"})
    VOID = frozenset({"meta", "link", "img", "input", "source", "line", "path"})

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file
        self.source = file.read_text(encoding="utf-8")
        self.words: list[str] = []
        self.tags: list[str] = []
        self.places: list[str] = []
        """All that a browser would fetch or go to."""
        self.scripts: list[str] = []
        self._open: list[str] = []
        self.feed(self.source)
        self.text = " ".join("".join(self.words).split())
        self.data = next(json.loads(s) for s in self.scripts if s.startswith("{"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.words.append("" if tag in self.INLINE else " ")
        self.places += [str(v) for k, v in attrs if k in ("src", "href", "srcset")]
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "script" in self._open:
            self.scripts.append(data)
        elif "style" not in self._open:
            self.words.append(data)

    @property
    def explorer(self) -> dict[str, Any]:
        """What can be explored of its only series."""
        (found,) = self.data["explorers"].values()
        return found

    @property
    def orbits(self) -> np.ndarray:
        """The data and all orbits, with NaN where nothing is drawn."""
        packed = self.explorer["orbits"]
        values = np.frombuffer(base64.b64decode(packed["values"]), "<i2").astype(float)
        values = np.where(values == packed["missing"], np.nan, values / 32767 * packed["reach"])
        return values.reshape(-1, packed["steps"], packed["variables"])


def page_of(directory: Path, name: str) -> Read:
    """A page that was written."""
    return Read(directory / f"results/figures/{name}/report.html")
