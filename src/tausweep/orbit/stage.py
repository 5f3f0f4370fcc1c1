"""Freely generated orbits: stage `orbit`."""

from __future__ import annotations

import numpy as np
import xarray as xr
from jaxtyping import Float, Int

from tausweep.execution import PLAIN, Execution
from tausweep.models.dynamics import State
from tausweep.models.model import Dynamics, load
from tausweep.orbit.settings import OrbitAlong, Part

_CHUNK = 1_000
"""Steps between two looks at whether any member is still bounded."""


def run(
    settings: OrbitAlong, train: xr.Dataset, signal: xr.Dataset, *, execution: Execution = PLAIN
) -> xr.Dataset:
    """Let every member of a block run freely from the first sample of a part of the signal.

    A model that asks for more history than that sample is given those before it; where there are
    none, it starts as many samples later. One with an external input is given that from there on,
    and runs no longer than it lasts.

    Returns `x(member, time, variable)` in standard deviations of the data, and whether and when a
    member diverged: became non-finite or left ±`settings.bound`. From then on its x is NaN.

    Raises
    ------
    ValueError
        There is not enough of the external input for the transient.
    """
    model = load(train, execution)
    begin = max(first(settings.part, signal), model.history - 1)
    kept = length(settings, signal, begin)
    s = _input(signal, begin)
    past = signal.x.transpose("time", "variable").values[begin + 1 - model.history : begin + 1]
    x = generate(model, model.start(past[None]), settings.transient + kept, settings.bound, s)
    when = diverged_at(x, settings.bound)
    for member, step in enumerate(when):
        if step >= 0:
            x[member, step:] = np.nan
    dt = signal.attrs["dt"]
    time = (
        dt * np.arange(kept),
        {"long_name": "time", "units": signal.attrs["time_unit"]},
    )
    return xr.Dataset(
        {
            "x": (
                ("member", "time", "variable"),
                x[:, settings.transient :],
                {"long_name": "freely generated orbit", "units": "standard deviations"},
            ),
            "diverged": (
                "member",
                (when >= 0).astype(np.int8),
                {"long_name": "whether the orbit left its bound", "units": "1"},
            ),
            "diverged_at": (
                "member",
                when,
                {
                    "long_name": "step at which it did, the transient included; -1 if never",
                    "units": "step",
                },
            ),
        },
        coords={"member": train.member, "time": ("time", *time), "variable": signal.variable},
        attrs={**train.attrs, "engine": model.engine},
    )


def first(part: Part, signal: xr.Dataset) -> int:
    """Where a part of a signal begins."""
    return int(signal["train_steps"]) if part == "held_out" else 0


def length(settings: OrbitAlong, signal: xr.Dataset, begin: int) -> int:
    """Steps that are kept of an orbit: as many as asked for, unless an external input ends before.

    Raises
    ------
    ValueError
        It ends within the transient.
    """
    if "input" not in signal:
        return settings.steps
    there = signal.sizes["time"] - begin
    if there <= settings.transient + 1:
        raise ValueError(
            f"orbit.transient {settings.transient} needs more samples of the external input than "
            f"the {there} there are: lower it, or give a longer series"
        )
    return min(settings.steps, there - settings.transient)


def _input(signal: xr.Dataset, begin: int) -> Float[np.ndarray, "time channel"] | None:
    """The external input from where the orbit starts."""
    if "input" not in signal:
        return None
    s = signal["input"].transpose("time", "channel").values[begin:]
    return np.asarray(s, dtype=np.float64)


def generate(
    model: Dynamics,
    state: State,
    steps: int,
    bound: float,
    s: Float[np.ndarray, "time channel"] | None = None,
) -> Float[np.ndarray, "member time variable"]:
    """The next `steps` observations of a model that stands in one state of every member.

    In single precision. Ends early, with NaN for the rest, once no member is within `bound`.
    """
    x = np.full((model.members, steps, model.variables), np.nan, dtype=np.float32)
    with np.errstate(over="ignore"):
        for begin in range(0, steps, _CHUNK):
            n = min(_CHUNK, steps - begin)
            seen, state = model.run(state, n, None if s is None else s[begin : begin + n])
            x[:, begin : begin + n] = seen[:, 0]
            if (diverged_at(x[:, begin : begin + n], bound) >= 0).all():
                break
    return x


def diverged_at(
    x: Float[np.ndarray, "member time variable"], bound: float
) -> Int[np.ndarray, " member"]:
    """First step at which |x| is not within `bound` (NaN is not), or -1."""
    outside = ~(np.abs(x) <= bound).all(axis=2)
    return np.where(outside.any(axis=1), outside.argmax(axis=1), -1)
