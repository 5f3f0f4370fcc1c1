"""Pages link to files of the repository as they do on a code host: relative to themselves. Here
links that leave these pages become addresses there, and a page that includes a file from above is
that file.
"""

import os
import re
from pathlib import Path

from sphinx.application import Sphinx

LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")
INCLUDE = re.compile(r"```\{include\} (\S+)\n```\n")


def _resolve(app: Sphinx, page: str, source: list[str]) -> None:
    here = Path(app.srcdir, page).parent
    base = here
    if included := INCLUDE.fullmatch(source[0]):
        file = (here / included[1]).resolve()
        source[0], base = file.read_text(encoding="utf-8"), file.parent

    def address(match: re.Match[str]) -> str:
        path, anchor = (base / match[1]).resolve(), match[2] or ""
        if path.is_relative_to(app.srcdir):
            return f"]({os.path.relpath(path, here)}{anchor})"
        if not path.exists():
            raise ValueError(f"{page} links to {match[1]}, which is not there")
        kind = "tree" if path.is_dir() else "blob"
        at = f"{app.config.html_theme_options['source_repository']}{kind}/main"
        return f"]({at}/{path.relative_to(Path(app.srcdir).parent)}{anchor})"

    source[0] = LINK.sub(address, source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Before a page is parsed."""
    app.connect("source-read", _resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
