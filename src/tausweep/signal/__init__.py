"""Signals: series made ready for training, split and standardised."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tausweep.config import Signal

__all__ = ["restore", "run"]


def run(cell: Signal, series: xr.Dataset) -> xr.Dataset:
    """Split a series in time and standardise all of it by its training part.

    The held-out part takes no share in mean and scale, so nothing of it leaks into training.

    Returns
    -------
    Dataset
        `x` (time, variable) = (series − `mean`) / `scale`, whose training part has mean 0 and
        standard deviation 1; `mean` and `scale` (variable), in the series' units; `train_steps`,
        the index of the first held-out sample; `input` (time, channel), standardised likewise,
        where the series has one. Attrs are the series'.

    Raises
    ------
    ValueError
        If the training part is shorter than two samples or has a constant variable.
    """
    x = series["x"]
    train_steps = int(x.sizes["time"] * (1 - cell.held_out))
    if train_steps < 2:
        raise ValueError(
            f"signal.held_out leaves {train_steps} of {x.sizes['time']} samples for training: "
            "lower it or give a longer series"
        )
    train = x[:train_steps]
    mean, scale = train.mean("time"), train.std("time")
    # Rounding leaves a constant a spread of about 1e-16 of its size, not of zero.
    constant = scale.values <= 1e-12 * np.abs(train.values).max(axis=0)
    if constant.any():
        names = ", ".join(series["variable"].values[constant])
        raise ValueError(
            f"variable {names} is constant in the training part ({train_steps} samples), so it "
            "cannot be standardised: remove it from the series, or choose other parameters"
        )
    units = x.attrs["units"]
    out = xr.Dataset(
        {
            "x": ((x - mean) / scale).assign_attrs(
                long_name="standardised state of the system", units="1"
            ),
            "mean": mean.assign_attrs(long_name="mean of the training part", units=units),
            "scale": scale.assign_attrs(
                long_name="standard deviation of the training part", units=units
            ),
            "train_steps": (
                (),
                train_steps,
                {"long_name": "index of the first held-out sample", "units": "1"},
            ),
        },
        attrs={**series.attrs, "title": series.attrs["title"].replace("Series", "Signal", 1)},
    )
    if "input" in series:
        s = series["input"]
        spread = s[:train_steps].std("time")
        spread = spread.where(spread > 0, 1)  # a constant input says nothing, but harms nothing
        out["input"] = ((s - s[:train_steps].mean("time")) / spread).assign_attrs(
            long_name="standardised external input", units="1"
        )
    return out


def restore(signal: xr.Dataset) -> xr.DataArray:
    """Undo the standardising: the samples (time, variable) in the series' own units."""
    x = signal["x"] * signal["scale"] + signal["mean"]
    return x.assign_attrs(long_name="state of the system", units=signal["scale"].attrs["units"])
