"""Small problems to train on."""

from __future__ import annotations

import numpy as np
import xarray as xr
from pydantic import TypeAdapter

from tausweep.engines.choose import choose
from tausweep.engines.windows import Data
from tausweep.models.rnn.cells import CELLS
from tausweep.models.rnn.layout import Layout
from tausweep.models.rnn.settings import Recurrent
from tausweep.training.checkpoint import Checkpoint
from tausweep.training.settings import Method, Train, Training
from tausweep.training.trainer import Problem, Trained, Trainer

SIGNAL = np.random.default_rng(0).standard_normal((400, 3)).cumsum(axis=0)
SIGNAL = (SIGNAL - SIGNAL.mean(axis=0)) / SIGNAL.std(axis=0)
SHORT = Training(epochs=20, batches=3, batch_size=4, sequence_length=30)


def method(name: str, **settings: object) -> Method:
    if name not in ("bptt", "clipped_bptt", "gtf", "gtf_adaptive"):
        settings.setdefault("tau", [7])
    return TypeAdapter(Method).validate_python({"method": name, **settings})


def problem(
    cell: str = "rnn",
    by: Method | None = None,
    settings: Training = SHORT,
    members: range = range(3),
    tau: int = 7,
    latent: int = 10,
    x: np.ndarray = SIGNAL,
) -> Problem:
    by = by or method("sparse_tf")
    return Problem(
        layout=Layout(CELLS[cell], latent, x.shape[1]),
        scheme="default",
        data=Data(x),
        updates=by.updates,
        tau=tau,
        length=settings.sequence_length,
        clip=by.clipping,
        mixing=by.mixing,
        settings=settings,
        members=members,
    )


def train(engine: str = "auto", **changes: object) -> Trained:
    task = problem(**changes)
    found = choose(engine, task.layout, mixed=task.mixing is not None)
    return Trainer(task, found).run(Checkpoint(None, 60.0))


def dataset(x: np.ndarray = SIGNAL) -> xr.Dataset:
    return xr.Dataset(
        {"x": (("time", "variable"), x), "train_steps": 300},
        coords={"variable": ["x", "y", "z"]},
    )


def train_cell(settings: Training, by: Method | None = None, cell: str = "rnn") -> Train:
    return Train(
        model=Recurrent(cell=cell, latent=8),
        method=by or method("sparse_tf"),
        training=settings,
        first_member=0,
        members=2,
    )
