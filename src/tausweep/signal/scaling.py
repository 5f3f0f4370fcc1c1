"""Units of the signal: standard deviations, whitened, or the series' own."""

from __future__ import annotations

from typing import Literal

import numpy as np
import xarray as xr
from jaxtyping import Float

NO_ENERGY = 1e-8
"""A direction with less than this fraction of the largest variance has none to scale up."""


def scale(
    scaling: Literal["standardise", "jointly", "whiten", "none"], signal: xr.Dataset
) -> tuple[xr.Dataset, xr.Dataset]:
    """Scale the signal by its training part.

    Standardise: (x − mean) / scale, with mean 0 and standard deviation 1. Jointly: likewise with
    one mean and one scale, those of the values of all variables. Whiten: standardised, times
    P^(−1/2), P being the correlation matrix. Of all matrices that make the covariance the identity
    this symmetric one keeps every variable nearest to the standardised one of its name (ZCA-cor:
    Kessy, Lewin, Strimmer 2018, Am. Stat. 72, 309), so variables keep their names.

    Returns
    -------
    The scaled signal; `mean` and `scale` (variable) in the series' units, 0 and 1 for "none", and
    `whitening` (variable, whitened) for "whiten".

    Raises
    ------
    ValueError
        If variables cannot be made uncorrelated: one depends on the others.
    """
    x = signal["x"]
    train = x[: int(signal["train_steps"])]
    mean, spread = train.mean("time"), train.std("time")
    if scaling == "none":
        mean, spread = xr.zeros_like(mean), xr.ones_like(spread)
    if scaling == "jointly":
        mean, spread = xr.full_like(mean, train.mean()), xr.full_like(spread, train.std())
    units = x.attrs["units"]
    words = {
        "none": "",
        "standardise": "standardised ",
        "jointly": "jointly standardised ",
        "whiten": "whitened ",
    }[scaling]
    about = {"long_name": f"{words}state of the system", "units": units if not words else "1"}
    record = {
        "mean": mean.assign_attrs(
            long_name="mean of the training part" if words else "subtracted mean", units=units
        ),
        "scale": spread.assign_attrs(
            long_name="standard deviation of the training part" if words else "scale", units=units
        ),
    }
    scaled = (x - mean) / spread
    if scaling == "whiten":
        matrix = _whitening(scaled[: len(train)].transpose("time", "variable").values)
        scaled = scaled.copy(data=scaled.values @ matrix)
        record["whitening"] = xr.DataArray(
            matrix,
            dims=("variable", "whitened"),
            coords={"variable": x["variable"], "whitened": x["variable"].values},
            attrs={"long_name": "whitened = standardised · matrix (ZCA-cor)", "units": "1"},
        )
        record["whitening"]["whitened"].attrs = {"long_name": "whitened variable", "units": "1"}
    return signal.assign(x=scaled.assign_attrs(about)), xr.Dataset(record)


def unscale(
    signal: xr.Dataset, x: Float[np.ndarray, "*any variable"]
) -> Float[np.ndarray, "*any variable"]:
    """Undo the scaling of a signal on any samples in its coordinates, such as a model's orbit.

    A trend or a cycle that was removed is not added: an orbit has no date. `restore` adds them to
    the signal itself.
    """
    if "whitening" in signal:
        x = x @ np.linalg.inv(signal["whitening"].values)
    scale, mean = signal["scale"].to_numpy(), signal["mean"].to_numpy()
    return np.asarray(x * scale + mean)


def _whitening(
    standardised: Float[np.ndarray, "time variable"],
) -> Float[np.ndarray, "variable variable"]:
    """The symmetric inverse square root of the correlation matrix."""
    variance, U = np.linalg.eigh(standardised.T @ standardised / len(standardised))
    if variance[0] < NO_ENERGY * variance[-1]:
        raise ValueError(
            "signal.scaling is 'whiten', but the variables depend on one another (some direction "
            f"has {max(variance[0], 0) / variance[-1]:.2g} of the largest variance): remove a "
            "variable, lower the dimension of an embedding, or use 'standardise'"
        )
    return np.asarray((U / np.sqrt(variance)) @ U.T)
