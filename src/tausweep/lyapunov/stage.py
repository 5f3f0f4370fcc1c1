"""The largest Lyapunov exponent of a signal, and the predictability time that follows from it."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from tausweep.labelled import Labelled, labelled
from tausweep.lyapunov.data import Measured, measure, verdict
from tausweep.lyapunov.scaling import Line
from tausweep.lyapunov.settings import Lyapunov
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
        with intervals at the cell's confidence. Attr `verdict` is "chaotic"; or it is "not
        chaotic", "no scaling range" or "maps do not predict", and these numbers are NaN. Attr
        `estimator` says what they are from. Beside them stand what each estimator found
        (`lambda_max_maps`, `lambda_max_rosenstein`, `lambda_max_kantz`), the maps that were tried
        (`maps`), the curves `divergence` (curve, lag), the fitted range, and the curves the
        embedding was read from.

    Raises
    ------
    ValueError
        If the training part is too short for the settings.
    """
    train = signal["x"].values[: int(signal["train_steps"])]
    found = measure(train, settings)
    word, by = verdict(found, settings, len(train))
    variables = {
        **_headline(found, by, signal.attrs),
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
            "verdict": word,
            "estimator": ESTIMATORS[by] if by else "none",
            "estimated_by": by or "none",
            "confidence": settings.confidence,
        },
    )


Variables = dict[str, Labelled]


def _coordinates(found: Measured, signal: xr.Dataset) -> dict[str, Any]:
    coordinates: dict[str, tuple[str, Any, str, str]] = {
        "bound": ("bound", ["lower", "upper"], "bound", "1"),
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
    return np.unique(np.concatenate([curve.lag for curve in found.curves]))


def _headline(found: Measured, by: str | None, attrs: dict[str, Any]) -> Variables:
    value, interval = np.nan, np.full(2, np.nan)
    if by == "maps" and found.maps is not None:
        value, interval = found.maps.best.exponent, np.array(found.maps.interval)
    elif by == "curves" and found.line is not None:
        value, interval = found.line.slope, np.array(found.line.interval)
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
    surrogates[:, np.searchsorted(lags, found.curves[0].lag)] = found.surrogates
    first = found.curves[0]
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
        "reference_points": ((), int(first.count[:, 0].sum()), "number of reference points", "1"),
        "zero_distances": (
            (),
            first.zero_distances,
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


def _maps(found: Measured) -> Variables:
    """The exponent of the best maps, and all that were tried, the best first."""
    fitted = found.maps
    if fitted is None:
        return _exponent("maps", np.nan, None) | {
            "maps_unexplained": (("maps",), [], "share that maps leave unexplained", "1")
        }
    tried = fitted.tried
    return _exponent("maps", fitted.best.exponent, fitted.interval) | {
        "maps_unexplained": (
            ("maps",),
            [maps.unexplained for maps in tried],
            "error of prediction relative to the spread of neighbours' images",
            "1",
        ),
        "maps_exponent": (
            ("maps",),
            [maps.exponent for maps in tried],
            "largest Lyapunov exponent",
            "nat step-1",
        ),
        "maps_kind": (("maps",), [maps.kind for maps in tried], "kind of map", "1"),
        "maps_dimension": (
            ("maps",),
            [maps.dimension for maps in tried],
            "dimension of the delay embedding",
            "1",
        ),
        "maps_step": (("maps",), [maps.step for maps in tried], "steps ahead", "step"),
        "maps_neighbours": (
            ("maps",),
            [maps.neighbours for maps in tried],
            "states each map is fitted to",
            "1",
        ),
    }


def _embedding(found: Measured) -> Variables:
    chosen = found.embedding
    return {
        "embedding_delay": ((), chosen.delay, "delay of the embedding", "step"),
        "embedding_dimension": ((), chosen.dimension, "dimension of the embedding", "1"),
        **described(chosen, lag="delay_lag", variable="variable", dimension="embedding_size"),
    }
