"""A linear model of one or several members, as dynamics; and signals for it."""

import numpy as np
import xarray as xr

from tausweep.models.dynamics import Dynamics


class Linear(Dynamics):
    """x_{t+1} = A x_t + C s_t, with a matrix A for each member; all of x is observed."""

    history = 1

    def __init__(self, A, C=None):
        self.members, self.variables, self.dimension = A.shape
        self.A, self.C = A[:, None], C

    def start(self, x):
        return np.broadcast_to(x[:, -1], (self.members, len(x), self.variables))

    def step(self, state, s=None):
        forced = 0.0 if self.C is None else s @ self.C.T
        with np.errstate(over="ignore", invalid="ignore"):  # states may become infinite
            return (self.A @ state[..., None])[..., 0] + forced

    def observe(self, state):
        return state

    def propagate(self, state, V, s=None):
        return self.step(state, s), self.A @ V


def signal(x, train_steps, s=None):
    """A signal of stage `signal`, as far as metrics look at it."""
    parts = {"x": (("time", "variable"), x), "train_steps": train_steps}
    if s is not None:
        parts["input"] = (("time", "channel"), s)
    return xr.Dataset(parts, coords={"variable": [f"x{i}" for i in range(x.shape[1])]})


def followed(A, start, steps, s=None, C=None):
    """The orbit of x_{t+1} = A x_t + C s_t."""
    x = np.empty((steps, len(start)))
    x[0] = start
    for t in range(steps - 1):
        x[t + 1] = A @ x[t] + (0.0 if s is None else C @ s[t])
    return x
