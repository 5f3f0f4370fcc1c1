"""Signals: series made ready for training by steps that are recorded, and scaled.

A new step is one function in a module of `steps`, its entry in `STEPS` and one settings class in
`settings`. The function takes its settings and the signal as it is so far: `x` (time, variable) in
the series' units, `train_steps`, perhaps `input` (time, channel). It returns the signal after it,
and a Dataset of what else should be known of it, whose variables are kept under the name of the
step; ValueErrors it raises are given the step's place in the configuration.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from jaxtyping import Float

from tausweep.signal.scaling import scale, unscale
from tausweep.signal.settings import Signal, split
from tausweep.signal.steps.cycle import cycle
from tausweep.signal.steps.decimate import decimate
from tausweep.signal.steps.denoise import denoise
from tausweep.signal.steps.detrend import detrend
from tausweep.signal.steps.embed import embed
from tausweep.signal.steps.mix import mix
from tausweep.signal.steps.smooth import smooth

__all__ = ["STEPS", "Step", "removed", "restore", "run", "unscale"]


class Step(NamedTuple):
    """What can be done to a series, and how it is recorded."""

    apply: Callable[[Any, xr.Dataset], tuple[xr.Dataset, xr.Dataset]]
    removes: str | None
    """What is missing after it; None if nothing is."""
    restored: bool = False
    """Whether what is missing is a function of time alone, which can be added again."""


STEPS = {
    "mix": Step(mix, None),
    "detrend": Step(detrend, "polynomial trend", restored=True),
    "cycle": Step(cycle, "cycle", restored=True),
    "smooth": Step(smooth, "what was smoothed away"),
    "denoise": Step(denoise, "noise"),
    "decimate": Step(decimate, "what the filter before decimation took away"),
    "embed": Step(embed, None),
}
"""All steps by the name that configurations use."""

NEGLIGIBLE = 1e-12
"""A spread below this fraction of a variable's size is rounding: the variable is constant."""
TINY = 1e-100
"""Smaller values have squares that are zero to rounding."""


def run(settings: Signal, series: xr.Dataset) -> xr.Dataset:
    """Split a series in time, apply the steps in their order, and scale the result.

    Of the held-out part nothing leaks into training: it takes no share in what is fitted, and
    what looks around a sample is applied to both parts separately.

    Returns
    -------
    Dataset
        `x` (time, variable), the signal; `train_steps`, the index of its first held-out sample;
        `mean` and `scale` (variable), and `whitening` where that was asked for, which undo the
        scaling; `input` (time, channel), standardised, where the series has one. Attrs are the
        series', with the signal's `dt`.

        `removed_by_<step>` (time, variable) for every step that takes something away, in the
        series' units: what was there before it less what is after it, at the times of the signal.
        The unscaled signal and all of them add up to the series, as sensors see it where these are
        put in the place of its variables. Attr `restored` says whether `restore` adds it.
        `<step>_<name>`: what else is known of a step, such as coefficients. A second step of a kind
        is called `<step>_2`.

    Raises
    ------
    ValueError
        If the training part is shorter than two samples, or a variable in it is not finite or
        constant, before or after a step; if a step cannot be applied.
    """
    x = series["x"]
    train_steps = split(x.sizes["time"], settings.held_out)
    if train_steps < 2:
        raise ValueError(
            f"signal.held_out leaves {train_steps} of {x.sizes['time']} samples for training: "
            "lower it or give a longer series"
        )
    about = {"long_name": "index of the first held-out sample", "units": "1"}
    signal = series[[name for name in ("x", "input") if name in series]]
    signal = signal.assign(train_steps=((), train_steps, about))
    size = np.abs(x.values[:train_steps]).max(axis=0)
    _check(signal, size, "")
    for place, (name, step) in enumerate(_named(settings.steps)):
        signal = _apply(name, place, step, signal)
        # Delay vectors repeat the variables and sensors mix them, so their sizes too.
        _check(signal, np.resize(size, signal.sizes["variable"]), f" after {_where(place, step)}")
    signal, record = scale(settings.scaling, signal)
    if "input" in signal:
        signal["input"] = _standardised_input(signal)
    return signal.merge(record).assign_attrs(signal.attrs)


def _named(steps: Sequence[Any]) -> list[tuple[str, Any]]:
    """Steps with the names they are recorded by: detrend, cycle, cycle_2, …."""
    seen: Counter[str] = Counter()
    named = []
    for step in steps:
        seen[step.step] += 1
        again = f"_{seen[step.step]}" if seen[step.step] > 1 else ""
        named.append((step.step + again, step))
    return named


def _where(place: int, step: Any) -> str:
    return f"signal.steps[{place}] ({step.step})"


def _apply(name: str, place: int, step: Any, signal: xr.Dataset) -> xr.Dataset:
    """The signal after a step, with all that is recorded of it."""
    kind = STEPS[step.step]
    try:
        after, record = kind.apply(step, signal)
    except ValueError as error:
        raise ValueError(f"{_where(place, step)}: {error}") from None
    if kind.removes is not None:
        lacking = signal["x"].sel(time=after["time"]) - after["x"]
        lacking.attrs = {
            "long_name": kind.removes,
            "units": signal["x"].attrs["units"],
            "place": place,
            "settings": step.model_dump_json(),
            "restored": "yes" if kind.restored else "no",
        }
        after = after.assign({f"removed_by_{name}": lacking})
    own = {*record.variables, *record.dims} - {*after.variables, *after.dims}
    return after.merge(record.rename({n: f"{name}_{n}" for n in own}))


def _check(signal: xr.Dataset, size: Float[np.ndarray, " variable"], when: str) -> None:
    """Refuse what cannot be learned; `size` is that of the values before any step."""
    x, names = signal["x"].values, signal["variable"].values
    bad = np.argwhere(~np.isfinite(x))
    if len(bad):
        sample, column = bad[0]
        raise ValueError(
            f"{len(bad)} values are NaN or infinite{when}, the first in sample {sample} of "
            f"variable {names[column]} (counted from 0): cut the series there, fill the gaps, or "
            "change the steps of the signal"
        )
    tiny = (size > 0) & (size < TINY)
    if tiny.any():
        raise ValueError(
            f"variable {', '.join(names[tiny])} has no values beyond {TINY:g}: give it in a "
            "smaller unit"
        )
    train = x[: int(signal["train_steps"])]
    # Rounding leaves a constant a spread of about 1e-16 of its size, not of zero.
    constant = train.std(axis=0) <= NEGLIGIBLE * size
    if constant.any():
        raise ValueError(
            f"variable {', '.join(names[constant])} is constant in the training part ({len(train)} "
            f"samples){when}, so it cannot be standardised: remove it from the series, or choose "
            "other parameters" + (" or steps" if when else "")
        )


def _standardised_input(signal: xr.Dataset) -> xr.DataArray:
    s, train_steps = signal["input"], int(signal["train_steps"])
    spread = s[:train_steps].std("time")
    spread = spread.where(spread > 0, 1)  # a constant input says nothing, but harms nothing
    return ((s - s[:train_steps].mean("time")) / spread).assign_attrs(
        long_name="standardised external input", units="1"
    )


def restore(signal: xr.Dataset) -> xr.DataArray:
    """The samples (time, variable) of the series, in its units, as far as they can be had again;
    of one that was mixed, as sensors see it.

    The scaling is undone, and trends and cycles are added; of delay vectors, the present is taken.
    What was smoothed or filtered away stays away: the `removed_by_…` whose attr `restored` is "no".
    """
    x = signal["x"].copy(data=unscale(signal, signal["x"].values))
    if "embed_delay" in signal:
        x = x[:, signal["embed_delay"].values == 0]
        x = x.assign_coords(variable=signal["observed"].rename(observed="variable"))
    for name in removed(signal):
        if signal[name].attrs["restored"] == "yes":
            x = x + signal[name].values
    return x.assign_attrs(long_name="state of the system", units=signal["scale"].attrs["units"])


def removed(signal: xr.Dataset) -> list[str]:
    """Names of what was taken away from a series, `removed_by_…`, in the order of the steps."""
    names = [str(name) for name in signal.data_vars if str(name).startswith("removed_by_")]
    return sorted(names, key=lambda name: int(signal[name].attrs["place"]))
