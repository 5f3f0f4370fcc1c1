"""How fast a machine is, by three loads like those of the jobs, in about ten seconds."""

from __future__ import annotations

import contextlib
import logging
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

REPEATS = 3


@dataclass(frozen=True)
class Speed:
    """Processor time that loads take, in seconds: the shortest of a few times each, as what else
    runs beside them only adds.
    """

    start: float
    """Starting Python and loading what every job needs."""
    kernel: float
    """Training, by the fastest engine that there is on processors."""
    arrays: float
    """Transforms, sorting and functions of arrays."""


def measure() -> Speed:
    """The speed of this machine now."""
    with _quiet():
        return Speed(*(min(map(_timed, [load] * REPEATS)) for load in (_start, _train, _arrays)))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Let training not tell how far it is."""
    log = logging.getLogger("tausweep")
    level = log.level
    log.setLevel(logging.WARNING)
    try:
        yield
    finally:
        log.setLevel(level)


def _timed(load: Callable[[], None]) -> float:
    began = _used()
    load()
    return _used() - began


def _used() -> float:
    """Processor time of this process and of those that it started and that ended."""
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def _start() -> None:
    subprocess.run([sys.executable, "-c", "import netCDF4, xarray"], check=True)


def _train() -> None:
    """Some epochs of the smallest network on noise, which costs as much as data do."""
    import numpy as np
    import xarray as xr

    from tausweep.engines.fused.library import available
    from tausweep.execution import Execution
    from tausweep.models.rnn.settings import Recurrent
    from tausweep.training.methods.sparse_tf import SparseTF
    from tausweep.training.recurrent import train
    from tausweep.training.settings import Train, Training

    x = np.random.default_rng(0).standard_normal((2_000, 3))
    signal = xr.Dataset(
        {"x": (("time", "variable"), x), "train_steps": ((), len(x))},
        coords={"variable": ["x", "y", "z"]},
    )
    job = Train(
        model=Recurrent(cell="rnn"),
        method=SparseTF(method="sparse_tf", tau=[30]),
        training=Training(epochs=20),
        first_member=0,
        members=5,
    )
    engine = "fused" if available() else "eager"  # not "auto", which may take a GPU
    train(job, signal, execution=Execution(engine=engine, threads=1))


def _arrays() -> None:
    import numpy as np

    x = np.random.default_rng(0).standard_normal((1 << 20, 3))
    np.fft.rfft(x, axis=0)
    np.sort(x, axis=0)
    np.histogramdd(x, bins=20)
    for _ in range(20):
        np.tanh(x)
