"""Each golden experiment is run once, for all that is asked of it."""

from __future__ import annotations

import pytest

from .configurations import CONFIGURATIONS
from .runs import Run, run


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(name, marks=pytest.mark.xdist_group(f"golden {name}"))
        for name in CONFIGURATIONS
    ],
)
def golden(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished experiment."""
    return run(request.param, tmp_path_factory.mktemp(request.param))
