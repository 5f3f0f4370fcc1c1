"""Texts as they can be shown in one line."""

from __future__ import annotations


def printable(text: str) -> str:
    """A text with line breaks and control characters escaped, whatever names it holds."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
