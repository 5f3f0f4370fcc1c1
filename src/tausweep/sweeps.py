"""The sweeps of τ of a study, by the names that others refer to them by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tausweep.errors import ConfigError
from tausweep.job import Job
from tausweep.training.methods.method import BestTau


@dataclass(frozen=True)
class Trial:
    """One model by one method on one series, by their names."""

    series: str
    model: str
    method: str
    kind: str
    """Of the method."""


class Sweeps:
    """The sweeps planned so far, and the jobs that find the best τ of each.

    Experiments are planned in their order, and methods in theirs: what is found here is before
    whoever looks for it, so that nothing refers to itself.
    """

    def __init__(self) -> None:
        self.of: dict[str, dict[Trial, Job]] = {}
        """By experiment."""

    def find(self, asked: BestTau, path: str, experiment: str, at: Trial) -> Job:
        """The job that finds the τ that is asked for.

        Parameters
        ----------
        asked
            What stands in the configuration, at `path`.
        experiment, at
            Who asks.

        Raises
        ------
        ConfigError
            There is no such sweep, or not only one.
        """
        where = f"of experiment {experiment}" if len(self.of) > 1 else ""
        path = " ".join(filter(None, (path, where)))
        sweeps = self.of.get(asked.best_of)
        if sweeps is None:
            raise ConfigError(
                f"{path}: best_of must name an experiment before this one in its study, or this "
                f"one, found {asked.best_of!r}; there {_are(self.of)}: run the study that holds "
                "both, or give τ in steps"
            )
        here = {t: job for t, job in sweeps.items() if (t.series, t.model) == (at.series, at.model)}
        if not here:
            others = (f"{t.model} on {t.series} by {t.method}" for t in sweeps)
            raise ConfigError(
                f"{path}: best_of {asked.best_of}: found no sweep of τ of model {at.model} on "
                f"series {at.series} there, and before this method; there {_are(others)}: sweep "
                "it by several τ and one of claims.quantities, or give τ in steps"
            )
        found = _by_method(here, asked.method, at)
        if len(found) != 1:
            wanted = f"found {asked.method!r}" if asked.method else "and none is named"
            raise ConfigError(
                f"{path}: best_of {asked.best_of}: method must be one that sweeps τ there, "
                f"{wanted}; there {_are(t.method for t in here)}: name one by method"
            )
        return found[0]


def _by_method(sweeps: dict[Trial, Job], name: str | None, at: Trial) -> list[Job]:
    """Those of a name; where none is asked for, of the asker's name, else kind, else any."""
    if name is not None:
        return [job for trial, job in sweeps.items() if trial.method == name]
    of_name = [job for trial, job in sweeps.items() if trial.method == at.method]
    of_kind = [job for trial, job in sweeps.items() if trial.kind == at.kind]
    return of_name or of_kind or list(sweeps.values())


def _are(names: Iterable[str]) -> str:
    listed = ", ".join(dict.fromkeys(names))
    return f"are {listed}" if listed else "is none"
