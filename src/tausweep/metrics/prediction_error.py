"""Prediction error: how far forecasts are from the data after n steps.

On chaotic data it grows like e^(λn) to the distance of unrelated states, whatever the model: it
tells how well the flow is known, not whether orbits stay on the attractor. Read it beside D_stsp.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from jaxtyping import Float
from pydantic import Field, field_validator

from tausweep.metrics.metric import Measurement, Values, Variable
from tausweep.settings import PositiveInt

if TYPE_CHECKING:
    import xarray as xr

    from tausweep.models.model import Dynamics


class PredictionError(Measurement):
    """Error of forecasts of the held-out data, after several numbers of steps."""

    metric: Literal["prediction_error"] = "prediction_error"
    steps: Annotated[
        tuple[Annotated[PositiveInt, Field(le=100_000)], ...], Field(min_length=1, max_length=1_000)
    ] = (1, 2, 5, 10, 20, 50, 100)
    """Steps ahead, ascending."""
    starts: Annotated[PositiveInt, Field(le=100_000)] = 1_000
    """Forecasts, at most: begun at points spread evenly over the held-out data."""

    version: ClassVar[int | None] = 1
    variables: ClassVar[Mapping[str, Variable]] = {
        "prediction_error": Variable(
            "root mean square error of forecasts", "standard deviations", ("ahead",)
        )
    }

    @field_validator("steps")
    @classmethod
    def _ascending(cls, steps: tuple[int, ...]) -> tuple[int, ...]:
        if list(steps) != sorted(set(steps)):
            raise ValueError(f"steps ahead must ascend, found {list(steps)}")
        return steps

    @property
    def steps_taken(self) -> int:  # noqa: D102
        return self.starts * self.steps[-1]

    def coordinates(self, variables: int) -> Mapping[str, tuple[Sequence[int], str, str]]:  # noqa: D102
        return {"ahead": (self.steps, "steps ahead", "step")}

    def references(self, signal: xr.Dataset, steps: int) -> dict[str, Any]:
        """No floor; ceiling: the climatological error, that of forecasting the mean; persistence:
        that of forecasting the last value.
        """
        x, scale = _data(signal)
        starts = self._starts(signal, history=1)
        forecasts = {
            "ceiling": x[: int(signal["train_steps"])].mean(axis=0),
            "persistence": x[starts],
        }
        return {
            f"prediction_error_{name}": np.array(
                [_rms((forecast - x[starts + n]) / scale) for n in self.steps]
            )
            for name, forecast in forecasts.items()
        }

    def measure(self, model: Dynamics, signal: xr.Dataset) -> Values:
        """RMSE over starts and variables, each in standard deviations of the training data.

        Infinite where a forecast is not finite.
        """
        x, scale = _data(signal)
        starts = self._starts(signal, model.history)
        errors = [
            _rms((forecast - x[starts + n]) / scale, axis=(1, 2))
            for n, forecast in self._forecasts(model, signal, x, starts)
        ]
        return {"prediction_error": np.stack(errors, axis=1)}

    def _forecasts(
        self, model: Dynamics, signal: xr.Dataset, x: np.ndarray, starts: np.ndarray
    ) -> Iterator[tuple[int, Float[np.ndarray, "member start variable"]]]:
        """What the model says of the data at each of the steps ahead."""
        s = signal["input"].transpose("time", "channel").values if "input" in signal else None
        past = np.arange(1 - model.history, 1)
        state = model.start(x[starts[:, None] + past])
        for n in range(1, self.steps[-1] + 1):
            state = model.step(state, None if s is None else s[starts + n - 1])
            if n in self.steps:
                yield n, model.observe(state)

    def _starts(self, signal: xr.Dataset, history: int) -> np.ndarray:
        """Samples from which forecasts start, with all of their past and future held out."""
        first = int(signal["train_steps"]) + history - 1
        last = signal.sizes["time"] - 1 - self.steps[-1]
        if last < first:
            raise ValueError(
                f"metrics.prediction_error.steps: {self.steps[-1]} steps ahead and a history of "
                f"{history} need {self.steps[-1] + history} samples, but only "
                f"{signal.sizes['time'] - int(signal['train_steps'])} are held out: ask for fewer "
                "steps, or raise signal.held_out"
            )
        number = min(self.starts, last - first + 1)
        return np.linspace(first, last, number).round().astype(int)


def _data(
    signal: xr.Dataset,
) -> tuple[Float[np.ndarray, "time variable"], Float[np.ndarray, " variable"]]:
    """The signal, and the standard deviation of its training part."""
    x = signal["x"].transpose("time", "variable").to_numpy()
    scale = x[: int(signal["train_steps"])].std(axis=0)
    return x, np.where(scale > 0, scale, 1.0)


def _rms(error: np.ndarray, axis: tuple[int, ...] | None = None) -> np.ndarray:
    """Root of the mean square; infinite where anything is not finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        found = np.sqrt(np.mean(error**2, axis=axis))
    return np.asarray(np.where(np.isnan(found), np.inf, found))
