"""What was found of λ_max in words and plain numbers, by each estimator, with what to beware of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import xarray as xr

from tausweep.lyapunov.maps import TRUSTED, trusted
from tausweep.truth.steps import largest

FEW_PERIODS = 50
"""A series of fewer mean periods is called short."""
FEW_TAU = 100
"""So is one of fewer predictability times."""

NAMES = {"maps": "maps", "rosenstein": "Rosenstein", "kantz": "Kantz"}


@dataclass(frozen=True)
class Estimate:
    """λ_max in nats per step by one estimator."""

    name: str
    value: float
    interval: tuple[float, float]
    """At the confidence of the Dataset."""
    lacking: str = ""
    """Why there is no value, or why it is not believed; then the value is NaN."""


def estimates(dataset: xr.Dataset) -> list[Estimate]:
    """What every estimator found of the signal of an output of the stage lyapunov."""
    curves = [_estimate(dataset, name, "no scaling range") for name in ("rosenstein", "kantz")]
    return [_maps(dataset), *curves]


def of_equations(dataset: xr.Dataset, truth: xr.Dataset) -> Estimate:
    """The truth beside them, from an output of the stage truth, at the same confidence."""
    found = largest(truth, float(dataset.attrs["dt"]))
    error = NormalDist().inv_cdf(0.5 + dataset.attrs["confidence"] / 2) * found.std_error
    interval = (found.lambda_max - error, found.lambda_max + error)
    lacking = str(truth.attrs["verdict"]) if math.isnan(found.lambda_max) else ""
    return Estimate("equations", found.lambda_max, interval, lacking)


def says(dataset: xr.Dataset) -> str:
    """Verdict and what it rests on, as "chaotic, by quadratic maps that leave 3 % unexplained"."""
    verdict = str(dataset.attrs["verdict"])
    match dataset.attrs["estimated_by"]:
        case "maps":
            kind = str(dataset["maps_kind"].values[0])
            return f"{verdict}, by {kind} maps that leave {_unexplained(dataset)} unexplained"
        case "curves":
            return f"{verdict}, by divergence curves"
        case _:
            return verdict


def _unexplained(dataset: xr.Dataset) -> str:
    """What the best maps leave unexplained, in per cent."""
    share = 100 * float(dataset["maps_unexplained"][0])
    return "< 0.1 %" if share < 0.1 else f"{share:.2g} %" if share < 100 else f"{share:.0f} %"


def _maps(dataset: xr.Dataset) -> Estimate:
    if not dataset.sizes["maps"]:
        return _estimate(dataset, "maps", "too few states")
    unexplained, step = float(dataset["maps_unexplained"][0]), int(dataset["maps_step"][0])
    if not trusted(unexplained, step, float(dataset["lambda_max_maps"])):
        lacking = f"do not predict: {_unexplained(dataset)} unexplained"
        if unexplained <= TRUSTED:
            lacking = "not believed: errors add up faster than they grow"
        return Estimate(NAMES["maps"], float("nan"), (float("nan"),) * 2, lacking)
    return _estimate(dataset, "maps", "")


def _estimate(dataset: xr.Dataset, name: str, lacking: str) -> Estimate:
    value = float(dataset[f"lambda_max_{name}"])
    bounds = _bounds(dataset, f"lambda_max_{name}")
    return Estimate(NAMES[name], value, bounds, lacking if math.isnan(value) else "")


def numbers(dataset: xr.Dataset, signal: xr.Dataset) -> dict[str, Any]:
    """What was found, as JSON can hold it: None where there is no value.

    Parameters
    ----------
    dataset
        Output of the stage lyapunov.
    signal
        The signal it was measured from.
    """
    dt = float(dataset.attrs["dt"])
    pairs = {
        f"{name}{suffix}": [factor * float(v) for v in (dataset[name], *_bounds(dataset, name))]
        for name, suffix, factor in (
            ("lambda_max", "", 1.0),
            ("lambda_max", "_per_time", 1 / dt),
            ("tau_pred", "", 1.0),
            ("tau_pred", "_time", dt),
        )
    }
    surrogates = dataset.sizes["surrogate"]
    return {
        "samples": int(signal["train_steps"]),
        "variables": signal["variable"].values.tolist(),
        "dt": dt,
        "time_unit": dataset.attrs["time_unit"],
        "mean_period": _known(dataset["mean_period"].item()),
        "theiler": dataset["theiler"].item(),
        "embedding": {
            "dimension": dataset["embedding_dimension"].item(),
            "delay": dataset["embedding_delay"].item(),
        },
        "verdict": dataset.attrs["verdict"],
        "says": says(dataset),
        "estimated_by": dataset.attrs["estimated_by"],
        "confidence": dataset.attrs["confidence"],
        **{name: _with_interval(*values) for name, values in pairs.items()},
        "estimates": {
            e.name: {**_with_interval(e.value, *e.interval), "lacking": e.lacking or None}
            for e in estimates(dataset)
        },
        "surrogates": {"count": surrogates, "p": dataset["surrogate_p"].item()}
        if surrogates
        else None,
        "warnings": warnings(dataset, signal),
    }


def text(found: dict[str, Any]) -> str:
    """Write what `numbers` returned, and the name of the `file`, in some lines."""
    unit, names = found["time_unit"], found["variables"]
    per, of = ("unit of time", " units of time") if unit == "1" else (unit, f" {unit}")
    shown = ", ".join(names if len(names) < 9 else [*names[:7], "…"])
    embedding = found["embedding"]
    lines = [
        f"{found['file']}: {found['samples']} samples × {len(names)} "
        f"{'variable' if len(names) == 1 else 'variables'} ({shown}), dt {found['dt']:g}"
        f"{'' if unit == '1' else f' {unit}'}, mean period {_written(found['mean_period'])} steps",
        f"embedding: dimension {embedding['dimension']}, delay {_steps(embedding['delay'])}, "
        f"Theiler window {_steps(found['theiler'])}",
        f"{found['says']}; [{100 * found['confidence']:g} % intervals]",
    ]
    if found["lambda_max"]["value"] is not None:
        lines += [
            f"λ_max   {_said(found['lambda_max'])} per step, "
            f"{_said(found['lambda_max_per_time'])} per {per}",
            f"τ_pred  {_said(found['tau_pred'])} steps, {_said(found['tau_pred_time'])}{of}",
        ]
    lines.append("λ_max per step by estimator:")
    lines += [
        f"  {name:<11}{estimate['lacking'] or _said(estimate)}"
        for name, estimate in found["estimates"].items()
    ]
    if found["surrogates"] is not None:
        lines.append(
            f"surrogates: {found['surrogates']['count']}, p = {found['surrogates']['p']:.2g}"
        )
    return "\n".join(lines + [f"warning: {warning}" for warning in found["warnings"]])


def warnings(dataset: xr.Dataset, signal: xr.Dataset) -> list[str]:
    """What makes the numbers doubtful."""
    found = []
    steps, attrs = int(signal["train_steps"]), dataset.attrs
    period, tau = dataset["mean_period"].item(), dataset["tau_pred"].item()
    if filled := attrs.get("filled_values"):
        found.append(f"{filled} missing values were interpolated")
    if cut := attrs.get("samples_cut_before", 0) + attrs.get("samples_cut_after", 0):
        found.append(f"{cut} samples beyond long gaps were left out")
    if steps < FEW_PERIODS * period:
        found.append(f"the series is short: it covers {steps / period:.0f} mean periods")
    elif steps < FEW_TAU * tau:
        found.append(f"the series is short: it covers {steps / tau:.0f} predictability times")
    if tau < 1:
        found.append("errors double within a step: sample more often, or keep more samples")
    if zero := dataset["zero_distances"].item():
        found.append(
            f"{zero} distances of neighbours are zero, and were left out: values are rounded or "
            "repeat"
        )
    if dataset["surrogate_p"].item() > 1 - attrs["confidence"] and dataset.sizes["surrogate"]:
        found.append("its divergence cannot be told from that of linear noise of the same spectrum")
    known = [e for e in estimates(dataset) if not e.lacking]
    if attrs["verdict"] == "chaotic" and not _overlap([e.interval for e in known]):
        found.append("the estimators' intervals do not overlap: see where the curves are straight")
    return found


def _overlap(intervals: Sequence[tuple[float, float]]) -> bool:
    return not intervals or max(a for a, _ in intervals) <= min(b for _, b in intervals)


def _bounds(dataset: xr.Dataset, name: str) -> tuple[float, float]:
    lower, upper = dataset[f"{name}_interval"].sel(bound=["lower", "upper"]).values
    return float(lower), float(upper)


def _with_interval(value: float, lower: float, upper: float) -> dict[str, Any]:
    return {"value": _known(value), "interval": [_known(lower), _known(upper)]}


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _steps(count: int) -> str:
    return f"{count} {'step' if count == 1 else 'steps'}"


def _said(quantity: dict[str, Any]) -> str:
    """Write a value with its interval: 0.0111 [0.0105, 0.0118]."""
    lower, upper = map(_written, quantity["interval"])
    return f"{_written(quantity['value'])} [{lower}, {upper}]"


def _written(value: float | None) -> str:
    """Three significant digits."""
    if value is None:
        return "∞"
    return f"{value:#.3g}".rstrip(".") if abs(value) < 1000 else f"{value:.0f}"
