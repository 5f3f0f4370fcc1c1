"""The largest Lyapunov exponent of a signal, and the predictability time that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from tausweep.labelled import Labelled, labelled
from tausweep.lyapunov.data import Measured, measure
from tausweep.lyapunov.estimate import Errors
from tausweep.lyapunov.scaling import Line
from tausweep.lyapunov.search import Tried
from tausweep.lyapunov.settings import Lyapunov
from tausweep.lyapunov.verdict import Verdict, predict, steady, verdict
from tausweep.statespace.embedding import described

__all__ = ["run"]

ESTIMATORS = {
    "maps": "Jacobians of maps fitted to neighbours (Eckmann, Kamphorst, Ruelle, Ciliberto 1986, "
    "Phys. Rev. A 34, 4971; Sano & Sawada 1985, Phys. Rev. Lett. 55, 1082)",
    "curves": "slope of the mean log distance of nearest neighbours across the flow (Rosenstein, "
    "Collins, De Luca 1993, Physica D 65, 117), interval with that of the log mean distance "
    "(Kantz 1994, Phys. Lett. A 185, 77)",
}


def run(settings: Lyapunov, signal: xr.Dataset) -> xr.Dataset:
    """Measure λ_max from the training part of a signal.

    Returns
    -------
    Dataset
        `lambda_max` in nats per step and per unit of time, and `tau_pred` = ln 2 / λ_max in steps,
        with intervals at the settings' confidence. Attr `verdict` is "chaotic"; or it is "not
        chaotic", "undecided" or "no scaling range", and these numbers are NaN; attr `reason` says
        why. Attr `estimator` says what they are from. Beside them stand what each estimator found
        (`lambda_max_maps`, `lambda_max_rosenstein`, `lambda_max_kantz`), the parts of the maps'
        half-width (`lambda_max_maps_error`), the maps that were tried (`maps`), the curves
        `divergence` (curve, lag), the fitted range, the curves the embedding was read from, and
        what is wrong with the samples (`noise_level`, `rounding`, `spike`, `far`, `jump`,
        `drift`).

    Raises
    ------
    ValueError
        If the settings ask for more than the training part holds.
    """
    train = signal["x"].values[: int(signal["train_steps"])]
    found = measure(train, settings, removed=_removed(signal))
    decided = verdict(found, settings, len(train))
    variables = {
        **_headline(decided, signal.attrs),
        **_samples(found),
        **_curves(found, settings),
        **_lines(found),
        **_maps(found),
        **_embedding(found),
    }
    return xr.Dataset(
        labelled(variables),
        coords=_coordinates(found, signal),
        attrs={
            **signal.attrs,
            "verdict": decided.word,
            "reason": decided.reason,
            "estimator": ESTIMATORS[decided.by] if decided.by else "none",
            "estimated_by": decided.by or "none",
            "confidence": settings.confidence,
        },
    )


Variables = dict[str, Labelled]

MOST_TRIED = 100
"""Recipes that are kept."""


def _coordinates(found: Measured, signal: xr.Dataset) -> dict[str, Any]:
    coordinates: dict[str, tuple[str, Any, str, str]] = {
        "bound": ("bound", ["lower", "upper"], "bound", "1"),
        "part": ("part", list(Errors._fields), "why an interval is wide", "1"),
        "lag": ("lag", _longest(found), "time since neighbours", "step"),
        "curve_estimator": ("curve", [c.estimator for c in found.curves], "estimator", "1"),
        "curve_dimension": (
            "curve",
            [c.dimension for c in found.curves],
            "dimension of the delay embedding",
            "1",
        ),
        "curve_radius": (
            "curve",
            [c.radius for c in found.curves],
            "radius of neighbourhoods, in standard deviations",
            "1",
        ),
        "delay_lag": (
            "delay_lag",
            1 + np.arange(len(found.embedding.mutual_information)),
            "lag",
            "step",
        ),
        "embedding_size": (
            "embedding_size",
            1 + np.arange(len(found.embedding.false_neighbours)),
            "dimension of the delay embedding",
            "1",
        ),
        "variable": ("variable", signal["variable"].values, "variable", "1"),
    }
    return labelled(coordinates)


def _longest(found: Measured) -> np.ndarray:
    return np.unique(np.concatenate([[0], *(curve.lag for curve in found.curves)]))


def _removed(signal: xr.Dataset) -> float:
    """Noise that steps `denoise` took off the training part, in standard deviations."""
    steps = [str(name).removesuffix("_level") for name in signal if str(name).endswith("_level")]
    found = [0.0]
    for step in (step for step in steps if step.startswith("denoise")):
        level, resolved = (signal[f"{step}_{name}"].values[0] for name in ("level", "resolved"))
        found += level[resolved.astype(bool)].tolist()
    return float(max(found))


def _headline(decided: Verdict, attrs: dict[str, Any]) -> Variables:
    value, interval = decided.value, np.array(decided.interval)
    per_time = f"nat ({attrs['time_unit']})-1"
    return {
        "lambda_max": ((), value, "largest Lyapunov exponent", "nat step-1"),
        "lambda_max_interval": (("bound",), interval, "interval of lambda_max", "nat step-1"),
        "lambda_max_per_time": (
            (),
            value / attrs["dt"],
            "largest Lyapunov exponent per unit of time",
            per_time,
        ),
        "tau_pred": ((), np.log(2) / value, "predictability time", "step"),
        "tau_pred_interval": (
            ("bound",),
            np.log(2) / interval[::-1],
            "interval of tau_pred",
            "step",
        ),
    }


def _curves(found: Measured, settings: Lyapunov) -> Variables:
    """Curves on one grid of lags; NaN where a curve was not followed."""
    lags = _longest(found)
    mean, error = np.full((2, len(found.curves), len(lags)), np.nan)
    rng = np.random.default_rng(settings.seed)
    for c, curve in enumerate(found.curves):
        at = np.searchsorted(lags, curve.lag)
        mean[c, at] = curve.mean
        error[c, at] = curve.bootstrap(max(settings.bootstrap, 2), rng).std(axis=0, ddof=1)
    surrogates = np.full((len(found.surrogates), len(lags)), np.nan)
    first = found.curves[0] if found.curves else None
    if first is not None:
        surrogates[:, np.searchsorted(lags, first.lag)] = found.surrogates
    return {
        "divergence": (
            ("curve", "lag"),
            mean,
            "mean ln distance of neighbours, across the flow, in standard deviations",
            "1",
        ),
        "divergence_std_error": (
            ("curve", "lag"),
            error,
            "standard error of divergence, by block bootstrap",
            "1",
        ),
        "saturation": (
            ("curve",),
            [curve.saturation for curve in found.curves],
            "ln rms distance of unrelated states",
            "1",
        ),
        "mean_period": ((), found.period, "mean period", "step"),
        "theiler": ((), found.theiler, "Theiler window", "step"),
        "reference_points": (
            (),
            0 if first is None else int(first.count[:, 0].sum()),
            "number of reference points",
            "1",
        ),
        "zero_distances": (
            (),
            0 if first is None else first.zero_distances,
            "distances of nearest neighbours that were zero, left out",
            "1",
        ),
        "surrogate_divergence": (
            ("surrogate", "lag"),
            surrogates,
            "divergence of phase-randomised data less its saturation",
            "1",
        ),
        "surrogate_p": (
            (),
            found.p_value,
            "share of surrogates whose neighbours stay as close as the data's",
            "1",
        ),
    }


def _lines(found: Measured) -> Variables:
    """Slopes of both kinds of curve, and the line that is drawn."""
    out: Variables = {}
    for name, line in found.by_estimator.items():
        out |= _exponent(name, line.slope if line else np.nan, line.interval if line else None)
    drawn = found.line or Line(-1, -1, -1, np.nan, np.nan, (np.nan, np.nan))
    return out | {
        "fit_curve": ((), drawn.curve, "curve the line is drawn on; -1: none", "1"),
        "fit_start": ((), drawn.start, "first lag of the scaling range; -1: none", "step"),
        "fit_stop": ((), drawn.stop, "last lag of the scaling range; -1: none", "step"),
        "intercept": ((), drawn.intercept, "fitted line at lag 0", "1"),
    }


def _exponent(name: str, value: float, interval: tuple[float, float] | None) -> Variables:
    bounds = np.array(interval or (np.nan, np.nan))
    long_name = f"largest Lyapunov exponent by {name}"
    return {
        f"lambda_max_{name}": ((), value, long_name, "nat step-1"),
        f"lambda_max_{name}_interval": (
            ("bound",),
            bounds,
            f"interval of {long_name}",
            "nat step-1",
        ),
    }


def _samples(found: Measured) -> Variables:
    """What is wrong with the samples."""
    samples = found.samples
    drift = np.nan if found.maps is None else found.maps.drift
    order = np.nan if found.maps is None else found.maps.order
    unit = "standard deviations"
    return {
        "noise_level": ((), samples.noise, "white noise on a variable; 0: none was found", unit),
        "noise_removed": ((), found.removed, "noise that was taken off before", unit),
        "rounding": ((), samples.rounding, "step that values are rounded to; 0: none", unit),
        "spike": ("spike", np.flatnonzero(samples.spikes), "sample that is unlike all others", "1"),
        "far": ("far", np.flatnonzero(samples.far), "sample far from nearly all others", "1"),
        "jump": ("jump", samples.jumps, "sample by which a variable is at another level", "1"),
        "drift": ((), drift, "error of maps from the other half, over that from their own", "1"),
        "order": ((), order, "power of the distance of neighbours that errors fall with", "1"),
    }


def _maps(found: Measured) -> Variables:
    """The exponent of the best maps, and those that were tried, the best first."""
    best = found.maps
    if best is None:
        return _exponent("maps", np.nan, None) | _tried([]) | _trust(False, False, 0)
    bounds = None if np.isnan(best.interval[0]) else best.interval
    return {
        **_exponent("maps", best.exponent, bounds),
        **_tried(best.tried[:MOST_TRIED]),
        **_trust(predict(best, found.removed > 0), steady(best, found.removed > 0), best.maps),
        "lambda_max_maps_error": (
            ("part",),
            np.array(best.errors),
            "part of the half-width of the interval of lambda_max_maps",
            "nat step-1",
        ),
    }


def _trust(predicts: bool, is_steady: bool, count: int) -> Variables:
    return {
        "maps_predict": ((), int(predicts), "whether maps explain how neighbours part", "1"),
        "maps_steady": ((), int(is_steady), "whether their errors add up slower than λ_max", "1"),
        "maps_count": ((), count, "maps that lambda_max_maps is the mean of", "1"),
    }


def _tried(tried: Sequence[Tried]) -> Variables:
    recipes = [each.recipe for each in tried]
    columns: dict[str, tuple[list[Any], str, str]] = {
        "unexplained": (
            [each.unexplained for each in tried],
            "error of prediction relative to the spread of neighbours' images",
            "1",
        ),
        "kind": ([each.kind for each in recipes], "kind of map", "1"),
        "dimension": (
            [each.dimension for each in recipes],
            "dimension of the delay embedding",
            "1",
        ),
        "rank": ([each.rank for each in recipes], "dimension of the tangent space", "1"),
        "step": ([each.step for each in recipes], "steps ahead", "step"),
        "neighbours": ([each.neighbours for each in recipes], "states of a map", "1"),
    }
    return {f"maps_{name}": (("maps",), *column) for name, column in columns.items()}


def _embedding(found: Measured) -> Variables:
    chosen = found.embedding
    return {
        "embedding_delay": ((), chosen.delay, "delay of the embedding", "step"),
        "embedding_dimension": ((), chosen.dimension, "dimension of the embedding", "1"),
        **described(chosen, lag="delay_lag", variable="variable", dimension="embedding_size"),
    }
