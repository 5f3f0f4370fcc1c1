"""Stage `metrics`: how well freely generated orbits reproduce the held-out data.

Data and orbit are first turned into what is compared (a histogram over state space, power spectra),
then compared; so the data's side is computed once, however many members there are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float, Shaped

from tausweep.metrics import geometry, legacy, spectrum
from tausweep.metrics.settings import Metrics
from tausweep.signal.scaling import unscale

LAST_EPOCHS = 10
"""Epochs whose mean loss is a member's final loss."""

Trajectory = Float[np.ndarray, "time variable"]

# name: dimensions, long_name, units
VARIABLES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "D_stsp": (("member",), "divergence of data from orbit in state space, D_stsp", "nat"),
    "D_stsp_floor": ((), "D_stsp of held-out data from training data", "nat"),
    "D_stsp_ceiling": ((), "D_stsp of data from a constant orbit at their mean", "nat"),
    "D_stsp_legacy": (("member",), "D_stsp as the published code computes it", "nat"),
    "D_stsp_legacy_floor": ((), "legacy D_stsp of held-out data from training data", "nat"),
    "D_H": (("member",), "Hellinger distance of power spectra, D_H, mean over variables", "1"),
    "D_H_variable": (("member", "variable"), "Hellinger distance of power spectra, D_H", "1"),
    "D_H_floor": ((), "D_H of held-out data and training data", "1"),
    "D_H_ceiling": ((), "D_H of data and a constant orbit", "1"),
    "D_H_legacy": (("member",), "D_H as the published code computes it", "1"),
    "D_H_legacy_floor": ((), "legacy D_H of held-out data and training data", "1"),
    "diverged": (("member",), "whether the orbit diverged", "1"),
    "diverged_at": (("member",), "step at which the orbit diverged, -1 if never", "steps"),
    "constant": (("member", "variable"), "whether the orbit did not diverge and stands still", "1"),
    "final_loss": (("member",), f"training loss, mean of the last {LAST_EPOCHS} epochs", "1"),
    "tau": ((), "learning interval", "steps"),
    "of_tau_pred": ((), "learning interval as asked for, NaN if in steps", "tau_pred"),
    "n": ((), "length of everything that is compared", "steps"),
    "excerpt": (("member", "step", "variable"), "beginning of the orbit", "standard deviations"),
    "data_excerpt": (("step", "variable"), "beginning of the held-out data", "standard deviations"),
}


def run(cell: Metrics, orbit: xr.Dataset, signal: xr.Dataset, train: xr.Dataset) -> xr.Dataset:
    """Compare every member's orbit with the held-out data.

    All comparisons are of the same length n, the shortest of orbit, held-out and training part:
    the first n steps of the orbit against the first n of the held-out data; these data against
    the last n of the training data (floor: another stretch of the same system), and against a
    constant orbit at their mean (ceiling).

    A member that diverged gets D_H = 1, and in D_stsp the steps it lacks are in the overflow cell.

    Parameters
    ----------
    cell
        Settings of the metrics.
    orbit
        `x(member, time, variable)`, `diverged(member)`, `diverged_at(member)`.
    signal
        `x(time, variable)`, `train_steps`.
    train
        `loss(member, epoch)`, `tau`.

    Returns
    -------
    The variables of `VARIABLES`.

    Raises
    ------
    ValueError
        If there are more than five variables, the data are not finite, or orbit and train do not
        hold the same members.
    """
    x = orbit["x"].transpose("member", "time", "variable").to_numpy()
    truth = signal["x"].transpose("time", "variable").to_numpy()
    trained, held_out = np.split(truth, [int(signal["train_steps"])])
    n = min(x.shape[1], len(held_out), len(trained))
    orbits, data, other = x[:, :n], held_out[:n], trained[-n:]
    diverged = orbit["diverged"].to_numpy().astype(np.int8)
    step = np.arange(min(cell.excerpt, x.shape[1], len(held_out)))

    _, loss = xr.align(orbit["diverged"], train["loss"], join="exact")
    final = loss.transpose("member", "epoch").to_numpy()[:, -LAST_EPOCHS:].mean(axis=1)

    values = {
        **_state_space(cell, orbits, data, other),
        **_spectra(cell, orbits, data, other, diverged == 1),
        **_legacy(cell, *(unscale(signal, part) for part in (orbits, data, other))),
        "diverged": diverged,
        "diverged_at": orbit["diverged_at"].to_numpy(),
        "final_loss": final,
        "tau": train["tau"].to_numpy(),
        "of_tau_pred": train["of_tau_pred"].to_numpy(),
        "n": n,
        "excerpt": x[:, : len(step)].astype(np.float32),
        "data_excerpt": held_out[: len(step)].astype(np.float32),
    }
    title = orbit.attrs["title"].replace("Orbits", "Metrics", 1)
    return _dataset(
        cell,
        values,
        orbit["member"].to_numpy(),
        signal["variable"].to_numpy(),
        step,
        {**orbit.attrs, "title": title},
    )


def _state_space(
    cell: Metrics,
    orbits: Float[np.ndarray, "member time variable"],
    data: Trajectory,
    other: Trajectory,
) -> dict[str, Any]:
    settings = cell.geometry
    partition = geometry.Partition.around(data, settings.bins, settings.margin)
    visited = partition.histogram(data)

    def d_stsp(x: Trajectory) -> float:
        return geometry.divergence(visited, partition.histogram(x), settings.alpha)

    return {
        "D_stsp": [d_stsp(x) for x in orbits],
        "D_stsp_floor": d_stsp(other),
        "D_stsp_ceiling": d_stsp(np.broadcast_to(data.mean(axis=0), data.shape)),
    }


def _spectra(
    cell: Metrics,
    orbits: Float[np.ndarray, "member time variable"],
    data: Trajectory,
    other: Trajectory,
    diverged: Shaped[np.ndarray, " member"],
) -> dict[str, Any]:
    bandwidth = cell.spectrum.bandwidth
    p = spectrum.power_spectrum(data, bandwidth)
    q = [spectrum.power_spectrum(x, bandwidth) for x in orbits]
    # One that diverged only after the steps compared has a spectrum, and is no better for it.
    d_h = np.where(diverged[:, None], 1.0, [spectrum.hellinger(p, member) for member in q])
    still = np.array([~member.any(axis=0) for member in q]) & ~diverged[:, None]
    return {
        "D_H": d_h.mean(axis=1),
        "D_H_variable": d_h,
        "D_H_floor": spectrum.hellinger(p, spectrum.power_spectrum(other, bandwidth)).mean(),
        "D_H_ceiling": 1.0,
        "constant": still.astype(np.int8),
    }


def _legacy(
    cell: Metrics,
    orbits: Float[np.ndarray, "member time variable"],
    data: Trajectory,
    other: Trajectory,
) -> dict[str, Any]:
    """The published code compares data as they are, not standardised: its boxes lie about zero."""
    settings = cell.legacy
    scale = data.std(axis=0, ddof=1)
    visited = legacy.histogram(data, scale, settings.bins)

    def power(x: Trajectory) -> Float[np.ndarray, "frequency variable"]:
        return legacy.power_spectrum(x, settings.piece, settings.smoothing, settings.frequencies)

    p = power(data)

    def d_stsp(x: Trajectory) -> float:
        return legacy.divergence(visited, legacy.histogram(x, scale, settings.bins))

    def d_h(x: Trajectory) -> float:
        return float(legacy.hellinger(p, power(x)).mean())

    return {
        "D_stsp_legacy": [d_stsp(x) for x in orbits],
        "D_stsp_legacy_floor": d_stsp(other),
        "D_H_legacy": [d_h(x) for x in orbits],
        "D_H_legacy_floor": d_h(other),
    }


def _dataset(
    cell: Metrics,
    values: dict[str, Any],
    member: Shaped[np.ndarray, " member"],
    variable: Shaped[np.ndarray, " variable"],
    step: Shaped[np.ndarray, " step"],
    attrs: dict[str, Any],
) -> xr.Dataset:
    metrics = xr.Dataset(
        {
            name: (dims, values[name], {"long_name": long_name, "units": units})
            for name, (dims, long_name, units) in VARIABLES.items()
        },
        coords={
            "member": ("member", member, {"long_name": "replicate", "units": "1"}),
            "variable": ("variable", variable, {"long_name": "observed variable", "units": "1"}),
            "step": ("step", step, {"long_name": "step of the excerpt", "units": "step"}),
        },
        attrs=attrs,
    )
    metrics["D_stsp"].attrs |= {
        "bins": cell.geometry.bins,
        "alpha": cell.geometry.alpha,
        "margin": cell.geometry.margin,
        "range": "minimum to maximum of the n held-out samples, and margin standard deviations "
        "more on each side; one overflow cell for all outside",
        "direction": "KL(data || orbit)",
    }
    metrics["D_H"].attrs |= {"bandwidth": cell.spectrum.bandwidth}
    metrics["D_stsp_legacy"].attrs |= {
        "bins": cell.legacy.bins,
        "alpha": legacy.ALPHA,
        "range": "two standard deviations of the data about zero; lowest boxes and outside dropped",
        "direction": "KL(data || orbit)",
    }
    metrics["D_H_legacy"].attrs |= cell.legacy.model_dump(exclude={"bins"})
    return metrics
