"""Docstrings are read as what they are: text with `code` in it, in sections of numpydoc.

|λ|, p* and z_ are mathematics there, not markup.
"""

import re
from typing import Annotated, get_origin

from sphinx.application import Sphinx

CODE = re.compile(r"(``.*?``|`[^`]*`)")
MARKUP = re.compile(r"[|*\\]|(?<=\w)_(?!\w)")


def _escape(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]):
    parts = CODE.split("\n".join(lines))
    parts[::2] = [MARKUP.sub(r"\\\g<0>", text) for text in parts[::2]]
    lines[:] = "".join(parts).split("\n")


def _skip(app: Sphinx, what: str, name: str, thing: object, skip: bool, options: object):
    """Types of settings with their bounds: the page of settings has these in words."""
    return True if get_origin(thing) is Annotated else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Escape before napoleon reads the sections."""
    app.connect("autodoc-process-docstring", _escape, priority=100)
    app.connect("autodoc-skip-member", _skip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
