"""Flows of the package dysts (Gilpin 2021, NeurIPS Datasets and Benchmarks), an optional extra.

Only its equations and initial conditions are used: they are integrated here, and exponents are
measured here, since those stored in the package are unreliable. The package is imported when a
flow's equations are first asked for.
"""

from __future__ import annotations

import difflib
import inspect
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from tausweep.settings import PositiveFloat, Settings
from tausweep.systems.system import Flow, Matrix, State, Time


class DystsParameters(Settings):
    """What a flow of dysts is identified by."""

    name: str


class Dysts(Flow):
    """A flow of the package dysts (Gilpin 2021); needs pip install 'tausweep[dysts]'. Only its
    equations are used. Its λ_max is measured with a numerical Jacobian, which can take minutes.

    Its parameters are the package's defaults, and time is the package's. Coordinates that grow
    without bound, such as a phase, are observed as the package observes them, and then named
    bounded_… What needs the package raises ValueError where it is missing or has no such flow.
    """

    system: Literal["dysts"]
    name: str
    """Its name in dysts, for instance Thomas."""
    dt: PositiveFloat
    """Sampling interval, in units of the system's time. It must be given: the flows differ much."""

    @property
    def parameters(self) -> DystsParameters:
        """What identifies the system, in the place of other systems' parameters."""
        return DystsParameters(name=self.name)

    @property
    def title(self) -> str:  # noqa: D102
        return f"{self.name} of dysts"

    @property
    def values(self) -> str:  # noqa: D102
        numbers = {name: np.asarray(value) for name, value in flow(self.name).params.items()}
        return ", ".join(
            f"{k} = {v:g}" if v.ndim == 0 else f"{k} an array" for k, v in numbers.items()
        )

    @property
    def coordinates(self) -> tuple[str, ...]:  # noqa: D102
        size = len(flow(self.name).ic)
        names = tuple(inspect.signature(flow(self.name)._rhs).parameters)
        if names[size : size + 1] == ("t",):
            return names[:size]
        return tuple(f"x{i}" for i in range(size))  # written for a vector: nothing has a name

    @property
    def variables(self) -> None:
        """Not known before a job, which has the package."""
        return None

    @property
    def observables(self) -> tuple[str, ...]:  # noqa: D102
        unbounded = flow(self.name).unbounded_indices
        return tuple(
            f"bounded_{name}" if i in unbounded else name for i, name in enumerate(self.coordinates)
        )

    @property
    def timescale(self) -> float:
        """A radian of its dominant oscillation, as dysts gives it."""
        return float(flow(self.name).period) / (2 * np.pi)

    def view(self, time: Time, state: State) -> Float[np.ndarray, "*member observable"]:  # noqa: D102
        if not flow(self.name).unbounded_indices:
            return state
        return np.stack(flow(self.name)._postprocessing(*np.moveaxis(state, -1, 0)), axis=-1)

    def derivative(self, time: Time, state: State) -> State:  # noqa: D102
        if state.ndim == 1:
            return np.array(flow(self.name).rhs(state, time), dtype=float)
        return ensemble(self.name)(state, np.broadcast_to(time, len(state)))

    def jacobian(self, time: Time, state: State) -> Matrix:
        """Derivative of the right-hand side, by central differences: right to about 1e-8."""
        columns = []
        for i in range(state.shape[-1]):
            step = np.zeros_like(state)
            step[..., i] = 1e-5 * np.maximum(1.0, np.abs(state[..., i]))
            rise = self.derivative(time, state + step) - self.derivative(time, state - step)
            columns.append(rise / (2 * step[..., i, None]))
        return np.stack(columns, axis=-1)

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """A state beside the package's initial condition, 1 % of a standard deviation away."""
        return beside_the_initial_condition(self.name, rng)


@cache
def flow(name: str) -> Any:
    """The package's own object.

    Raises ValueError where the package is missing or has no flow of this name.
    """
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
    if name not in known:
        close = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
        raise ValueError(
            f"dysts has no flow named {name!r}: "
            f"{'did you mean ' + ' or '.join(close) + '?' if close else 'see dysts.flows'}"
        )
    return known[name]()


def beside_the_initial_condition(name: str, rng: np.random.Generator) -> np.ndarray:
    """A state 1 % of a standard deviation away from the package's initial condition."""
    known = flow(name)
    return np.asarray(known.ic + 0.01 * known.std * rng.standard_normal(len(known.ic)))


@cache
def ensemble(name: str) -> Callable[[State, np.ndarray], State]:
    """Right-hand side for many states, where the package's function for one also serves many: as
    rows or, if it unpacks its argument, as columns. Otherwise, they take turns.
    """
    rhs = flow(name).rhs

    def turns(states: State, times: np.ndarray) -> State:
        return np.array([rhs(*one) for one in zip(states, times, strict=True)], dtype=float)

    def rows(states: State, times: np.ndarray) -> State:
        return np.stack(np.broadcast_arrays(*rhs(states, times)), axis=-1)

    def columns(states: State, times: np.ndarray) -> State:
        return rows(states.T, times)

    rng = np.random.default_rng(0)
    size = len(flow(name).ic)
    states = np.array([beside_the_initial_condition(name, rng) for _ in range(size + 2)])
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
