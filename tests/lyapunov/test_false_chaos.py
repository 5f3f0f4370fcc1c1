"""A part of benchmarks/false_chaos.py: each of its kinds once, with a seed of its own."""

import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from conftest import REPOSITORY

from tausweep.lyapunov.data import measure
from tausweep.lyapunov.settings import Lyapunov
from tausweep.lyapunov.verdict import LITTLE, verdict

from .samples import SMALL, standard

SEED, POINTS = 1_000, 2_000


@pytest.mark.slow
def test_hardly_any_of_seventy_kinds_is_called_chaotic(monkeypatch: pytest.MonkeyPatch) -> None:
    """One in two hundred may be, so two in seventy have a probability of 5 %."""
    monkeypatch.setattr(sys, "path", [str(Path(REPOSITORY) / "benchmarks"), *sys.path])
    from not_chaotic.every import KINDS

    called = []
    for name, kind in KINDS.items():
        x = kind(np.random.default_rng([SEED, zlib.crc32(name.encode())]), POINTS)
        x = standard(np.asarray(x))
        if verdict(measure(x, SMALL), SMALL, POINTS).word == "chaotic":
            called.append(name)
    assert len(KINDS) > 60
    assert len(called) <= 1, called


@pytest.mark.slow
@pytest.mark.parametrize("seed", [604, 605, 616])
def test_hearts_that_beat_at_random_are_not_called_chaotic(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Noise of half a per cent is taken off, and intervals are wide for another reason."""
    monkeypatch.setattr(sys, "path", [str(Path(REPOSITORY) / "benchmarks"), *sys.path])
    from not_chaotic.every import KINDS

    x = standard(KINDS["ecg"](np.random.default_rng([seed, zlib.crc32(b"ecg")]), 5_000))
    found = measure(x, Lyapunov())
    assert 0 < found.removed < LITTLE
    assert verdict(found, Lyapunov(), len(x)).word == "undecided"
