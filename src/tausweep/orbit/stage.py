"""Freely generated orbits: stage `orbit`."""

from __future__ import annotations

import numpy as np
import torch
import xarray as xr
from jaxtyping import Float, Int
from torch import Tensor

from tausweep.engines.choose import choose
from tausweep.engines.engine import Engine
from tausweep.execution import PLAIN, Execution
from tausweep.models.cells import CELLS, force
from tausweep.models.layout import Layout
from tausweep.orbit.settings import Orbit

_CHUNK = 1_000
"""Steps between two looks at whether any member is still bounded."""


def run(
    cell: Orbit, train: xr.Dataset, signal: xr.Dataset, *, execution: Execution = PLAIN
) -> xr.Dataset:
    """Let every member of a block run freely from the first held-out sample of the signal.

    A model with an external input is given that of the held-out part. An orbit is one long chain
    of tiny steps, for which a GPU is too slow: it is not used.

    Returns `x(member, time, variable)` in standard deviations of the data, and whether and when a
    member diverged: became non-finite or left ±`cell.bound`. From then on its x is NaN.

    Raises
    ------
    ValueError
        The held-out part has not enough of the external input for an orbit of this length.
    """
    kind = CELLS[train.attrs["recurrent_cell"]]
    begin, steps = int(signal.train_steps), cell.transient + cell.steps
    s = _input(signal, begin, cell)
    layout = Layout(
        kind, train.sizes["latent"], train.sizes["variable"], 0 if s is None else s.shape[1]
    )
    engine = choose(execution.engine, layout, threads=execution.threads, gpu=False)
    theta = layout.pack({name: torch.as_tensor(train[name].values) for name in layout.shapes})
    start = signal.x.transpose("time", "variable").values[begin]
    x = generate(engine, layout, theta, start, steps, cell.bound, s)
    when = diverged_at(x, cell.bound)
    for member, step in enumerate(when):
        if step >= 0:
            x[member, step:] = np.nan
    dt = signal.attrs["dt"]
    time = (dt * np.arange(cell.steps), {"long_name": "time", "units": signal.attrs["time_unit"]})
    attrs = {**train.attrs, "title": train.attrs["title"].replace("Parameters", "Orbits", 1)}
    return xr.Dataset(
        {
            "x": (
                ("member", "time", "variable"),
                x[:, cell.transient :],
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
        attrs={**attrs, "engine": engine.name},
    )


def _input(signal: xr.Dataset, begin: int, cell: Orbit) -> Float[Tensor, "time channel"] | None:
    """The external input of the held-out part, as much as an orbit needs."""
    if "input" not in signal:
        return None
    s = signal["input"].transpose("time", "channel").values[begin:]
    if len(s) < cell.transient + cell.steps:
        raise ValueError(
            f"orbit.steps {cell.steps} and orbit.transient {cell.transient} need as many samples "
            f"of the external input, but only {len(s)} are held out: lower them, or give a longer "
            "series"
        )
    return torch.tensor(s, dtype=torch.float32)


def generate(
    engine: Engine,
    layout: Layout,
    theta: Float[Tensor, "member parameter"],
    start: Float[np.ndarray, " variable"],
    steps: int,
    bound: float,
    s: Float[Tensor, "time channel"] | None = None,
) -> Float[np.ndarray, "member time variable"]:
    """x̂ = B z of `steps` steps of F_θ from the state forced onto `start`.

    Ends early, with NaN for the rest, once no member is within `bound`.
    """
    B = layout.views(theta)["B"]
    x0 = torch.as_tensor(start, dtype=theta.dtype)[None, :, None].expand(len(B), -1, 1)
    state = force(layout.cell, B, x0)
    x = np.full((len(B), steps, len(start)), np.nan, dtype=np.float32)
    for begin in range(0, steps, _CHUNK):
        n = min(_CHUNK, steps - begin)
        z, state = engine.orbit(theta, state, n, None if s is None else s[begin : begin + n])
        x[:, begin : begin + n] = (z @ B.mT).numpy()
        if (diverged_at(x[:, begin : begin + n], bound) >= 0).all():
            break
    return x


def diverged_at(
    x: Float[np.ndarray, "member time variable"], bound: float
) -> Int[np.ndarray, " member"]:
    """First step at which |x| is not within `bound` (NaN is not), or -1."""
    outside = ~(np.abs(x) <= bound).all(axis=2)
    return np.where(outside.any(axis=1), outside.argmax(axis=1), -1)
