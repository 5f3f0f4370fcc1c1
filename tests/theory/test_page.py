"""The example on the page about the linear theory prints what stands below it."""

from __future__ import annotations

import re

import pytest
from conftest import REPOSITORY


def test_the_example_prints_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    page = (REPOSITORY / "docs" / "linear-theory.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    (table,) = re.findall(r"```text\n(.*?)```", page, flags=re.DOTALL)
    exec(example, {})
    assert capsys.readouterr().out == table


def test_it_names_functions_that_there_are() -> None:
    from importlib import import_module

    page = (REPOSITORY / "docs" / "linear-theory.md").read_text()
    modules = (
        "continuous deep descent discrete forcing noise quadratic random_matrices remedies spectra"
    )
    names = set(re.findall(rf"`({modules.replace(' ', '|')})\.(\w+)", page))
    assert len(names) > 20
    for module, name in names:
        assert hasattr(import_module(f"tausweep.theory.{module}"), name), f"{module}.{name}"
