"""What a fitted model is: dynamics to run, to start on data, and to follow tangent vectors along;
and what a kind of model is that is fitted without being trained step by step.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np
from jaxtyping import Float

from tausweep.settings import Settings

if TYPE_CHECKING:
    import xarray as xr

State: TypeAlias = Any
"""n states of every member, in whatever form a model keeps them; only handed on, never looked at
and never changed in place."""

Input: TypeAlias = Float[np.ndarray, "n channel"] | None
"""The external input s_t that acts on each of n states; one row acts on all of them alike. None
where the model has none."""

Tangents: TypeAlias = Float[np.ndarray, "member n dimension vector"]
"""Tangent vectors v, as columns, at each of n states of every member."""


class Dynamics(ABC):
    """Fitted models of one job: a map from state to state, and what is observed of a state.

    All members advance side by side, each from n states of its own, and none touches another. Time
    is counted in steps of the signal, observations are in standard deviations of the data, and all
    arrays are float64. A state that has become infinite or NaN stays so and raises nothing.

    Orbits, prediction errors and Lyapunov exponents are made from nothing else, so every kind of
    model is measured alike.
    """

    members: int
    """How many replicates there are."""
    variables: int
    """How many variables are observed, N."""
    history: int
    """How many samples `start` asks for."""
    dimension: int
    """Of the state, and so of the space of tangent vectors, D."""
    engine: str = "numpy"
    """What runs it, as it is written into files."""

    @abstractmethod
    def start(self, x: Float[np.ndarray, "n history variable"]) -> State:
        """The states of every member that follow from data.

        Parameters
        ----------
        x : array (n, history, variable)
            The last `history` samples, one after the other; the last of them is now.
        """

    @abstractmethod
    def step(self, state: State, s: Input = None) -> State:
        """The states one step on.

        Parameters
        ----------
        state
            States at time t.
        s : array (n, channel) or (1, channel), optional
            External input at time t.
        """

    @abstractmethod
    def observe(self, state: State) -> Float[np.ndarray, "member n variable"]:
        """What is observed of states, x̂."""

    @abstractmethod
    def propagate(self, state: State, V: Tangents, s: Input = None) -> tuple[State, Tangents]:
        """States and tangent vectors one step on.

        Parameters
        ----------
        state, s
            As of `step`.
        V : array (member, n, dimension, vector)
            Tangent vectors at `state`, any number of them.

        Returns
        -------
        state
            What `step` gives.
        V : array (member, n, dimension, vector)
            J v for each of them, with J the derivative of the state after by the state before.
        """

    def run(
        self, state: State, steps: int, s: Float[np.ndarray, "step channel"] | None = None
    ) -> tuple[Float[np.ndarray, "member n step variable"], State]:
        """Let models run freely.

        Parameters
        ----------
        state
            States at time t.
        steps
            How many steps to go.
        s : array (step, channel), optional
            External input at times t, t + 1, …, the same for all states.

        Returns
        -------
        x : array (member, n, step, variable)
            What is observed at times t + 1, t + 2, …
        state
            The states at the end.
        """
        x = np.empty((*self.observe(state).shape[:2], steps, self.variables))
        for t in range(steps):
            state = self.step(state, None if s is None else s[t, None])
            x[:, :, t] = self.observe(state)
        return x, state


class Fitted(Settings, ABC):
    """A kind of model that is fitted in one go, without epochs: its settings, and what it does.

    It is one class in a module of its own, with `model: Literal["its name"]` among its settings,
    and an entry in the union of `models/settings.py`. What is imported at the top of the module is
    loaded each time the workflow is parsed, and so is light.
    """

    by: ClassVar[str]
    """What it is fitted by, in one word: stands where that of recurrent models stands, whose
    training method is a choice."""
    version: ClassVar[int | None] = 1
    """Raise it whenever a change of the code changes what is fitted."""

    @abstractmethod
    def fit(self, signal: xr.Dataset, members: range) -> xr.Dataset:
        """Fit the members of these numbers to the training part of a signal.

        Member i depends on the settings, the signal and i, and not on which others are fitted with
        it.

        Parameters
        ----------
        signal
            `x(time, variable)`, `train_steps`, and perhaps `input(time, channel)`.
        members
            Their numbers.

        Returns
        -------
        All that `load` needs, with a dimension `member`. Whoever calls adds labels and whether a
        parameter is not finite.
        """

    @classmethod
    @abstractmethod
    def load(cls, train: xr.Dataset) -> Dynamics:
        """The models that `fit` made."""
