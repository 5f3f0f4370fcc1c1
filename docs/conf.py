"""How the documentation is built: `make docs`."""

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "tausweep"
author = "the tausweep developers"
copyright = "the tausweep developers; MIT licence"
version = release = installed("tausweep")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "docstrings",
    "generated",
    "links",
    "mathml",
]
exclude_patterns = ["_ext"]

html_theme = "furo"
html_title = f"tausweep {version}"
html_static_path = ["_static"]
html_css_files = ["wide.css"]
html_copy_source = False
html_math_renderer = "mathml"
html_theme_options = {
    "source_repository": "https://github.com/tausweep/tausweep/",
    "source_branch": "main",
    "source_directory": "docs/",
}
copybutton_selector = "div.highlight-bash pre, div.highlight-python pre, div.highlight-yaml pre"

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

default_role = "literal"  # `x` is code, as in the pages
autodoc_default_options = {"members": True, "member-order": "bysource", "show-inheritance": True}
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
suppress_warnings = ["ref.python"]  # several classes of a name: types in signatures are short
