"""What differs between two results: in what made them, and in what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from tausweep import drawn
from tausweep.catalogue.entry import Entry
from tausweep.job import Described
from tausweep.stages import RENDERED
from tausweep.whole import StoreError

if TYPE_CHECKING:
    import xarray as xr

ABSENT = "-"
"""What stands where one of the two has nothing."""
Entries = Mapping[str, Entry]


@dataclass(frozen=True)
class Change:
    """Something that is different."""

    what: str
    """A path, such as `signal.settings.held_out`: inputs by their roles, then what is different."""
    a: Any
    b: Any


@dataclass(frozen=True)
class Compared:
    """A variable, or a file of a figure."""

    name: str
    equal: bool
    says: str
    largest: float | None = None
    """Difference without its sign, where both are numbers of the same shape."""


@dataclass(frozen=True)
class Difference:
    """Between two results."""

    a: str
    b: str
    jobs: list[Change] | None
    """In the settings, stages and versions of both, and of all before them that are there; None
    where one does not say what made it."""
    versions: list[Change]
    """In packages, code and machine, which may make other numbers of the same job."""
    content: list[Compared]
    """Of each variable of either; of figures, of each file."""


def compare(a: Entry, b: Entry, entries: Entries) -> Difference:
    """Compare two results, or two figures.

    Raises
    ------
    StoreError
        One is damaged.
    ValueError
        One is a figure and the other is none.
    """
    for entry in (a, b):
        if entry.fault:
            raise StoreError(entry.fault)
    if (a.stage in RENDERED) != (b.stage in RENDERED):
        raise ValueError(f"{a.reference} and {b.reference}: a figure has no numbers to compare")
    jobs = None if a.job is None or b.job is None else _unique(_jobs("", a.job, b.job, entries))
    if a.stage in RENDERED:
        made, content = _figures(a, b)
    else:
        made, content = _results(a, b)
    return Difference(str(a.path), str(b.path), jobs, _provenance(*made), content)


Made = tuple[Mapping[str, Any], Mapping[str, Any]]


def _results(a: Entry, b: Entry) -> tuple[Made, list[Compared]]:
    from tausweep import store  # here: it loads xarray

    x, y = (store.read(entry.path, stage=entry.stage) for entry in (a, b))
    return (x.attrs, y.attrs), _contents(store.without_bookkeeping(x), store.without_bookkeeping(y))


def _contents(x: xr.Dataset, y: xr.Dataset) -> list[Compared]:
    """All that a later stage reads of two Datasets."""
    names = dict.fromkeys(map(str, (*x.variables, *y.variables)))
    of_all = _attributes(x.attrs, y.attrs)
    attributes = [Compared(f"attribute {name}", not s, s or "equal") for name, s in of_all.items()]
    return [*(_compared(name, x, y) for name in names), *attributes]


def _figures(a: Entry, b: Entry) -> tuple[Made, list[Compared]]:
    records = [drawn.read(entry.path) for entry in (a, b)]
    made = [{} if record is None else record.provenance for record in records]
    files = [{} if record is None else _by_suffix(record) for record in records]
    content = []
    for suffix in dict.fromkeys((*files[0], *files[1])):
        equal = files[0].get(suffix) == files[1].get(suffix)
        content.append(Compared(suffix, equal, "equal" if equal else "differ"))
    return (made[0], made[1]), content


def _by_suffix(record: drawn.Record) -> dict[str, str]:
    return {PurePath(name).suffix: sha for name, sha in record.files.items()}


def _unique(changes: Iterable[Change]) -> list[Change]:
    """The first of those at each path: many inputs differ by the same."""
    found: dict[str, Change] = {}
    for change in changes:
        found.setdefault(change.what, change)
    return list(found.values())


def _provenance(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Change]:
    flat_a, flat_b = _versions(a), _versions(b)
    return [
        Change(name, flat_a.get(name, ABSENT), flat_b.get(name, ABSENT))
        for name in dict.fromkeys((*flat_a, *flat_b))
        if flat_a.get(name) != flat_b.get(name)
    ]


def _jobs(path: str, a: Described, b: Described, entries: Entries) -> Iterator[Change]:
    for name in ("stage", "version"):
        if getattr(a, name) != getattr(b, name):
            yield Change(f"{path}{name}", getattr(a, name), getattr(b, name))
    yield from _nested(f"{path}settings", a.settings, b.settings)
    for role in dict.fromkeys((*a.inputs, *b.inputs)):
        of_a, of_b = _list(a.inputs.get(role)), _list(b.inputs.get(role))
        if len(of_a) != len(of_b):
            yield Change(f"{path}{role}", _count(of_a), _count(of_b))
            continue
        for one, other in zip(of_a, of_b, strict=True):
            if one != other:
                yield from _inputs(f"{path}{role}", one, other, entries)


def _inputs(path: str, one: str, other: str, entries: Entries) -> Iterator[Change]:
    """Why two inputs differ: by their own jobs, or no more than that where these are not there."""
    jobs = [entries[name].job if name in entries else None for name in (one, other)]
    if jobs[0] is None or jobs[1] is None:
        yield Change(path, one, other)
    else:
        yield from _jobs(f"{path}.", jobs[0], jobs[1], entries)


def _nested(path: str, a: Any, b: Any) -> Iterator[Change]:
    if isinstance(a, dict) and isinstance(b, dict):
        for name in dict.fromkeys((*a, *b)):
            yield from _nested(f"{path}.{name}", a.get(name, ABSENT), b.get(name, ABSENT))
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for place, (one, other) in enumerate(zip(a, b, strict=True)):
            yield from _nested(f"{path}[{place}]", one, other)
    elif a != b:
        yield Change(path, a, b)


def _list(names: str | list[str] | None) -> list[str]:
    return [] if names is None else [names] if isinstance(names, str) else names


def _count(names: list[str]) -> str:
    return f"{len(names)} {'input' if len(names) == 1 else 'inputs'}" if names else ABSENT


def _versions(attrs: Mapping[str, Any]) -> dict[str, str]:
    """Python and packages one by one, and whatever else may make other numbers of the same job."""
    listed = f"{attrs.get('source', '')}, {attrs.get('versions', '')}".split(", ")
    found = dict(each.split(" ", 1) for each in listed if " " in each)
    return found | {
        name: str(attrs[name])
        for name in ("git_commit", "git_dirty", "host", "device", "engine")
        if name in attrs
    }


def _compared(name: str, a: xr.Dataset, b: xr.Dataset) -> Compared:

    if name not in a.variables or name not in b.variables:
        return Compared(name, False, f"only in {'B' if name not in a.variables else 'A'}")
    kinds, x, y = [_kind(name, each) for each in (a, b)], a[name], b[name]
    if kinds[0] != kinds[1]:
        return Compared(name, False, " and ".join(kinds))
    said, largest = _numbers(x.values, y.values)
    of_it = _attributes(x.attrs, y.attrs)
    said += [f"{attribute} {says}" for attribute, says in of_it.items() if says]
    return Compared(name, not said, "; ".join(said) or "equal", largest)


def _numbers(x: Any, y: Any) -> tuple[list[str], float | None]:
    """How arrays of a shape differ, and by how much at most."""
    import numpy as np

    if x.dtype.kind not in "biuf":
        count = int((x != y).sum())
        return [f"{count} of {x.size} differ"] if count else [], None
    same = (x == y) | ((x != x) & (y != y))
    if same.all():
        return [], 0.0
    x, y = x.astype(float), y.astype(float)
    said, largest = [f"{(~same).sum()} of {x.size} differ"], None
    both = np.isfinite(x) & np.isfinite(y)
    if both.any():
        largest = float(np.abs(x[both] - y[both]).max())
        scale = float(np.maximum(np.abs(x[both]), np.abs(y[both])).max())
        relative = f", {largest / scale:.2g} of the largest" if scale else ""
        said.append(f"by at most {largest:.4g}{relative}")
    if lost := int((~same & ~both).sum()):
        said.append(f"{lost} of them not finite")
    return said, largest


def _attributes(a: Mapping[Any, Any], b: Mapping[Any, Any]) -> dict[str, str]:
    """Of each attribute how it differs; nothing where it is equal."""
    import numpy as np

    found = {}
    for name in sorted({*a, *b}):
        x, y = (np.atleast_1d(each.get(name, ABSENT)) for each in (a, b))
        alike = x.dtype == y.dtype or x.dtype.kind == y.dtype.kind == "U"
        both = f"{_short(a.get(name, ABSENT))} and {_short(b.get(name, ABSENT))}"
        found[name] = "" if alike and np.array_equal(x, y) else both
    return found


def _kind(name: str, dataset: xr.Dataset) -> str:
    """What kind of variable it is: two of different kinds are not compared number by number."""
    variable = dataset[name]
    place = "coordinate " if name in dataset.coords else ""
    kind = variable.dtype if variable.dtype.kind in "biuf" else "text"
    return f"{place}{kind} ({', '.join(f'{dim} {n}' for dim, n in variable.sizes.items())})"


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
