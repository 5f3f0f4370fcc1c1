"""Freely generated orbits: stage `orbit`."""

from __future__ import annotations

import numpy as np
import torch
import xarray as xr
from jaxtyping import Float, Int
from torch import Tensor

from tausweep.config import Orbit
from tausweep.models import CELLS, Cell, Parameters, dimensions, force

_CHUNK = 1_000
"""Steps between two looks at whether any member is still bounded."""


def run(cell: Orbit, train: xr.Dataset, signal: xr.Dataset) -> xr.Dataset:
    """Let every member of a block run freely from the first held-out sample of the signal.

    Returns `x(member, time, variable)` in standard deviations of the data, and whether and when a
    member diverged: became non-finite or left ±`cell.bound`. From then on its x is NaN.
    """
    kind = CELLS[train.attrs["recurrent_cell"]]
    p = {
        name: torch.as_tensor(train[name].values, device=torch.get_default_device())
        for name in dimensions(kind)
    }
    start = signal.x.transpose("time", "variable").values[int(signal.train_steps)]
    x = generate(kind, p, start, cell.transient + cell.steps, cell.bound)
    when = diverged_at(x, cell.bound)
    for member, step in enumerate(when):
        if step >= 0:
            x[member, step:] = np.nan
    dt = signal.attrs["dt"]
    time = (dt * np.arange(cell.steps), {"long_name": "time", "units": signal.attrs["time_unit"]})
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
        attrs={**train.attrs, "title": train.attrs["title"].replace("Parameters", "Orbits", 1)},
    )


@torch.inference_mode()
def generate(
    cell: Cell, p: Parameters, start: Float[np.ndarray, " variable"], steps: int, bound: float
) -> Float[np.ndarray, "member time variable"]:
    """x̂ = B z of `steps` steps of F_θ from the state forced onto `start`.

    Ends early, with NaN for the rest, once no member is within `bound`.
    """
    F, B = cell.map(p), p["B"]
    x0 = torch.as_tensor(start, dtype=B.dtype, device=B.device)
    state = force(cell, B, x0[None, :, None].expand(len(B), -1, 1))
    x = np.full((len(B), steps, len(start)), np.nan, dtype=np.float32)
    for begin in range(0, steps, _CHUNK):
        visited: list[Tensor] = []
        for _ in range(begin, min(begin + _CHUNK, steps)):
            state = F(state)
            visited.append(state[0])
        x[:, begin : begin + _CHUNK] = (B @ torch.cat(visited, dim=-1)).mT.cpu().numpy()
        if (diverged_at(x[:, begin : begin + _CHUNK], bound) >= 0).all():
            break
    return x


def diverged_at(
    x: Float[np.ndarray, "member time variable"], bound: float
) -> Int[np.ndarray, " member"]:
    """First step at which |x| is not within `bound` (NaN is not), or -1."""
    outside = ~(np.abs(x) <= bound).all(axis=2)
    return np.where(outside.any(axis=1), outside.argmax(axis=1), -1)
