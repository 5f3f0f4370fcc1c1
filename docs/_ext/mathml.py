"""Formulas as MathML, which browsers show themselves: no script, no network, and screen readers
can read them.
"""

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx

LETTERS = {
    "∇": r"\nabla ",
    "∞": r"\infty ",
    "→": r"\to ",
    "≈": r"\approx ",
    "≠": r"\neq ",
    "≤": r"\leq ",
    "≥": r"\geq ",
    "≪": r"\ll ",
    "±": r"\pm ",
    "·": r"\cdot ",
    "×": r"\times ",
    "…": r"\ldots ",
    "⋯": r"\cdots ",
}
"""What the pages write and the converter knows by its name only."""


def _markup(formula: str, *, block: bool) -> str:
    for letter, name in LETTERS.items():
        formula = formula.replace(letter, name)
    return str(tex2mathml(formula, as_block=block))


def _inline(translator: nodes.NodeVisitor, node: nodes.math) -> None:
    translator.body.append(_markup(node.astext(), block=False))
    raise nodes.SkipNode


def _displayed(translator: nodes.NodeVisitor, node: nodes.math_block) -> None:
    translator.body.append(_markup(node.astext(), block=True))
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer."""
    app.add_html_math_renderer("mathml", (_inline, None), (_displayed, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
