"""What tests of faults share: results of a run that nothing disturbed."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import TINY

from .user import User


@pytest.fixture
def expected(finished: Path, tmp_path: Path) -> dict[str, str]:
    """Digests of all results."""
    return User.beside(finished, tmp_path / "expected", TINY).digests()
