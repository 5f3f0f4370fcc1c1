"""What became of every trained member of a sweep: where it stands in it, its loss, its gradients
while it was trained, its orbit.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float, Int

from tausweep.labelled import labelled
from tausweep.members.settings import Members

LAST_EPOCHS = 10
"""Epochs whose mean loss is a member's final loss."""
STRETCHES = 100
"""Stretches of epochs, at most, of which norms of gradients are kept: each is longer than the one
before by about the same factor, as a logarithmic axis shows them."""

# name: dimensions beside that of the members, long_name, units
VARIABLES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "value": ((), "value of the swept setting, NaN where nothing is swept", "1"),
    "tau": ((), "learning interval, NaN where a model has none", "step"),
    "of_tau_pred": ((), "learning interval as asked for, NaN if in steps", "tau_pred"),
    "diverged": ((), "whether the orbit diverged", "1"),
    "diverged_at": ((), "step at which the orbit diverged, -1 if never", "step"),
    "final_loss": ((), f"training loss, mean of the last {LAST_EPOCHS} epochs", "1"),
    "gradient_norm": (
        ("epoch",),
        "norm of the loss gradient before clipping, mean over an epoch, median of a stretch",
        "1",
    ),
    "largest_gradient_norm": (
        ("epoch",),
        "norm of the loss gradient before clipping, largest of a stretch of epochs",
        "1",
    ),
    "excerpt": (("step", "variable"), "beginning of the orbit", "standard deviations"),
}


def run(
    settings: Members, signal: xr.Dataset, train: list[xr.Dataset], orbit: list[xr.Dataset]
) -> xr.Dataset:
    """Say of every member of the given training jobs what figures and tables need to know.

    Parameters
    ----------
    settings
        What was swept, and how much of orbits and data is kept.
    signal
        `x(time, variable)`, `train_steps`.
    train
        Of each job `member`; where a model is trained step by step `loss`, `gradient_norm` and
        `largest_gradient_norm` (member, epoch); `tau` and `of_tau_pred` where it has them.
    orbit
        Of each job `x(member, time, variable)`, `diverged(member)`, `diverged_at(member)`.

    Returns
    -------
    The variables of `VARIABLES` over `run`, one for each member of all jobs in the order given,
    with the coordinate `member`; and `data_excerpt(step, variable)`, the beginning of the held-out
    data. The coordinate `epoch` of gradients is the last of each stretch of epochs; there are none
    where a model is fitted in one go.

    Raises
    ------
    ValueError
        An orbit does not hold the members of its training job.
    """
    data = signal["x"].transpose("time", "variable").to_numpy()[int(signal["train_steps"]) :]
    steps = min(settings.excerpt, len(data), *(job.sizes["time"] for job in orbit))
    jobs = [
        _rows(job, freed, steps, _value(settings.setting, value, job))
        for value, job, freed in zip(settings.values, train, orbit, strict=True)
    ]
    members = np.concatenate([job["member"].to_numpy() for job in train])
    epochs = _ends(train[0].sizes.get("epoch", 0))
    about = {"long_name": "beginning of the held-out data", "units": "standard deviations"}
    return xr.Dataset(
        labelled(
            {
                name: (("run", *dims), np.concatenate([of[name] for of in jobs]), long_name, units)
                for name, (dims, long_name, units) in VARIABLES.items()
            }
        )
        | {"data_excerpt": (("step", "variable"), data[:steps].astype(np.float32), about)},
        coords={
            "member": ("run", members, {"long_name": "replicate", "units": "1"}),
            "variable": signal["variable"],
            "step": ("step", np.arange(steps), {"long_name": "step", "units": "step"}),
            "epoch": ("epoch", epochs, {"long_name": "last epoch of a stretch", "units": "1"}),
        },
        attrs={"subject": f"{len(members)} of a sweep"},
    )


def _rows(train: xr.Dataset, orbit: xr.Dataset, steps: int, value: float) -> dict[str, Any]:
    """The variables of one job's members."""
    xr.align(orbit["diverged"], train["member"], join="exact")
    members = train.sizes["member"]
    final = np.full(members, np.nan)
    if "loss" in train:
        loss = train["loss"].transpose("member", "epoch").to_numpy()
        final = loss[:, -LAST_EPOCHS:].mean(axis=1)
    x = orbit["x"].transpose("member", "time", "variable").to_numpy()
    return {
        "value": np.full(members, value),
        "tau": np.full(members, _number(train, "tau")),
        "of_tau_pred": np.full(members, _number(train, "of_tau_pred")),
        "diverged": orbit["diverged"].to_numpy().astype(np.int8),
        "diverged_at": orbit["diverged_at"].to_numpy(),
        "final_loss": final,
        **_gradients(train),
        "excerpt": x[:, :steps].astype(np.float32),
    }


def _gradients(train: xr.Dataset) -> dict[str, Float[np.ndarray, "member stretch"]]:
    """Norms of one job's gradients by stretches of epochs; NaN where one of them is."""
    ends = _ends(train.sizes.get("epoch", 0))
    found = {}
    for name, of_stretch in (("gradient_norm", np.median), ("largest_gradient_norm", np.max)):
        found[name] = np.empty((train.sizes["member"], len(ends)), np.float32)
        for k, (before, last) in enumerate(pairwise([0, *ends])):
            norms = train[name].isel(epoch=slice(before, last)).transpose("member", "epoch")
            found[name][:, k] = of_stretch(norms.to_numpy(), axis=1)
    return found


def _ends(epochs: int) -> Int[np.ndarray, " stretch"]:
    """The last of each stretch of epochs, counted from one; none where there are no epochs."""
    if not epochs:
        return np.arange(0)
    return np.unique(np.geomspace(1, epochs, STRETCHES).round().astype(int))


def _value(setting: str | None, value: float | None, train: xr.Dataset) -> float:
    if setting is None:
        return np.nan
    return _number(train, setting) if value is None else value


def _number(train: xr.Dataset, name: str) -> float:
    return float(train[name]) if name in train else np.nan
