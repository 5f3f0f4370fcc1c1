"""The page of settings, which is read on code hosts as well, is what the schema says."""

from __future__ import annotations

import sys

import pytest

from .pages import DOCS


def test_settings_are_those_of_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS / "_ext"))
    monkeypatch.delitem(sys.modules, "generators", raising=False)
    from generators import configuration  # type: ignore[import-not-found]

    ((name, text),) = configuration.pages()
    file = DOCS / "reference" / name
    assert file.read_text(encoding="utf-8") == text, "make docs writes it anew"
