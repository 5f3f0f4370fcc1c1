"""Flows of the package dysts (Gilpin 2021, NeurIPS Datasets and Benchmarks), an optional extra.

Only its equations and initial conditions are used: they are integrated here, and exponents are
measured here, since those stored in the package are unreliable.
"""

from __future__ import annotations

import difflib
import inspect
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tausweep.series.system import Flow, State, Time


@dataclass(frozen=True)
class Dysts(Flow):
    """A flow of dysts by its name there, with its default parameters.

    Time is the package's. Coordinates that grow without bound, such as a phase, are observed as the
    package observes them, and then named bounded_…

    Every property raises ValueError where the package is missing or has no flow of this name.
    """

    name: str

    @property
    def title(self) -> str:  # noqa: D102
        return f"{self.name} of dysts"

    @property
    def values(self) -> str:  # noqa: D102
        numbers = {name: np.asarray(value) for name, value in self._flow.params.items()}
        return ", ".join(
            f"{k} = {v:g}" if v.ndim == 0 else f"{k} an array" for k, v in numbers.items()
        )

    @cached_property
    def _flow(self) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it recommends numba, which is not needed here
                from dysts import base, flows
        except ImportError as error:
            raise ValueError(
                f"series of system 'dysts' need the package dysts ({error}): install it by "
                "pip install 'tausweep[dysts]'"
            ) from None
        known = {
            name: kind
            for name, kind in vars(flows).items()
            if inspect.isclass(kind) and issubclass(kind, base.DynSys) and kind is not base.DynSys
        }
        if self.name not in known:
            close = difflib.get_close_matches(self.name, known, n=3, cutoff=0.4)
            raise ValueError(
                f"dysts has no flow named {self.name!r}: "
                f"{'did you mean ' + ' or '.join(close) + '?' if close else 'see dysts.flows'}"
            )
        return known[self.name]()

    @property
    def coordinates(self) -> tuple[str, ...]:  # noqa: D102
        size = len(self._flow.ic)
        names = tuple(inspect.signature(self._flow._rhs).parameters)
        if names[size : size + 1] == ("t",):
            return names[:size]
        return tuple(f"x{i}" for i in range(size))  # written for a vector: nothing has a name

    @property
    def variables(self) -> tuple[str, ...]:  # noqa: D102
        unbounded = self._flow.unbounded_indices
        return tuple(
            f"bounded_{name}" if i in unbounded else name for i, name in enumerate(self.coordinates)
        )

    @property
    def timescale(self) -> float:
        """A radian of its dominant oscillation, as dysts gives it."""
        return float(self._flow.period) / (2 * np.pi)

    def observe(self, time: Time, state: State) -> np.ndarray:  # noqa: D102
        if not self._flow.unbounded_indices:
            return state
        return np.stack(self._flow._postprocessing(*np.moveaxis(state, -1, 0)), axis=-1)

    def derivative(self, time: Time, state: State) -> State:  # noqa: D102
        if state.ndim == 1:
            return np.array(self._flow.rhs(state, time), dtype=float)
        return self._ensemble(state, np.broadcast_to(time, len(state)))

    @cached_property
    def _ensemble(self) -> Callable[[State, np.ndarray], State]:
        """Right-hand side for many states, where the package's function for one also serves many:
        as rows or, if it unpacks its argument, as columns. Otherwise, they take turns.
        """
        rhs = self._flow.rhs

        def turns(states: State, times: np.ndarray) -> State:
            return np.array([rhs(*one) for one in zip(states, times, strict=True)], dtype=float)

        def rows(states: State, times: np.ndarray) -> State:
            return np.stack(np.broadcast_arrays(*rhs(states, times)), axis=-1)

        def columns(states: State, times: np.ndarray) -> State:
            return rows(states.T, times)

        rng = np.random.default_rng(0)
        states = np.array([self.draw(rng) for _ in range(self.dimension + 2)])
        times = np.linspace(0.0, 1.0, len(states))
        expected = turns(states, times)
        for whole in (rows, columns):
            try:
                found = whole(states, times)
            except (ValueError, IndexError, TypeError):
                continue
            if found.shape == expected.shape and np.allclose(found, expected, rtol=1e-12):
                return whole
        return turns

    def jacobian(self, time: Time, state: State) -> np.ndarray:
        """Derivative of the right-hand side, by central differences: right to about 1e-8."""
        columns = []
        for i in range(self.dimension):
            step = np.zeros_like(state)
            step[..., i] = 1e-5 * np.maximum(1.0, np.abs(state[..., i]))
            rise = self.derivative(time, state + step) - self.derivative(time, state - step)
            columns.append(rise / (2 * step[..., i, None]))
        return np.stack(columns, axis=-1)

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """A state beside the package's initial condition, 1 % of a standard deviation away."""
        flow = self._flow
        return np.asarray(flow.ic + 0.01 * flow.std * rng.standard_normal(len(flow.ic)))
