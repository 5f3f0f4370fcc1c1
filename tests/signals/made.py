"""Small series, and steps applied to them."""

from typing import Any

import numpy as np
from conftest import REPOSITORY

from tausweep.series import dataset
from tausweep.signal.settings import Signal
from tausweep.signal.stage import STEPS

GUIDE = REPOSITORY / "docs/signal.md"


SMOOTH = [
    {"step": "smooth", "by": "gaussian", "width": 3.0},
    {"step": "smooth", "by": "savitzky_golay", "window": 9, "order": 2},
    {"step": "decimate", "factor": 3},
]


def series_of(x, **attrs):
    names = [f"x{i}" for i in range(x.shape[1])]
    attrs = {"subject": "test", "system": "file", "parameters": "{}"} | attrs
    return dataset.make(x, names, dt=0.1, time_unit="1", attrs=attrs)


def cell_of(*steps: dict[str, Any], **others):
    return Signal.model_validate({"steps": list(steps), **others})


def applied(x, step, dt=0.1, held_out=0.5):
    """A single step on samples, without what follows it."""
    cell = cell_of(step)
    prepared = series_of(x).assign(train_steps=int(len(x) * (1 - held_out)))
    after, record = STEPS[step["step"]].apply(cell.steps[0], prepared)
    return after, record


def samples(steps=600, variables=2, seed=0):
    """Noise with a trend and cycles."""
    t = 0.1 * np.arange(steps)[:, None]
    cycles = np.sin(2 * np.pi * t / 5 + np.arange(variables)) + np.cos(2 * np.pi * t / 2)
    return np.random.default_rng(seed).normal(size=(steps, variables)) + 0.05 * t + 2 * cycles
