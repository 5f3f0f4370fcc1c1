"""Samples."""

from __future__ import annotations

import numpy as np
import pytest

from .made import N


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(N, 2))
