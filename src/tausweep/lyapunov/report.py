"""What was found of λ_max in words and plain numbers, by each estimator, with what to beware of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import xarray as xr

from tausweep.truth.steps import largest

FEW_PERIODS = 50
"""A series of fewer mean periods is called short."""
FEW_TAU = 100
"""So is one of fewer predictability times."""

DRIFT = 2.0
"""Of a drift, maps from the other half of the series err so many times more than from their own."""
MOST_NAMED = 10
"""Samples that a warning names."""

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
    lacking = "no scaling range" if dataset.sizes["curve"] else "not measured"
    curves = [_estimate(dataset, name, lacking) for name in ("rosenstein", "kantz")]
    return [_maps(dataset), *curves]


def of_equations(dataset: xr.Dataset, truth: xr.Dataset) -> Estimate:
    """The truth beside them, from an output of the stage truth, at the same confidence."""
    found = largest(truth, float(dataset.attrs["dt"]))
    error = NormalDist().inv_cdf(0.5 + dataset.attrs["confidence"] / 2) * found.std_error
    interval = (found.lambda_max - error, found.lambda_max + error)
    lacking = str(truth.attrs["verdict"]) if math.isnan(found.lambda_max) else ""
    return Estimate("equations", found.lambda_max, interval, lacking)


UNTESTED = "; whether it is above zero was not tested, as no interval was asked for"
"""Of an estimate alone."""


def says(dataset: xr.Dataset) -> str:
    """Verdict and why, as "chaotic, by quadratic maps that leave 3 % unexplained"."""
    verdict, reason = str(dataset.attrs["verdict"]), str(dataset.attrs["reason"])
    match dataset.attrs["estimated_by"]:
        case "maps":
            kind = str(dataset["maps_kind"].values[0])
            clean = ", noise taken off" if dataset["noise_removed"] else ""
            tested = "" if np.isfinite(dataset["lambda_max_interval"]).all() else UNTESTED
            return (
                f"{verdict}, by {kind} maps that leave {_unexplained(dataset)} unexplained{clean}"
                f"{tested}"
            )
        case "curves":
            return f"{verdict}, by divergence curves"
        case _:
            return f"{verdict}: {reason}"


def _unexplained(dataset: xr.Dataset) -> str:
    """What the best maps leave unexplained, in per cent."""
    share = 100 * float(dataset["maps_unexplained"][0])
    return "< 0.1 %" if share < 0.1 else f"{share:.2g} %" if share < 100 else f"{share:.0f} %"


def _maps(dataset: xr.Dataset) -> Estimate:
    if not dataset.sizes["maps"]:
        return _estimate(dataset, "maps", "too few states")
    if not dataset["maps_predict"]:
        lacking = f"do not predict: {_unexplained(dataset)} unexplained"
    elif not dataset["maps_steady"] and dataset.attrs["verdict"] == "undecided":
        lacking = "not believed: errors add up about as fast as they grow"
    else:
        return _estimate(dataset, "maps", "")
    return Estimate(NAMES["maps"], float("nan"), (float("nan"),) * 2, lacking)


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
        "reason": dataset.attrs["reason"],
        "says": says(dataset),
        "noise": dataset["noise_level"].item(),
        "rounding": dataset["rounding"].item(),
        "spikes": dataset["spike"].values.tolist(),
        "far": dataset["far"].values.tolist(),
        "jumps": dataset["jump"].values.tolist(),
        "drift": _known(dataset["drift"].item()),
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
        found["says"],
    ]
    if embedding["dimension"] > 1:
        lines.append(
            "what was measured seems not to be the whole state: models need an embedding as well, "
            f"signal: {{steps: [{{step: embed, dimension: {embedding['dimension']}, "
            f"delay: {embedding['delay']}}}]}}"
        )
    if found["lambda_max"]["value"] is not None:
        lines += [
            f"λ_max   {_said(found['lambda_max'])} per step, "
            f"{_said(found['lambda_max_per_time'])} per {per}",
            f"τ_pred  {_said(found['tau_pred'])} steps, {_said(found['tau_pred_time'])}{of}",
        ]
    lines.append(f"λ_max per step by estimator [{100 * found['confidence']:g} % intervals]:")
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
    if rounding := dataset["rounding"].item():
        found.append(
            f"values are rounded, to {rounding:.2g} standard deviations: noise of that width was "
            "added"
        )
    elif zero := dataset["zero_distances"].item():
        found.append(f"{zero} distances of neighbours are zero, and were left out: values repeat")
    if noise := dataset["noise_level"].item():
        found.append(f"there is noise of {noise:.1%} of a standard deviation")
    if spikes := dataset["spike"].values.tolist():
        found.append(f"left out, as unlike all others: {_named(spikes)}")
    if far := dataset["far"].values.tolist():
        found.append(f"far from nearly all others: {_named(far)}: are they right?")
    if jumps := dataset["jump"].values.tolist():
        found.append(f"jumps to another level at {_named(jumps)}: is it one series?")
    if dataset["drift"].item() > DRIFT:
        found.append(
            f"the second half is not like the first: maps made from one err "
            f"{dataset['drift'].item():.2g} times more in the other"
        )
    if dataset["surrogate_p"].item() > 1 - attrs["confidence"] and dataset.sizes["surrogate"]:
        found.append("its divergence cannot be told from that of linear noise of the same spectrum")
    known = [e for e in estimates(dataset) if not e.lacking]
    if attrs["verdict"] == "chaotic" and not _overlap([e.interval for e in known]):
        found.append("the estimators' intervals do not overlap: see where the curves are straight")
    return found


def _named(samples: list[int]) -> str:
    which = ", ".join(map(str, samples[:MOST_NAMED])) + ", …" * (len(samples) > MOST_NAMED)
    return f"{'sample' if len(samples) == 1 else 'samples'} {which} (counted from 0)"


def _overlap(intervals: Sequence[tuple[float, float]]) -> bool:
    known = [ends for ends in intervals if not math.isnan(ends[0])]
    return not known or max(a for a, _ in known) <= min(b for _, b in known)


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
    if quantity["interval"] == [None, None]:  # it was not asked for
        return _written(quantity["value"])
    lower, upper = map(_written, quantity["interval"])
    return f"{_written(quantity['value'])} [{lower}, {upper}]"


def _written(value: float | None) -> str:
    """Three significant digits."""
    if value is None:
        return "∞"
    return f"{value:#.3g}".rstrip(".") if abs(value) < 1000 else f"{value:.0f}"
