"""One estimate of λ_max by the stages of the pipeline, as the benchmarks want it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, NamedTuple, TypeVar

import numpy as np

from tausweep.lyapunov import stage as lyapunov
from tausweep.lyapunov.settings import Lyapunov
from tausweep.series import dataset
from tausweep.signal import stage as signal
from tausweep.signal.settings import Signal

T, R = TypeVar("T"), TypeVar("R")


class Estimate(NamedTuple):
    """λ_max in nats per step and its interval; NaN where there is no number."""

    verdict: str
    value: float
    lower: float
    upper: float
    bound: str
    """ "lower" where the value is said to be a lower bound of λ_max, else empty."""
    by: str
    seconds: float
    """Of processor time."""

    @property
    def has_number(self) -> bool:
        """Whether there is a value with an interval."""
        return bool(np.isfinite([self.value, self.lower, self.upper]).all())

    def holds(self, true: float, error: float = 0.0) -> bool:
        """Whether the interval, or the lower bound, is right about a truth known to 2 `error`."""
        upper = np.inf if self.bound == "lower" else self.upper
        return bool(self.lower <= true + 2 * error and true - 2 * error <= upper)


def estimate(
    x: np.ndarray,
    dt: float = 1.0,
    settings: Lyapunov | None = None,
    steps: Iterable[dict[str, Any]] = (),
) -> Estimate:
    """Measure λ_max from all samples (time, variable), after the steps of a signal.

    An error that a stage raises becomes the verdict: a run of an hour shall go on.
    """
    names = [f"x{i}" for i in range(x.shape[1])]
    attrs = {"subject": "benchmark", "description": "benchmark", "system": "benchmark"}
    series = dataset.make(x, names, dt=dt, time_unit="1", attrs=attrs)
    start = time.process_time()
    try:
        sample = signal.run(Signal.model_validate({"held_out": 0.0, "steps": list(steps)}), series)
        found = lyapunov.run(settings or Lyapunov(), sample)
    except Exception as error:
        verdict = f"{type(error).__name__}: {str(error)[:80]}"
        return Estimate(verdict, np.nan, np.nan, np.nan, "", "", time.process_time() - start)
    lower, upper = (float(end) for end in found["lambda_max_interval"])
    return Estimate(
        found.attrs["verdict"],
        float(found["lambda_max"]),
        lower,
        upper,
        found.attrs.get("bound", ""),
        found.attrs["estimated_by"],
        time.process_time() - start,
    )


def spread(run: Callable[[T], R], jobs: Iterable[T], processes: int) -> Iterator[R]:
    """Results of jobs in their order, each of them on one core."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # read as processes begin
        os.environ.setdefault(name, "1")
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(run, jobs)
