"""All results that are there, what was made from what, and which of them a person means."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tausweep.catalogue.entry import Entry
from tausweep.catalogue.text import some
from tausweep.drawn import REPORT, SUFFIXES
from tausweep.job import RESULTS
from tausweep.stages import STAGES
from tausweep.whole import PART, StoreError

RESULT = re.compile(r"([0-9a-f]{16})\.nc")
MARKER = re.compile(r"(.+)\.([0-9a-f]{16})")
NO_STAGES = frozenset({"logs", "benchmarks"})
"""Folders beside those of the stages that hold no results."""


@dataclass(frozen=True)
class Leftover:
    """What a write that was killed left, or one that goes on has not finished."""

    path: Path
    size: int
    modified: float


@dataclass(frozen=True)
class Catalogue:
    """What a directory of results holds, as far as names of files tell.

    What is named otherwise than this program names files is nobody's business here.
    """

    results: Path
    entries: dict[str, Entry]
    """Results and figures by their reference, stage by stage."""
    checkpoints: list[Entry]
    """Unfinished training."""
    leftovers: list[Leftover]

    @classmethod
    def of(cls, results: Path = Path(RESULTS)) -> Catalogue:
        """Look into a directory.

        Raises
        ------
        StoreError
            It is not there, or cannot be read.
        """
        found = cls(results, {}, [], [])
        try:
            names = sorted(each.name for each in os.scandir(results) if each.is_dir())
            for name in sorted(names, key=_place):
                if name == "figures":
                    for experiment in sorted(os.scandir(results / name), key=_name):
                        if experiment.is_dir():
                            found._figures(Path(experiment))
                elif name not in NO_STAGES:
                    found._stage(results / name)
        except OSError as error:
            where = error.filename or results
            raise StoreError(
                f"{where}: there are no results to look at: {error.strerror}; run snakemake to "
                "make some, or name another place by --results"
            ) from None
        return found

    @cached_property
    def users(self) -> dict[str, list[str]]:
        """Of each result, there or not, those that were made from it."""
        found: dict[str, list[str]] = {}
        for entry in self.entries.values():
            for reference in dict.fromkeys(entry.references):
                found.setdefault(reference, []).append(entry.reference)
        return found

    def find(self, asked: str) -> Entry:
        """What a person means by a key, the beginning of one, stage/key, or a path.

        Figures are meant by their name, the beginning of one, a path, or their key.

        Raises
        ------
        ValueError
            Nothing is called so, or several are.
        """
        named = [(reference, entry.key) for reference, entry in self.entries.items()]
        reference, _ = chosen(asked, named, str(self.results))
        return self.entries[reference]

    def _stage(self, directory: Path) -> None:
        """Take in the files of a stage, or of `state`."""
        for file in self._files(directory):
            if named := RESULT.fullmatch(file.name):
                stage = "checkpoint" if directory.name == "state" else directory.name
                path, key, about = directory / file.name, named[1], _stat(file)
                reference = f"{directory.name}/{key}"
                entry = Entry(reference, stage, key, path, (path,), about.st_size, about.st_mtime)
                if stage == "checkpoint":
                    self.checkpoints.append(entry)
                else:
                    self.entries[reference] = entry

    def _figures(self, directory: Path) -> None:
        """Take in the figures of an experiment that are marked as drawn."""
        beside: dict[str, list[os.DirEntry[str]]] = {}
        for file in self._files(directory):
            stem, suffix = os.path.splitext(file.name)
            if suffix in SUFFIXES:
                beside.setdefault(stem, []).append(file)
        markers = directory / ".drawn"
        for file in self._files(markers) if markers.is_dir() else ():
            if named := MARKER.fullmatch(file.name):
                name, key = named.groups()
                reference = f"figures/{directory.name}/{name}"
                stage = "report" if name == REPORT else "figure"
                shown = beside.get(name, [])
                files = (*(directory / each.name for each in shown), markers / file.name)
                about = [_stat(each) for each in (*shown, file)]
                self.entries[reference] = Entry(
                    reference, stage, key, markers / file.name, files,
                    sum(each.st_size for each in about), about[-1].st_mtime,
                )  # fmt: skip

    def _files(self, directory: Path) -> Iterator[os.DirEntry[str]]:
        """The files of a directory by name; parts are set aside."""
        for file in sorted(os.scandir(directory), key=_name):
            if PART.fullmatch(file.name):
                about = _stat(file)
                leftover = Leftover(directory / file.name, about.st_size, about.st_mtime)
                self.leftovers.append(leftover)
            else:
                yield file


def locate(asked: str, results: Path) -> tuple[Catalogue, Entry]:
    """What a person means, and the results that it is among: a path may be of others than these.

    Raises ValueError and StoreError as `find` and `of` do.
    """
    path = Path(asked)
    levels = {".nc": 2} | dict.fromkeys(SUFFIXES, 3)
    if path.is_file() and (up := levels.get(path.suffix)):
        whole = path if len(path.parts) > up else path.resolve()
        results = whole.parents[up - 1]
        asked = str(whole)
    catalogue = Catalogue.of(results)
    return catalogue, catalogue.find(asked)


def chosen(asked: str, named: Sequence[tuple[str, str]], where: str) -> tuple[str, str]:
    """The one that a person means of references and keys: the first with this reference, else the
    only one that begins so.

    Raises ValueError where there is none, or several.
    """
    exact = _reference(asked)
    found = [each for each in named if each[0] in (exact, f"figures/{exact}")][:1]
    found = found or [each for each in named if _means(asked, *each)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise ValueError(
            f"{asked!r}: nothing in {where} has this key or name, or one that begins so: "
            "`tausweep ls` lists what there is"
        )
    listed = some([reference for reference, _ in found])
    raise ValueError(f"{asked!r} may be {listed}: give more of the key, or STAGE/KEY")


def _means(asked: str, reference: str, key: str) -> bool:
    if "/" not in asked:
        return bool(asked) and key.startswith(asked)
    return reference.startswith((asked, f"figures/{asked}"))


def _reference(asked: str) -> str:
    """The reference that a path or a name stands for, be it there or not."""
    path = Path(asked)
    if path.suffix == ".nc":
        return f"{path.parent.name}/{path.stem}"
    if path.parent.name == ".drawn":
        return f"figures/{path.parent.parent.name}/{path.stem}"
    if path.suffix in SUFFIXES:
        return f"figures/{path.parent.name}/{path.stem}"
    return asked


def _place(name: str) -> tuple[int, str]:
    """Stages come in their order, figures and what was added after them."""
    order = list(STAGES)
    return (order.index(name) if name in order else len(order), name)


def _stat(file: os.DirEntry[str]) -> os.stat_result:
    """Of what a link leads to, or of the link itself where that leads nowhere."""
    try:
        return file.stat()
    except OSError:
        return file.stat(follow_symlinks=False)


def _name(file: os.DirEntry[str]) -> str:
    return file.name
