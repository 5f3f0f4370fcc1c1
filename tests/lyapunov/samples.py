"""Samples, and signals of them."""

import numpy as np
import xarray as xr

from tausweep.lyapunov.settings import Lyapunov
from tausweep.series import dataset
from tausweep.signal import stage as signal
from tausweep.signal.settings import Signal

GOLDEN = (5**0.5 - 1) / 2
SMALL = Lyapunov(reference_points=300, bootstrap=20)


def signal_of(x: np.ndarray, dt: float = 1.0, held_out: float = 0.0) -> xr.Dataset:
    """A signal from samples."""
    x = np.asarray(x).reshape(len(x), -1)
    attrs = {"subject": "test", "system": "file", "parameters": "{}"}
    names = [f"x{i}" for i in range(x.shape[1])]
    made = dataset.make(x, names, dt=dt, time_unit="1", attrs=attrs)
    return signal.run(Signal(held_out=held_out), made)


def standard(x: np.ndarray) -> np.ndarray:
    x = np.asarray(x, dtype=float).reshape(len(x), -1)
    return (x - x.mean(axis=0)) / x.std(axis=0)


def logistic(steps: int, r: float = 3.9) -> np.ndarray:
    x = np.empty(steps)
    x[0] = 0.3
    for t in range(steps - 1):
        x[t + 1] = r * x[t] * (1 - x[t])
    return x
