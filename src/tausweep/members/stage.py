"""What became of every trained member of a sweep: where it stands in it, its loss, its orbit."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from tausweep.labelled import labelled
from tausweep.members.settings import Members

LAST_EPOCHS = 10
"""Epochs whose mean loss is a member's final loss."""

# name: dimensions beside that of the members, long_name, units
VARIABLES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "value": ((), "value of the swept setting, NaN where nothing is swept", "1"),
    "tau": ((), "learning interval, NaN where a model has none", "step"),
    "of_tau_pred": ((), "learning interval as asked for, NaN if in steps", "tau_pred"),
    "diverged": ((), "whether the orbit diverged", "1"),
    "diverged_at": ((), "step at which the orbit diverged, -1 if never", "step"),
    "final_loss": ((), f"training loss, mean of the last {LAST_EPOCHS} epochs", "1"),
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
        Of each job `member`; `loss(member, epoch)`, `tau` and `of_tau_pred` where a model has them.
    orbit
        Of each job `x(member, time, variable)`, `diverged(member)`, `diverged_at(member)`.

    Returns
    -------
    The variables of `VARIABLES` over `run`, one for each member of all jobs in the order given,
    with the coordinate `member`; and `data_excerpt(step, variable)`, the beginning of the held-out
    data.

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
        "excerpt": x[:, :steps].astype(np.float32),
    }


def _value(setting: str | None, value: float | None, train: xr.Dataset) -> float:
    if setting is None:
        return np.nan
    return _number(train, setting) if value is None else value


def _number(train: xr.Dataset, name: str) -> float:
    return float(train[name]) if name in train else np.nan
