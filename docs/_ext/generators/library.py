"""Pages of the library, one a package, from its docstrings."""

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import tausweep

START = """\
The library
===========

A stage is a function of labelled Datasets, ``run(settings, **inputs) -> Dataset``, in the module
``stage`` of its package; below it are functions of arrays. What begins with an underscore, and what
is not described here, may change without notice.

.. autofunction:: tausweep.open

.. toctree::
   :maxdepth: 1

"""
NOT = {"commands", "cli"}
"""Described by what they do, on the page of commands."""


def pages() -> Iterator[tuple[str, str]]:
    """A page for each package or module of tausweep, and one that lists them."""
    names = [found.name for found in pkgutil.iter_modules(tausweep.__path__)]
    public = [name for name in names if name not in NOT and not name.startswith("_")]
    yield "library/index.rst", START + "".join(f"   {name}\n" for name in public)
    for name in public:
        yield f"library/{name}.rst", _page(f"tausweep.{name}")


def _page(name: str) -> str:
    modules = list(_modules(import_module(name)))
    first, *others = modules
    out = [_heading(first.__name__, "="), _automodule(first)]
    for module in others:
        if inspect.getdoc(module):
            out += [_heading(module.__name__, "-"), _automodule(module)]
    return "\n".join(out)


def _modules(module: ModuleType) -> Iterator[ModuleType]:
    yield module
    for found in pkgutil.iter_modules(getattr(module, "__path__", [])):
        if not found.name.startswith("_"):
            yield from _modules(import_module(f"{module.__name__}.{found.name}"))


def _heading(text: str, line: str) -> str:
    return f"{text}\n{line * len(text)}\n"


def _automodule(module: ModuleType) -> str:
    return f".. automodule:: {module.__name__}\n"
