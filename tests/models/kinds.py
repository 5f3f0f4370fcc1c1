"""Small fitted models of every kind."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tausweep.models.dynamics import State
from tausweep.models.model import Dynamics
from tausweep.models.ngrc import NGRC
from tausweep.models.rnn.cells import CELLS
from tausweep.models.rnn.initial import dimensions, initial_parameters
from tausweep.training import stage as training
from tausweep.training.settings import Fit

VARIABLES, CHANNELS, MEMBERS = 2, 2, 3

KINDS = [*CELLS, "ngrc"]


def signal(channels: int = 0, steps: int = 300) -> xr.Dataset:
    """Noise and, where there is one, an external input."""
    rng = np.random.default_rng(7)
    parts = {"x": (("time", "variable"), rng.standard_normal((steps, VARIABLES)))}
    if channels:
        parts["input"] = (("time", "channel"), rng.standard_normal((steps, channels)))
    return xr.Dataset(
        {**parts, "train_steps": steps // 2},
        coords={"variable": ["u", "v"]},
        attrs={"dt": 0.1, "time_unit": "s"},
    )


def fitted(kind: str, channels: int = 0) -> xr.Dataset:
    """A file of stage `train`: a network as it is initially, or a polynomial fitted to noise."""
    if kind == "ngrc":
        model = NGRC(model="ngrc", delays=2, skip=2, degree=3, samples=100, ridge=1.0)
        return training.fit(Fit(model=model, first_member=0, members=MEMBERS), signal(channels))
    draws = [
        initial_parameters(CELLS[kind], 6, VARIABLES, np.random.default_rng(m), channels=channels)
        for m in range(MEMBERS)
    ]
    axes = dimensions(CELLS[kind], driven=channels > 0)
    return xr.Dataset(
        {
            name: (("member", *axes[name]), np.stack([p[name] for p in draws]).astype(np.float32))
            for name in axes
        },
        coords={"member": np.arange(MEMBERS)},
        attrs={"recurrent_cell": kind, "title": "Parameters"},
    )


def beside(state: State, directions: np.ndarray) -> State:
    """States moved along directions (member, n, dimension), in the form of their kind."""
    if isinstance(state, np.ndarray):
        return state + directions.reshape(state.shape)
    parts = np.split(directions.mT, len(state), axis=1)
    return tuple(part + by for part, by in zip(state, parts, strict=True))


def coordinates(state: State) -> np.ndarray:
    """States as (member, n, dimension)."""
    if isinstance(state, np.ndarray):
        return state.reshape(*state.shape[:2], -1)
    return np.concatenate(state, axis=1).mT


def started(model: Dynamics, n: int) -> State:
    x = np.random.default_rng(1).standard_normal((n, model.history, VARIABLES))
    return model.start(x)
