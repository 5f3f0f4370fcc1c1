"""Lyapunov exponents of a trained model, along its own free orbit, and its Kaplan-Yorke dimension.

They are measured as those of a system's equations are, which they are to be compared with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from jaxtyping import Float
from pydantic import Field

from tausweep.metrics.metric import Measurement, Values, Variable
from tausweep.settings import NaturalInt, PositiveFloat, PositiveInt

if TYPE_CHECKING:
    import xarray as xr

    from tausweep.models.model import Dynamics

MORE = 2
"""Exponents beyond the number of variables that are measured by default."""


class LyapunovSpectrum(Measurement):
    """Lyapunov exponents of the trained model by QR, and its Kaplan-Yorke dimension."""

    metric: Literal["lyapunov_spectrum"] = "lyapunov_spectrum"
    exponents: Annotated[PositiveInt, Field(le=10_000)] | None = None
    """How many, from the largest on; at most the dimension of the model's state. Default: two more
    than there are variables."""
    steps: PositiveInt = 10_000
    """Steps of the orbit measured over. With an external input, at most those held out."""
    transient: NaturalInt = 1_000
    """Steps run before those and dropped."""
    interval: Annotated[PositiveInt, Field(le=1_000)] = 1
    """Steps between two QR decompositions. Over these no direction may shrink by more than e¹⁰
    relative to another, and latent states that hold nothing of the data shrink fast."""
    bound: PositiveFloat = 1_000.0
    """A model beyond this many standard deviations of the data has diverged and no exponents."""

    version: ClassVar[int | None] = 1
    costly: ClassVar[bool] = True
    variables: ClassVar[Mapping[str, Variable]] = {
        "lyapunov_spectrum": Variable(
            "Lyapunov exponents of the trained model", "nat step-1", ("exponent",), reference=False
        ),
        "lyapunov_dimension": Variable(
            "Kaplan-Yorke dimension of the trained model", "1", reference=False
        ),
    }

    @property
    def steps_taken(self) -> int:  # noqa: D102
        return self.steps + self.transient

    def coordinates(self, variables: int) -> Mapping[str, tuple[Sequence[int], str, str]]:  # noqa: D102
        return {"exponent": (range(1, 1 + self._asked(variables)), "exponent", "1")}

    def references(self, signal: xr.Dataset, steps: int) -> dict[str, Any]:
        """None: what to read it beside are the exponents of the equations."""
        return {}

    def measure(self, model: Dynamics, signal: xr.Dataset) -> Values:
        """Exponents in the order in which QR finds them, descending but for those too close to be
        told apart; NaN of a member that diverged.
        """
        from tausweep.statespace.exponents import exponents, kaplan_yorke

        asked = self._asked(model.variables)
        count = min(asked, model.dimension)
        found = exponents(
            self._along_orbit(model, signal),
            np.zeros((model.members, model.dimension)),
            interval=self.interval,
            length=self._length(signal),
            transient=self.transient,
            count=count,
            rng=np.random.default_rng(0),
        )
        # With too few exponents to reach a negative sum, the dimension is only known to be more.
        enough = (found.sum(axis=1) < 0) | (count == model.dimension)
        return {
            "lyapunov_spectrum": np.pad(
                found, ((0, 0), (0, asked - count)), constant_values=np.nan
            ),
            "lyapunov_dimension": np.where(enough, kaplan_yorke(found), np.nan),
        }

    def _asked(self, variables: int) -> int:
        return self.exponents or variables + MORE

    def _along_orbit(
        self, model: Dynamics, signal: xr.Dataset
    ) -> Callable[[int, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
        """What follows the model and its tangent vectors over one interval after another.

        The model's states are its own; the stand-ins for them, which are passed on, are NaN of
        members that diverged.
        """
        x = signal["x"].transpose("time", "variable").to_numpy()
        begin = int(signal["train_steps"])
        s = signal["input"].transpose("time", "channel").values if "input" in signal else None
        now = begin + model.history - 1
        state = model.start(x[None, begin : now + 1])

        def advance(
            i: int, standing: Float[np.ndarray, "member _"], tangents: np.ndarray
        ) -> tuple[np.ndarray, np.ndarray]:
            nonlocal state
            V = tangents[:, None]
            for t in range(now + i * self.interval, now + (i + 1) * self.interval):
                state, V = model.propagate(state, V, None if s is None else s[t, None])
            at = np.abs(model.observe(state)).max(axis=(1, 2))
            return np.where((at <= self.bound)[:, None], standing, np.nan), V[:, 0]

        return advance

    def _length(self, signal: xr.Dataset) -> int:
        """Steps to measure over: fewer than asked for where an external input ends before."""
        if "input" not in signal:
            return self.steps
        held_out = signal.sizes["time"] - int(signal["train_steps"])
        there = held_out - self.transient - 2 * self.interval
        if there < self.interval:
            raise ValueError(
                f"metrics.lyapunov_spectrum.transient: {self.transient} steps and an orbit after "
                "them need more of the external input than is held out: lower it, or give a longer "
                "series"
            )
        return min(self.steps, there)
