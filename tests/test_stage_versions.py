"""What counts as the code of a stage."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def versions() -> ModuleType:
    """The script that CI runs."""
    path = REPOSITORY / ".ci" / "stage_versions.py"
    spec = importlib.util.spec_from_file_location("stage_versions", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("stage", ["training", "orbit"])
def test_equations_of_cells_are_code_of_what_runs_them(versions: ModuleType, stage: str) -> None:
    """Though they are loaded by a name that only running tells."""
    found = versions.code_of(f"tausweep.{stage}.stage")
    assert {f"tausweep.models.rnn.{cell}" for cell in ("rnn", "lstm", "gru", "plrnn")} <= set(found)
    assert "tausweep/engines/fused/cells.h" in found
    assert "tausweep.training.settings" not in found  # settings are in the key themselves


def test_comments_and_docstrings_are_no_code(versions: ModuleType) -> None:
    plain, told = (
        versions.ast.dump(versions.without_docstrings(versions.ast.parse(text)))
        for text in ("def f():\n    return 1\n", 'def f():\n    """One."""\n    return 1  # one\n')
    )
    assert plain == told
    assert versions.without_comments("a; // b\n/* c */ d") == "a; d"
