"""Somebody who runs the workflow, and where it stops does what its lines say, and nothing else."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from tausweep import store
from tausweep.catalogue.catalogue import Catalogue
from tausweep.catalogue.verify import verify
from tausweep.experiment import load
from tausweep.plan import Plan

SNAKEFILE = Path(__file__).parents[2] / "Snakefile"
TYPE = re.compile(r"^locked: .*type: (.+)$", re.MULTILINE)
REMEDY = re.compile(
    r"(results/\S+): [^;\n]*; (?:delete (?:it|(\S+))|(move it away)) and run snakemake"
)
"""What is wrong with a file and what to delete, or that it is to be moved away."""


class User:
    """In a directory of their own.

    Parameters
    ----------
    directory
        Where they work.
    config
        Their experiment.
    arguments
        Of each call of Snakemake.
    """

    def __init__(self, directory: Path, config: dict[str, Any], *arguments: str) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory, self.plan = directory, Plan(load(config))
        (directory / "experiment.yaml").write_text(yaml.safe_dump(config))
        self.plain = shlex.join(
            [
                *("snakemake", "--snakefile", str(SNAKEFILE), "--configfile", "experiment.yaml"),
                *(arguments or ("--cores", "2")),
            ]
        )
        """What they type if nothing else is said."""
        self._said = directory / "said"

    @classmethod
    def beside(
        cls, finished: Path, directory: Path, config: dict[str, Any], lost: Iterable[str] = ()
    ) -> User:
        """With a copy of results that are there, but for these stages and all figures."""
        gone = shutil.ignore_patterns("figures", "logs", "benchmarks", *lost)
        shutil.copytree(finished / "results", directory / "results", ignore=gone)
        return cls(directory, config)

    def paths(self, stage: str) -> list[Path]:
        """Of all results of a stage, there or not."""
        return [self.directory / j.path for j in self.plan.jobs.values() if j.stage == stage]

    @property
    def results(self) -> Path:
        """Where results are."""
        return self.directory / "results"

    def start(self, command: str | None = None) -> subprocess.Popen[bytes]:
        """Type a command, as of a terminal of its own."""
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        with self._said.open("wb") as said:
            return subprocess.Popen(
                ["bash", "-c", command or self.plain],
                cwd=self.directory,
                env={**os.environ, "PATH": path},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
                # Ctrl-C works, also where whoever runs this ignores it, as what `nohup` starts does.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )

    def said(self) -> str:
        """What the last command said."""
        return self._said.read_text(errors="replace")

    def run(self, command: str | None = None) -> int:
        """Type a command and wait for its end; its exit status."""
        return self.start(command).wait(600)

    def then(self, plain: str = "") -> str:
        """What to type next, by what was said; files that are to go are gone before."""
        text = self.said()
        for found in REMEDY.finditer(text):
            path = self.directory / (found[2] or found[1])
            if not os.path.lexists(path):
                continue  # several jobs may tell of the same file
            if found[3]:
                path.rename(path.with_name(f"{path.name}.away"))
            else:
                path.unlink()
        typed = TYPE.search(text)
        return typed[1] if typed else plain or self.plain

    def finish(self, calls: int, target: str = "") -> int:
        """Go on until all is there, or a target; after how many calls, of which some are enough."""
        plain = command = f"{self.plain} {target}"
        for number in range(1, calls + 1):
            if self.run(command) == 0:
                return number
            command = self.then(plain)
        raise AssertionError(f"not finished after {calls} calls: {self.said()}")

    def digests(self) -> dict[str, str]:
        """Of the numbers of every result that is there."""
        return {
            job.path: store.read(self.directory / job.path, stage=job.stage).attrs["data_sha256"]
            for job in self.plan.jobs.values()
            if (self.directory / job.path).exists()
        }

    def faults(self) -> list[str]:
        """All that `tausweep verify` finds wrong, figures and tables included."""
        found = verify(Catalogue.of(self.results))
        return [*found.damaged, *found.orphaned]

    def finished(self) -> dict[Path, tuple[int, int]]:
        """Which file each result is: another one, if it was made again."""
        return {
            path: (path.stat().st_ino, path.stat().st_mtime_ns)
            for path in self.results.glob("*/[!.]*.nc")
            if path.parent.name != "state"
        }
