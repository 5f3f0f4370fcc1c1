"""Lyapunov exponents of the equations on the attractor that a series lies on: the truth that
estimates from data and trained models are tested against.
"""

from __future__ import annotations

import json

import numpy as np
import xarray as xr
from jaxtyping import Float, Int

from tausweep.labelled import Labelled, labelled
from tausweep.statespace.exponents import kaplan_yorke
from tausweep.systems import tangent
from tausweep.systems.integrate import states
from tausweep.systems.registry import system_of
from tausweep.systems.system import DelayedFeedback, Driven, Simulated
from tausweep.truth.settings import Truth

SPREAD = 0.01
"""How far trajectories start from the series, relative to its standard deviation."""
GROWN = 3.0
"""Least growth, in e-folds, by which equations count as chaotic: a cycle's λ is 0 ± 1/time."""
MANY, FEW = 10, 4
"""How many exponents are measured by default; the few are for a feedback with a delay, which has
infinitely many, each of a whole piece of the past."""


def run(settings: Truth, series: xr.Dataset) -> xr.Dataset:
    """Measure the Lyapunov exponents of the equations that a series was simulated from.

    Trajectories start beside random states of the series, so all are on its own attractor, where a
    system has several; those of a feedback with a delay start from random pasts. Noise is left
    out: exponents are those of the equations alone. The phase of a drive is a coordinate, whose
    exponent is zero, unless the series has the drive as an external input. Members that left the
    attractor do not count; where most did, there are no numbers.

    Returns
    -------
    Dataset
        `spectrum` (exponent), the largest exponents in descending order, and the first of them as
        `lambda_max`, both in nats per step and, as …_per_time, per unit of time; `kaplan_yorke`,
        the Kaplan-Yorke dimension, NaN where it takes more exponents than were measured; each
        with …_std_error over the `members` that count. `tau_pred` = ln 2 / λ_max in steps; NaN
        where attr `verdict` is not "chaotic" but "not chaotic" or "left the attractor". Steps are
        the series': those of a signal that was decimated are longer.

    Raises
    ------
    ValueError
        The series has no equations, or a package that has them is missing.
    """
    system = system_of(series.attrs)
    length = settings.time or 200.0 * system.timescale
    found, complete = _spectra(settings, series, system, length)
    stayed = found[~np.isnan(found).any(axis=1)]
    kept = stayed if 2 * len(stayed) > settings.members else np.full_like(found, np.nan)
    kept = kept[:, np.argsort(-kept.mean(axis=0))]
    largest = float(kept[:, 0].mean())
    if np.isnan(largest):
        verdict = "left the attractor"
    else:
        verdict = "chaotic" if largest * length > GROWN else "not chaotic"
    tau_pred = np.log(2) / (largest * series.attrs["dt"]) if verdict == "chaotic" else np.nan
    variables = {
        **_exponents("lambda_max", (), kept[:, 0], series, "largest Lyapunov exponent"),
        "tau_pred": ((), tau_pred, "predictability time of the equations", "step"),
        **_exponents("spectrum", ("exponent",), kept, series, "Lyapunov exponents"),
        **_dimension(kept, complete),
        "members": ((), len(stayed), "trajectories that stayed on the attractor", "1"),
    }
    number = ("exponent", 1 + np.arange(kept.shape[1]), {"long_name": "exponent", "units": "1"})
    return xr.Dataset(
        labelled(variables),
        coords={"exponent": number},
        attrs={
            **series.attrs,
            "verdict": verdict,
        },
    )


Variables = dict[str, Labelled]


def _spectra(
    settings: Truth, series: xr.Dataset, system: Simulated, length: float
) -> tuple[Float[np.ndarray, "member exponent"], bool]:
    """Exponents of each trajectory, per unit of time, and whether they are all that there are.

    Trajectories start a little off the series: those from neighbouring samples would otherwise
    retrace one another for long.
    """
    rng = np.random.default_rng(settings.seed)
    delayed = isinstance(system, DelayedFeedback)
    if delayed:
        start = np.array([system.draw(rng) for _ in range(settings.members)])
        times = np.zeros(settings.members)
    else:
        sample = rng.integers(series.sizes["time"], size=settings.members)
        times = series["time"].values[sample]
        known = _known_states(series, system, sample)
        start = known + SPREAD * known.std(axis=0) * rng.standard_normal(known.shape)
    count = settings.exponents or (FEW if delayed else MANY)
    found = tangent.exponents(
        system,
        start,
        times,
        length=length,
        transient=settings.transient or 50.0 * system.timescale,
        rng=rng,
        count=count,
    )
    if isinstance(system, Driven) and "input" not in series:
        found = np.concatenate([found, np.zeros((len(found), 1))], axis=1)
    return found, not delayed and count >= len(system.coordinates)


def _known_states(
    series: xr.Dataset, system: Simulated, sample: Int[np.ndarray, "member"]
) -> Float[np.ndarray, "member coordinate"]:
    """States of the system at samples of a series: read off, or, where noise or partial observation
    hides them, followed from the initial state of the orbit.
    """
    names = list(system.coordinates)
    if set(names) <= set(series["variable"].values) and not series.attrs["noise"]:
        return np.asarray(series["x"].sel(variable=names)[sample])
    since_start = np.append(0.0, series["time"].values[sample])
    time, place = np.unique(since_start, return_inverse=True)
    initial = np.array(json.loads(series.attrs["initial_state"]))
    return np.asarray(states(system, initial, time, 0.0)[place[1:]])


def _exponents(
    name: str,
    dims: tuple[str, ...],
    values: Float[np.ndarray, "member *exponent"],
    series: xr.Dataset,
    long_name: str,
) -> Variables:
    """Means over members and their standard errors, from values per unit of time."""
    with np.errstate(invalid="ignore"):  # an exponent of −∞ has no error
        mean, error = values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))
    per_time = f"nat ({series.attrs['time_unit']})-1"
    found: Variables = {}
    for full, factor, unit in (
        (name, series.attrs["dt"], "nat step-1"),
        (f"{name}_per_time", 1.0, per_time),
    ):
        found[full] = (dims, factor * mean, f"{long_name} of the equations", unit)
        found[f"{full}_std_error"] = (dims, factor * error, f"standard error of {full}", unit)
    return found


def _dimension(values: Float[np.ndarray, "member exponent"], complete: bool) -> Variables:
    """Kaplan-Yorke dimension of the mean spectrum, and its jackknife error over members."""
    members = len(values)
    total = values.sum(axis=0)
    dimension, error = float(kaplan_yorke(total / members)), np.nan
    if total.sum() >= 0 and not complete:
        dimension = np.nan
    else:
        with np.errstate(invalid="ignore"):
            without_one = kaplan_yorke((total - values) / (members - 1))
        error = np.sqrt((members - 1) * without_one.var())
    return {
        "kaplan_yorke": ((), dimension, "Kaplan-Yorke dimension of the equations", "1"),
        "kaplan_yorke_std_error": ((), error, "standard error of kaplan_yorke", "1"),
    }
