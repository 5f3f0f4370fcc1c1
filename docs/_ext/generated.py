"""Pages of the reference that are made from the program itself: settings from the schema, commands
from their parsers, files from a run, the library from its docstrings.
"""

from pathlib import Path

from generators import commands, configuration, files, library
from sphinx.application import Sphinx


def _write(app: Sphinx) -> None:
    reference = Path(app.srcdir, "reference")
    kept = set()
    for module in (configuration, commands, files, library):
        for name, text in module.pages():
            file = reference / name
            file.parent.mkdir(parents=True, exist_ok=True)
            kept.add(file)
            if not file.is_file() or file.read_text(encoding="utf-8") != text:
                file.write_text(text, encoding="utf-8")
    for file in reference.rglob("*.*"):
        if file not in kept:
            file.unlink()  # of a module that is gone


def setup(app: Sphinx) -> dict[str, bool]:
    """Before pages are looked for."""
    app.connect("builder-inited", _write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
