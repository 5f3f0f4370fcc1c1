"""Delay vectors as the state of the signal."""

from __future__ import annotations

import numpy as np
import xarray as xr
from jaxtyping import Float

from tausweep.labelled import labelled
from tausweep.signal.settings import Embed
from tausweep.statespace import embedding
from tausweep.statespace.neighbours import mean_period


def embed(settings: Embed, signal: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset]:
    """Put delay vectors (x(t), x(t − delay), x(t − 2 delay), …) in the place of the variables.

    They begin where the first is whole, and look back only: a training vector holds no held-out
    sample. What was recorded of earlier steps is about the series' variables, of dimension
    `observed` from here on. What is "auto" is chosen from the training part.

    Returns
    -------
    The signal with variables such as `x`, `x(t-17)`; and `delay` (variable) in steps. Where
    something was chosen, `chosen_delay` and `chosen_dimension`, and the curves they were read from.

    Raises
    ------
    ValueError
        If a vector spans more than the training part.
    """
    x, observed = signal["x"], signal["variable"]
    train_steps = int(signal["train_steps"])
    delay, dimension, record = _resolved(settings, x.values[:train_steps])
    lags = delay * np.arange(dimension)
    span = int(lags[-1])
    if span + 2 > train_steps:
        raise ValueError(
            f"dimension {dimension} and delay {delay} span {span} steps, and the "
            f"training part has {train_steps}: lower them, or give a longer series"
        )
    names = [f"{name}(t-{lag})" if lag else str(name) for lag in lags for name in observed.values]
    about = {"long_name": "observed variable", "units": "1"}
    out = signal.drop_vars("x").isel(time=slice(span, None)).rename(variable="observed")
    out = out.assign_coords(
        observed=("observed", observed.values, about), variable=("variable", names, observed.attrs)
    )
    out["x"] = (("time", "variable"), embedding.delay_vectors(x.values, dimension, delay), x.attrs)
    out["train_steps"] = signal["train_steps"].copy(data=train_steps - span)
    back = {"long_name": "how far back the variable looks", "units": "step"}
    return out, record.assign(delay=("variable", np.repeat(lags, len(observed)), back))


def _resolved(
    settings: Embed, train: Float[np.ndarray, "time variable"]
) -> tuple[int, int, xr.Dataset]:
    """Delay and dimension, and how they were chosen if they were."""
    if isinstance(settings.delay, int) and isinstance(settings.dimension, int):
        return settings.delay, settings.dimension, xr.Dataset()
    train = (train - train.mean(axis=0)) / train.std(axis=0)
    chosen = embedding.choose(
        train,
        theiler=max(1, round(mean_period(train))),
        delay=None if settings.delay == "auto" else settings.delay,
        dimension=None if settings.dimension == "auto" else settings.dimension,
    )
    variables = {
        "chosen_delay": ((), chosen.delay, "delay of the embedding", "step"),
        "chosen_dimension": ((), chosen.dimension, "dimension of the embedding", "1"),
        **embedding.described(chosen, lag="lag", variable="observed", dimension="dimension"),
    }
    coordinates = {
        "lag": (chosen.mutual_information, "lag", "step"),
        "dimension": (chosen.false_neighbours, "dimension of the embedding", "1"),
    }
    record = xr.Dataset(
        labelled(variables),
        labelled(
            {
                name: (name, 1 + np.arange(len(curve)), long_name, units)
                for name, (curve, long_name, units) in coordinates.items()
            }
        ),
    )
    return chosen.delay, chosen.dimension, record
